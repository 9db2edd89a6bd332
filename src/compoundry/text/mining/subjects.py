"""Take out of a sentence's vector what it owes to whom it is about, so that what it says remains."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DOUBT = 2.0
_ALIKE = 0.75
_MANY = 2_000

Vectors = NDArray[np.float32]


def without_subject(vectors: Vectors, who: Sequence[str]) -> Vectors:
    """Subtract from each row the mean of what else is said about the same entity, and make it a unit again.

    `vectors` is float32 of shape (n, dimension), unit rows; `who` names the entity of each row. What repeats a row is
    not something else, and what is said again counts once, so that a habit isn't taken for its owner. The mean of little
    is shrunk towards the mean of all, for it says more about those rows than about the entity.
    """
    if not len(who):
        return vectors
    everyone = vectors.mean(axis=0)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for n, name in enumerate(who):
        rows_of[name].append(n)
    usual = np.tile(everyone, (len(vectors), 1)).astype(np.float32)
    for rows in rows_of.values():
        if len(rows) > 1:
            usual[rows] = _others(vectors[rows], everyone)
    residual = vectors - usual
    unit: Vectors = (residual / np.maximum(np.linalg.norm(residual, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit


def _others(mine: Vectors, everyone: Vectors) -> Vectors:
    """Return for each row of one entity the mean of its rows that say something else."""
    if len(mine) > _MANY:
        return np.asarray((mine.sum(axis=0) - mine + _DOUBT * everyone) / (len(mine) - 1 + _DOUBT), dtype=np.float32)
    alike = mine @ mine.T >= _ALIKE
    weight = (1.0 / alike.sum(axis=1)).astype(np.float32)
    else_weight = np.where(alike, 0.0, weight[None, :]).astype(np.float32)
    total = else_weight.sum(axis=1, keepdims=True)
    return np.asarray((else_weight @ mine + _DOUBT * everyone) / (total + _DOUBT), dtype=np.float32)
