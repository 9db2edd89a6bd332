"""Tell how near sentences are to just any other one about the same thing."""

import numpy as np
from numpy.typing import NDArray

FEW = 20
_TILE = 8_192


def crowd(vectors: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return for each of these rows its mean cosine to the others, drawn to 0 where they are few; rows are unit or zero.

    What is near where everything is near isn't near: a hundred sentences about one person, each with the same name,
    have cosines of .4 among strangers.

    >>> alike = np.ones((21, 4), dtype=np.float32) / 2
    >>> crowd(alike, np.arange(1)).tolist(), crowd(alike, np.arange(21)).round(2)[0]
    ([0.0], np.float32(0.51))
    """
    count = len(rows)
    tiles = [rows[start : start + _TILE] for start in range(0, count, _TILE)]
    total = sum((vectors[tile].sum(axis=0, dtype=np.float64) for tile in tiles), np.zeros(vectors.shape[1]))
    sums = np.concatenate([_beside(vectors[tile], total) for tile in tiles])
    drawn: NDArray[np.float32] = (sums / max(count - 1, 1) * (count / (count + FEW))).clip(0, 0.9).astype(np.float32)
    return drawn


def _beside(tile: NDArray[np.float32], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up the cosines of some rows to all rows but themselves."""
    beside: NDArray[np.float64] = tile @ total - (tile * tile).sum(axis=1)
    return beside


def beyond(cosine: float, crowding: float) -> float:
    """Return what of a cosine is more than the crowd's.

    >>> beyond(0.8, 0.0), round(beyond(0.8, 0.4), 2), beyond(1.0, 0.4)
    (0.8, 0.67, 1.0)
    """
    return (cosine - crowding) / (1 - crowding)
