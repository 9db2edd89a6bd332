"""Find the nearest neighbours of each sentence: exactly where that is quick, cell by cell in a large workspace."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.intp]

NEIGHBOURS = 20
BLOCK = 512
EXACT = 20_000
CELL = 500  # rows a cell, and how many cells a row is compared with; docs/benchmarks/patterns.md has what they cost and keep
PROBES = 8
_ROUNDS = 2
_GROUP = 64  # only the largest of so many is looked at; 15,000 rows take 2.3 s of CPU, and took 4.9 s when whole rows were partitioned


@dataclass(frozen=True, slots=True)
class Edges:
    """Hold pairs of rows (first < second) with their cosine, each pair once, in order."""

    first: Rows
    second: Rows
    cosine: Vectors


def neighbour_edges(vectors: Vectors, *, at_least: float, neighbours: int = NEIGHBOURS) -> Edges:
    """Return the pairs in which one is among the other's nearest.

    `vectors` is float32 of shape (n, dimension), unit rows. Exact up to 20,000 rows; beyond, a row is compared with the
    cells nearest to its own (inverted file: Jegou et al. 2011), so that time grows little faster than the rows.
    """
    found = [_nearest(vectors, rows, others, at_least, neighbours) for rows, others in _compared(vectors)]
    one, other = (np.concatenate([pair[side] for pair in found]) if found else np.zeros(0, dtype=np.intp) for side in (0, 1))
    keys = np.unique(np.minimum(one, other) * max(1, len(vectors)) + np.maximum(one, other))
    first, second = keys // max(1, len(vectors)), keys % max(1, len(vectors))
    cosine = np.concatenate(
        [np.einsum("nd,nd->n", vectors[first[n : n + BLOCK]], vectors[second[n : n + BLOCK]]) for n in range(0, len(keys), BLOCK)]
        or [np.zeros(0, dtype=np.float32)]
    )
    return Edges(first, second, np.round(cosine, 4).astype(np.float32))


def _nearest(vectors: Vectors, rows: Rows, others: Rows, at_least: float, neighbours: int) -> tuple[Rows, Rows]:
    """Return the pairs of rows with their nearest among others; both are in order, and the rows are among the others.

    A row's nearest are looked for among those that reach a bound which as many groups of others reach, so that hardly any are sorted.
    """
    cosines = vectors[rows] @ vectors[others].T
    cosines[np.arange(len(rows)), np.searchsorted(others, rows)] = -2.0
    reaching = np.flatnonzero((cosines >= _bound(cosines, at_least, neighbours)[:, None]).ravel())
    here, there = np.divmod(reaching, len(others))
    found = cosines.ravel()[reaching]
    starts = np.searchsorted(here, np.arange(len(rows) + 1))
    least = np.full(len(rows), -2.0, dtype=np.float32)
    many = np.flatnonzero(np.diff(starts) > neighbours)
    least[many] = found[np.lexsort((-found, here))][starts[many] + neighbours - 1]
    near = found >= least[here]
    return rows[here[near]], others[there[near]]


def _bound(cosines: Vectors, at_least: float, neighbours: int) -> Vectors:
    """Return for each row a cosine that at least so many reach: the maxima of as many groups do."""
    least = np.full(len(cosines), at_least, dtype=np.float32)
    groups = cosines.shape[1] // _GROUP
    if groups <= neighbours:
        return least
    maxima = cosines[:, : groups * _GROUP].reshape(len(cosines), _GROUP, groups).max(axis=1)
    return np.maximum(least, np.partition(maxima, groups - neighbours, axis=1)[:, -neighbours])


def _compared(vectors: Vectors) -> Iterator[tuple[Rows, Rows]]:
    """Yield rows with all the rows that they are compared with."""
    everything = np.arange(len(vectors), dtype=np.intp)
    if len(vectors) <= EXACT:
        yield from ((everything[start : start + BLOCK], everything) for start in range(0, len(vectors), BLOCK))
        return
    cells, centres = _cells(vectors)
    around = np.argsort(-(centres @ centres.T), axis=1, kind="stable")[:, :PROBES]
    for n, cell in enumerate(cells):
        others = np.sort(np.concatenate([cells[m] for m in around[n]]))
        yield from ((cell[start : start + BLOCK], others) for start in range(0, len(cell), BLOCK))


def _cells(vectors: Vectors) -> tuple[list[Rows], Vectors]:
    """Split rows into cells of about the same size by a few rounds of k-means from an even sample."""
    wanted = max(1, len(vectors) // CELL)
    centres = vectors[:: max(1, len(vectors) // wanted)][:wanted]
    cells: list[Rows] = []
    for _ in range(_ROUNDS):
        owner = _owner(vectors, centres)
        order = np.argsort(owner, kind="stable")
        bounds = np.searchsorted(owner[order], np.arange(len(centres) + 1))
        cells = [order[bounds[n] : bounds[n + 1]] for n in range(len(centres))]
        sums = np.stack([vectors[cell].sum(axis=0) if len(cell) else centre for cell, centre in zip(cells, centres, strict=True)])
        centres = (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return cells, centres


def _owner(vectors: Vectors, centres: Vectors) -> Rows:
    parts = [np.argmax(vectors[start : start + BLOCK] @ centres.T, axis=1) for start in range(0, len(vectors), BLOCK)]
    return np.concatenate(parts).astype(np.intp)
