"""Turn sentences into vectors with numpy alone: words, word pairs and letters, hashed."""

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_DIMENSION = 512
_WORD, _PAIR, _LETTERS = 1.0, 0.5, 0.3


class Hashed:
    """Encode by signed hashing of word unigrams, word bigrams and letter trigrams (Weinberger et al., 2009)."""

    def __init__(self) -> None:
        self.dimension = _DIMENSION
        self.name = f"hashed-{_DIMENSION}"

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 of shape (len(sentences), dimension), each row of unit length.

        >>> a, b, c = Hashed().encode(["The tea is hot.", "the tea is hot", "Nobody came home"])
        >>> bool(a @ b > 0.99), bool(a @ c < 0.5)
        (True, True)
        """
        rows = np.zeros((len(sentences), _DIMENSION), dtype=np.float32)
        for row, sentence in zip(rows, sentences, strict=True):
            for gram, weight in Counter(dict(_grams(sentence))).items():
                mark = zlib.crc32(gram.encode())
                row[mark % _DIMENSION] += weight if mark >> 31 else -weight
            row /= np.linalg.norm(row) or 1.0
        return rows


def _grams(sentence: str) -> Iterator[tuple[str, float]]:
    words = re.findall(r"\w+", sentence.lower())
    for word in words:
        yield word, _WORD
        spelled = f"<{word}>"
        yield from ((spelled[i : i + 3], _LETTERS) for i in range(len(spelled) - 2))
    yield from ((" ".join(pair), _PAIR) for pair in pairwise(words))
