"""Group sentences that are about the same: a graph of near neighbours, cut into communities."""

from collections import defaultdict
from collections.abc import Sequence

import graspologic_native
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

NEIGHBOURS = 15
BLOCK = 2_048
SEED = 20_260_301
RESOLUTIONS = (0.5, 1.0, 2.0, 4.0, 8.0)
_SILHOUETTE_SAMPLE = 2_000


def neighbour_edges(vectors: Vectors, *, at_least: float, neighbours: int = NEIGHBOURS) -> list[tuple[int, int, float]]:
    """Return the pairs (a < b, cosine) in which one is among the other's nearest; exact, block by block.

    `vectors` is float32 of shape (n, dimension), unit rows.
    """
    found: dict[tuple[int, int], float] = {}
    for start in range(0, len(vectors), BLOCK):
        cosines = vectors[start : start + BLOCK] @ vectors.T
        cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -1.0
        nearest = np.argpartition(-cosines, min(neighbours, len(vectors)) - 1, axis=1)[:, :neighbours]
        for row, places in enumerate(nearest):
            for place in places:
                if cosines[row, place] >= at_least:
                    a, b = sorted((start + row, int(place)))
                    found[a, b] = round(float(cosines[row, place]), 4)
    return [(a, b, cosine) for (a, b), cosine in sorted(found.items())]


def communities(vectors: Vectors, *, at_least: float = 0.0, resolution: float | None = None) -> NDArray[np.int64]:
    """Return a community number for each row, -1 for a row without neighbours.

    k-NN graph and Leiden (Traag et al. 2019); without a resolution, the one with the best silhouette
    (Rousseeuw 1987) is chosen.
    """
    edges = neighbour_edges(vectors, at_least=at_least)
    if resolution is not None:
        return _cut(edges, len(vectors), resolution)
    cuts = [_cut(edges, len(vectors), r) for r in RESOLUTIONS]
    return max(cuts, key=lambda labels: _silhouette(vectors, labels))


def tight(vectors: Vectors, members: Sequence[int], *, at_least: float) -> list[int]:
    """Keep the members whose mean cosine to the others is high enough, dropping the loosest one by one."""
    kept = sorted(members)
    while len(kept) > 1:
        cosines = vectors[kept] @ vectors[kept].T
        means = (cosines.sum(axis=1) - 1.0) / (len(kept) - 1)
        loosest = int(np.argmin(np.round(means, 4)))
        if means[loosest] >= at_least:
            return kept
        kept.pop(loosest)
    return []


def medoid(vectors: Vectors, members: Sequence[int], *, most: int = 3) -> list[int]:
    """Return the most typical members, the nearest to all others first."""
    rows = vectors[list(members)]
    closeness = np.round((rows @ rows.T).sum(axis=1), 4)
    order = sorted(range(len(members)), key=lambda n: (-closeness[n], members[n]))
    return [members[n] for n in order[:most]]


def _cut(edges: Sequence[tuple[int, int, float]], size: int, resolution: float) -> NDArray[np.int64]:
    labels = np.full(size, -1, dtype=np.int64)
    if edges:
        named = [(str(a), str(b), cosine) for a, b, cosine in edges]
        _, found = graspologic_native.leiden(named, resolution=resolution, seed=SEED, iterations=2)
        for node, label in found.items():
            labels[int(node)] = label
    return _renumbered(labels)


def _renumbered(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the communities in the order of their first members."""
    order: dict[int, int] = defaultdict(lambda: len(order))
    return np.array([-1 if label < 0 else order[int(label)] for label in labels], dtype=np.int64)


def _silhouette(vectors: Vectors, labels: NDArray[np.int64]) -> float:
    """Return the mean silhouette by distance to centroids, over a sample of the rows."""
    kinds = np.unique(labels[labels >= 0])
    if len(kinds) < 2:
        return -1.0
    centroids = np.stack([vectors[labels == kind].mean(axis=0) for kind in kinds])
    step = max(1, len(vectors) // _SILHOUETTE_SAMPLE)
    rows = np.flatnonzero(labels >= 0)[::step]
    far = 1.0 - vectors[rows] @ centroids.T
    own = far[np.arange(len(rows)), np.searchsorted(kinds, labels[rows])].copy()
    far[np.arange(len(rows)), np.searchsorted(kinds, labels[rows])] = np.inf
    other = far.min(axis=1)
    return float(np.mean((other - own) / np.maximum(np.maximum(other, own), 1e-9)))
