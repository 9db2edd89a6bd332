"""Take out of a sentence's vector what it owes to whom it is about, so that what it says remains."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DOUBT = 2.0


def without_subject(vectors: NDArray[np.float32], who: Sequence[str]) -> NDArray[np.float32]:
    """Subtract from each row the mean of the other rows about the same entity, and make it a unit again.

    `vectors` is float32 of shape (n, dimension), `who` names the entity of each row. The mean of few rows
    is shrunk towards the mean of all, for it says more about those rows than about the entity.
    """
    places = {name: n for n, name in enumerate(sorted(set(who)))}
    owner = np.array([places[name] for name in who])
    counts = np.bincount(owner, minlength=len(places)).astype(np.float32)
    sums = np.zeros((len(places), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owner, vectors)
    everyone = vectors.mean(axis=0)
    others = (sums[owner] - vectors + _DOUBT * everyone) / (counts[owner] - 1 + _DOUBT)[:, None]
    residual = vectors - others
    unit: NDArray[np.float32] = (residual / np.maximum(np.linalg.norm(residual, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit
