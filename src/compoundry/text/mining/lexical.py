"""Compare sentences by their words alone, where no encoder has seen them."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DIMENSION = 512
_WORD = re.compile(r"\w+")


def lexical_vectors(sentences: Sequence[str]) -> NDArray[np.float32]:
    """Return float32 of shape (n, 512), unit rows: hashed words, rare ones weighing more."""
    words = [Counter(_WORD.findall(s.casefold())) for s in sentences]
    spread = Counter(word for counted in words for word in counted)
    vectors = np.zeros((len(sentences), _DIMENSION), dtype=np.float32)
    for row, counted in zip(vectors, words, strict=True):
        for word, n in sorted(counted.items()):
            code = zlib.crc32(word.encode())
            row[code % _DIMENSION] += n * np.log1p(len(sentences) / spread[word]) * (1 if code & 0x80000000 else -1)
    unit: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-9))
    return unit
