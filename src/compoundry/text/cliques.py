"""Put edges together into groups in which each is joined to each."""

from collections import defaultdict
from collections.abc import Iterable


def cliques(edges: Iterable[tuple[int, int, float]], *, most: int) -> list[list[int]]:
    """Part the edges, the nearest first, into complete groups of at most `most`; every edge is in exactly one of them.

    >>> triangle = [(1, 2, 0.9), (1, 3, 0.9), (2, 3, 0.9)]
    >>> cliques([*triangle, (3, 4, 0.8)], most=8)
    [[1, 2, 3], [3, 4]]
    >>> cliques(triangle, most=2)
    [[1, 2], [1, 3], [2, 3]]
    """
    ordered = sorted(edges, key=lambda e: (-e[2], e[0], e[1]))
    left: dict[int, set[int]] = defaultdict(set)
    for i, j, _ in ordered:
        left[i].add(j)
        left[j].add(i)
    return [_taken(i, j, left, most) for i, j, _ in ordered if j in left[i]]


def _taken(i: int, j: int, left: dict[int, set[int]], most: int) -> list[int]:
    """Grow a group from one edge by whoever all of its members are joined to, and take its edges out."""
    group, shared = [i, j], left[i] & left[j]
    while shared and len(group) < most:
        group.append(min(shared))
        shared &= left[group[-1]]
    for member in group:
        left[member].difference_update(group)
    return sorted(group)
