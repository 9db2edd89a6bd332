"""Place the nodes of a graph so that what belongs together stands together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ROUNDS = 80
_GOLDEN = np.pi * (3 - np.sqrt(5))

Floats = NDArray[np.float64]


def placed(count: int, pairs: Sequence[tuple[int, int]]) -> Floats:
    """Return places in the unit square, float64 of shape (count, 2); the same graph always gets the same picture.

    Springs pull joined nodes together and all nodes push each other apart (Fruchterman & Reingold 1991), from a spiral on.

    >>> placed(1, []).tolist()
    [[0.5, 0.5]]
    """
    if count < 2:
        return np.full((count, 2), 0.5)
    spiral = np.arange(count)
    radius = np.sqrt((spiral + 0.5) / count)
    at = np.stack([radius * np.cos(spiral * _GOLDEN), radius * np.sin(spiral * _GOLDEN)], axis=1)
    joined = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    rest = 1.6 / np.sqrt(count)
    for n in range(ROUNDS):
        push = _apart(at, rest) - at * 0.4
        pull = at[joined[:, 0]] - at[joined[:, 1]]
        pull *= np.linalg.norm(pull, axis=1, keepdims=True) / rest
        np.add.at(push, joined[:, 0], -pull)
        np.add.at(push, joined[:, 1], pull)
        length = np.maximum(np.linalg.norm(push, axis=1, keepdims=True), 1e-9)
        at = at + push / length * np.minimum(length, 0.25 * (1 - n / ROUNDS))
    low, high = at.min(axis=0), at.max(axis=0)
    unit: Floats = (at - low) / np.maximum(high - low, 1e-9)
    return unit


def _apart(at: Floats, rest: float) -> Floats:
    away = at[:, None, :] - at[None, :, :]
    squared = np.maximum((away**2).sum(axis=2), 1e-6)
    force: Floats = (away * (rest**2 / squared)[:, :, None]).sum(axis=1)
    return force
