"""Find near pairs in a huge block through a graph of neighbours, where comparing all with all would take too long."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from compoundry.errors import MissingExtra

if TYPE_CHECKING:
    from usearch.index import BatchMatches, Index

_FIRST, _MORE = 32, 4
_QUERIES = 4_096
_DIGITS = 4


def near(
    vectors: NDArray[np.float32], block: Sequence[int] | NDArray[np.intp], fresh: NDArray[np.bool_], *, at_least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield what `neighbours.near` yields, but for a few pairs that the graph misses (HNSW, Malkov & Yashunin 2016).

    Built by one thread, so that the same block gives the same pairs. Nothing is capped: whoever has more
    neighbours than were asked for is asked again, for four times as many. Raises MissingExtra without usearch.
    """
    try:
        from usearch.index import Index  # the extra `ann`; most workspaces never need it
    except ImportError:
        raise MissingExtra(
            f"{len(block):,} insights of one entity, or of none, need: pip install 'compoundry[ann]'; "
            "or raise consolidation's exact_up_to, which takes longer"
        ) from None
    members = np.asarray(block, dtype=np.intp)
    graph = Index(ndim=vectors.shape[1], metric="ip", dtype="f16")
    graph.add(np.arange(len(members)), vectors[members], threads=1)
    new = np.flatnonzero(fresh[members])
    for start in range(0, len(new), _QUERIES):
        yield from _around(graph, vectors, members, new[start : start + _QUERIES], fresh, at_least)


def _around(
    graph: "Index",
    vectors: NDArray[np.float32],
    members: NDArray[np.intp],
    asked: NDArray[np.intp],
    fresh: NDArray[np.bool_],
    at_least: float,
) -> Iterator[tuple[int, int, float]]:
    many = _FIRST
    while len(asked):
        many = min(many, len(members))
        found = cast("BatchMatches", graph.search(vectors[members[asked]], many, threads=1))
        full = (found.counts == many) & (found.distances[:, -1] <= 1 - at_least) & (many < len(members))
        for one, keys, count in zip(asked[~full], found.keys[~full], found.counts[~full], strict=True):
            others = np.sort(keys[:count].astype(np.intp))
            cosines = vectors[members[others]] @ vectors[members[one]]
            for other, exact in zip(others, cosines, strict=True):
                cosine = round(min(float(exact), 1.0), _DIGITS)
                if cosine >= at_least and (other > one or (other < one and not fresh[members[other]])):
                    i, j = sorted((int(members[one]), int(members[other])))
                    yield i, j, cosine
        asked, many = asked[full], many * _MORE
