"""Encode with numpy alone: words and letter groups, hashed into a fixed number of places."""

import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

DIMENSION = 512
_WORD = re.compile(r"\w+")


class Hashed:
    """Encode by feature hashing (Weinberger et al. 2009): no model, no meaning, only shared words and spellings."""

    name = f"hashed-{DIMENSION}"
    dimension = DIMENSION

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(sentences), 512), unit rows."""
        vectors = np.zeros((len(sentences), DIMENSION), dtype=np.float32)
        for row, sentence in zip(vectors, sentences, strict=True):
            for feature, weight in _features(sentence):
                code = zlib.crc32(feature.encode())
                row[code % DIMENSION] += weight if code & 0x80000000 else -weight
        unit: NDArray[np.float32] = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return unit


def _features(sentence: str) -> Iterator[tuple[str, float]]:
    for word in _WORD.findall(sentence.casefold()):
        yield word, 1.0
        padded = f"<{word}>"
        for start in range(len(padded) - 2):
            yield padded[start : start + 3], 0.3
