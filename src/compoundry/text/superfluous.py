"""Count what others make superfluous."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise


def superfluous(groups: Iterable[Sequence[int]]) -> int:
    """Count what would go if each group, and groups that share a member, were one; a group of one, or of none, takes nothing away.

    >>> superfluous([[1, 2], [2, 3], [4], []]), superfluous([[1, 2, 3], [3, 1]])
    (2, 2)
    """
    stays: dict[int, int] = {}
    for group in groups:
        for first, other in pairwise(group):
            one, two = _last(stays, first), _last(stays, other)
            if one != two:
                stays[max(one, two)] = min(one, two)
    return len(stays)


def _last(stays: Mapping[int, int], place: int) -> int:
    while place in stays:
        place = stays[place]
    return place
