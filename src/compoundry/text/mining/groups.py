"""Group sentences that are about the same: a graph of near neighbours, cut into communities."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from heapq import heapify, heappop, heappush

import graspologic_native
import numpy as np
from numpy.typing import NDArray

from compoundry.text.mining.graph import Edges, Vectors, neighbour_edges

SHARPNESS = 4  # with 20 neighbours measured on BANKING77: V .835, ARI .592; 15 and plain cosines .827, .555
SEED = 20_260_301
DENSITY = 0.01  # weight a pair; planted patterns: what modularity cuts at 1 loses small topics in large loose ones
JOIN = 0.6  # ways to say one thing, which a graph of nearest neighbours keeps apart where each is said often
RESOLUTIONS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 24.0)
_USUAL = 1  # place of modularity's own resolution
_SILHOUETTE_SAMPLE = 2_000

Named = Sequence[tuple[str, str, float]]


def communities(vectors: Vectors, *, at_least: float = 0.0) -> NDArray[np.int64]:
    """Return a community number for each row, -1 for a row without neighbours.

    k-NN graph and Leiden (Traag et al. 2019) by modularity, at the resolution with the best silhouette (Rousseeuw 1987):
    from the usual one upwards while it gets better, else downwards.
    """
    edges = _named(neighbour_edges(vectors, at_least=at_least))

    @cache
    def cut(place: int) -> tuple[float, NDArray[np.int64]]:
        labels = _cut(edges, len(vectors), RESOLUTIONS[place])
        return _silhouette(vectors, labels), labels

    best = _USUAL
    for step in (1, -1):
        while 0 <= best + step < len(RESOLUTIONS) and cut(best + step)[0] > cut(best)[0]:
            best += step
        if best != _USUAL:
            break
    return cut(best)[1]


def about_the_same(vectors: Vectors, *, near: float) -> list[list[int]]:
    """Group the rows that are about the same, with a mean cosine of `near`; rows of no group are left out.

    Communities are cut fine, so that no small topic drowns in a loose large one; `joined` puts together what belongs together.
    """
    labels = dense(vectors, at_least=near, density=DENSITY)
    split: dict[int, list[int]] = defaultdict(list)
    for n, label in enumerate(labels.tolist()):
        if label >= 0:
            split[label].append(n)
    close = [kept for members in split.values() if len(kept := tight(vectors, members, at_least=near)) > 1]
    return joined(vectors, close, at_least=JOIN)


def dense(vectors: Vectors, *, at_least: float, density: float) -> NDArray[np.int64]:
    """Return a community number for each row, -1 for a row without neighbours: communities with so much weight a pair.

    Leiden by the constant Potts model (Traag et al. 2011), whose cut of one community doesn't depend on the size of the rest.
    """
    return _cut(_named(neighbour_edges(vectors, at_least=at_least)), len(vectors), density, by_modularity=False)


def tight(vectors: Vectors, members: Sequence[int], *, at_least: float) -> list[int]:
    """Keep the members whose mean cosine to the others is high enough, dropping the loosest ones, a twentieth at a time."""
    kept = np.array(sorted(members), dtype=np.intp)
    while len(kept) > 1:
        rows = vectors[kept]
        means = np.round((rows @ rows.sum(axis=0) - 1.0) / (len(kept) - 1), 4)
        loose = int((means < at_least).sum())
        if not loose:
            return [int(n) for n in kept]
        order = np.lexsort((kept, means))
        kept = np.delete(kept, order[: min(loose, max(1, len(kept) // 20))])
    return []


def joined(vectors: Vectors, groups: Sequence[list[int]], *, at_least: float) -> list[list[int]]:
    """Join groups while the mean cosine across two of them is high enough, the nearest first (average linkage)."""
    if len(groups) < 2:
        return [sorted(g) for g in groups]
    sums = np.stack([vectors[g].sum(axis=0) for g in groups])
    sizes = np.array([len(g) for g in groups], dtype=np.float32)
    members: dict[int, list[int]] = {n: list(g) for n, g in enumerate(groups)}
    version = [0] * len(groups)
    queue = [(-cosine, a, b, 0, 0) for a in members for b, cosine in _near_groups(sums, sizes, a, range(a), at_least)]
    heapify(queue)
    while queue:
        _, a, b, was_a, was_b = heappop(queue)
        if a not in members or b not in members or (was_a, was_b) != (version[a], version[b]):
            continue
        members[a] += members.pop(b)
        sums[a], sizes[a], version[a] = sums[a] + sums[b], sizes[a] + sizes[b], version[a] + 1
        for n, cosine in _near_groups(sums, sizes, a, [n for n in members if n != a], at_least):
            heappush(queue, (-cosine, a, n, version[a], version[n]))
    return sorted(sorted(m) for m in members.values())


def _near_groups(
    sums: Vectors, sizes: NDArray[np.float32], one: int, others: Sequence[int], at_least: float
) -> Iterator[tuple[int, float]]:
    """Yield the groups whose mean cosine with one group is high enough."""
    places = np.asarray(others, dtype=np.intp)
    if not len(places):
        return
    means = (sums[places] @ sums[one]) / (sizes[places] * sizes[one])
    for n in np.flatnonzero(means >= at_least):
        yield int(places[n]), round(float(means[n]), 4)


def medoid(vectors: Vectors, members: Sequence[int], *, most: int = 3) -> list[int]:
    """Return the most typical members, the nearest to all others first."""
    rows = vectors[list(members)]
    closeness = np.round((rows @ rows.T).sum(axis=1), 4)
    order = sorted(range(len(members)), key=lambda n: (-closeness[n], members[n]))
    return [members[n] for n in order[:most]]


def _named(edges: Edges) -> Named:
    """Write edges as Leiden takes them: names of nodes, and a weight."""
    names = [str(n) for n in range(int(edges.second.max(initial=-1)) + 1)]
    weights = np.maximum(edges.cosine, 1e-3).astype(np.float64) ** SHARPNESS
    return [(names[a], names[b], w) for a, b, w in zip(edges.first.tolist(), edges.second.tolist(), weights.tolist(), strict=True)]


def _cut(edges: Named, size: int, resolution: float, *, by_modularity: bool = True) -> NDArray[np.int64]:
    labels = np.full(size, -1, dtype=np.int64)
    if edges:
        _, found = graspologic_native.leiden(edges, resolution=resolution, use_modularity=by_modularity, seed=SEED, iterations=2)
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
