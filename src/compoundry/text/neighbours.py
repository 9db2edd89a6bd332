"""Find the pairs that are worth comparing: in one block, and near each other."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_ROWS = 1024
_DIGITS = 4


def near(
    vectors: NDArray[np.float32], block: Sequence[int], fresh: NDArray[np.bool_], *, at_least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield (i, j, cosine) for i < j of a block with at least one of them fresh; exact, no cap on how many.

    >>> vectors = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    >>> list(near(vectors, [0, 1, 2], np.array([True, False, False]), at_least=0.9))
    [(0, 2, 1.0)]
    """
    members = np.asarray(block, dtype=np.intp)
    new = fresh[members]
    if len(members) < 2 or not new.any() or not vectors.shape[1]:
        return
    rows = vectors[members]
    for start in range(0, len(members), _ROWS):
        chunk = np.flatnonzero(new[start : start + _ROWS]) + start
        if not len(chunk):
            continue
        cosines = rows[chunk] @ rows.T
        for at, other in zip(*np.nonzero(cosines >= at_least - 10**-_DIGITS), strict=True):
            one = chunk[at]
            cosine = round(min(float(cosines[at, other]), 1.0), _DIGITS)
            if (other > one or (other < one and not new[other])) and cosine >= at_least:
                i, j = sorted((int(members[one]), int(members[other])))
                yield i, j, cosine
