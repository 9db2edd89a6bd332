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
    """Return the pairs of rows with their nearest among others."""
    cosines = vectors[rows] @ vectors[others].T
    cosines[rows[:, None] == others[None, :]] = -2.0
    least = np.full(len(rows), at_least, dtype=np.float32)
    if len(others) > neighbours:
        last = len(others) - neighbours
        least = np.maximum(least, np.partition(cosines, last, axis=1)[:, last])
    here, there = np.nonzero(cosines >= least[:, None])
    return rows[here], others[there]


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
