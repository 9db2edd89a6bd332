"""Put together only what belongs together pair by pair: complete linkage."""

from collections.abc import Callable, Iterable


def linked(edges: Iterable[tuple[int, int, float]], fits: Callable[[int, int], bool]) -> list[list[int]]:
    """Group the ends of edges, nearest first, where every member fits every other one.

    >>> chain = [(1, 2, 0.9), (2, 3, 0.8), (5, 6, 0.7)]
    >>> linked(chain, lambda i, j: (i, j) != (1, 3))
    [[1, 2], [5, 6]]
    """
    group: dict[int, list[int]] = {}
    for i, j, _ in sorted(edges, key=lambda e: (-e[2], e[0], e[1])):
        one, other = group.setdefault(i, [i]), group.setdefault(j, [j])
        if one is not other and all(fits(min(x, y), max(x, y)) for x in one for y in other):
            one += other
            group |= dict.fromkeys(other, one)
    unique = {id(members): sorted(members) for members in group.values() if len(members) > 1}
    return sorted(unique.values())
