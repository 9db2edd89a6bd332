"""Find the pairs that are worth comparing: in one block, and near each other."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_ROWS, _COLUMNS = 1_024, 16_384
_DIGITS = 4


def near(
    vectors: NDArray[np.float32], block: Sequence[int] | NDArray[np.intp], fresh: NDArray[np.bool_], *, at_least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield (i, j, cosine) for i < j of a block with at least one of them fresh; exact, no cap on how many.

    Takes one product per pair of tiles, each tile of at most 1,024 by 16,384: the memory that it needs doesn't
    grow with the block.

    >>> vectors = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    >>> list(near(vectors, [0, 1, 2], np.array([True, False, False]), at_least=0.9))
    [(0, 2, 1.0)]
    """
    members = np.asarray(block, dtype=np.intp)
    members = members[np.argsort(~fresh[members], kind="stable")]  # the fresh first: each meets all that come after it
    new = int(fresh[members].sum())
    if len(members) < 2 or not new or not vectors.shape[1]:
        return
    for top in range(0, new, _ROWS):
        rows = members[top : min(top + _ROWS, new)]
        for left in range(top, len(members), _COLUMNS):
            columns = members[left : left + _COLUMNS]
            cosines = vectors[rows] @ vectors[columns].T
            for at, other in zip(*np.nonzero(cosines >= at_least - 10**-_DIGITS), strict=True):
                cosine = round(min(float(cosines[at, other]), 1.0), _DIGITS)
                if left + other > top + at and cosine >= at_least:
                    i, j = sorted((int(rows[at]), int(columns[other])))
                    yield i, j, cosine
