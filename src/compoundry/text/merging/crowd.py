"""Tell how near sentences are to just any other one about the same thing."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEW = 20
_TILE = 8_192


def crowd(vectors: NDArray[np.float32], rows: NDArray[np.intp], spelled: Sequence[str]) -> NDArray[np.float32]:
    """Return for each of these rows its mean cosine to the others, drawn to 0 where they are few; rows are unit or zero.

    What is near where everything is near isn't near: a hundred sentences about one person, each with the same name,
    have cosines of .4 among strangers. What is spelled alike counts once, so that merging it changes no crowd.

    >>> alike, one_each = np.ones((21, 4), dtype=np.float32) / 2, [str(n) for n in range(21)]
    >>> crowd(alike, np.arange(1), one_each[:1]).tolist(), crowd(alike, np.arange(21), one_each).round(2)[0]
    ([0.0], np.float32(0.51))
    >>> crowd(alike, np.arange(21), ["danaliketea"] * 21)[0]
    np.float32(0.0)
    """
    first = {words: n for n, words in reversed([*enumerate(spelled)])}
    stands = rows[[first[words] for words in spelled]]  # for each row, the one that is counted for it
    total = sum((vectors[tile].sum(axis=0, dtype=np.float64) for tile in _tiles(rows[sorted(first.values())])), np.zeros(vectors.shape[1]))
    sums = np.concatenate([_beside(vectors[tile], vectors[own], total) for tile, own in zip(_tiles(rows), _tiles(stands), strict=True)])
    count = len(first)
    drawn: NDArray[np.float32] = (sums / max(count - 1, 1) * (count / (count + FEW))).clip(0, 0.9).astype(np.float32)
    return drawn


def _tiles(rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [rows[start : start + _TILE] for start in range(0, len(rows), _TILE)]


def _beside(tile: NDArray[np.float32], own: NDArray[np.float32], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up the cosines of some rows to all that count but their own."""
    beside: NDArray[np.float64] = tile @ total - (tile * own).sum(axis=1)
    return beside


def beyond(cosine: float, crowding: float) -> float:
    """Return what of a cosine is more than the crowd's.

    >>> beyond(0.8, 0.0), round(beyond(0.8, 0.4), 2), beyond(1.0, 0.4)
    (0.8, 0.67, 1.0)
    """
    return (cosine - crowding) / (1 - crowding)
