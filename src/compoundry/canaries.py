"""Hold what a workspace asserts, and find what in a plan would break it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compoundry.job import Archive, Believe, Change, Merge, Supersede, modified


@dataclass(frozen=True, slots=True)
class Canaries:
    """Assert what no run may do, whatever it thinks.

    `never_merge` are pairs of insight ids that stay two; `must_stay` are insights that stay active;
    `most_affected` is the share of the scanned insights that one run may affect, from `affected_from` on; that
    something is believed more or less, as evidence and time say, doesn't count.
    """

    never_merge: Sequence[Sequence[str]] = ()
    must_stay: Sequence[str] = ()
    most_affected: float = 1.0
    affected_from: int = 20

    def broken_by(self, changes: Sequence[Change], *, scanned: int, heirs: Mapping[str, str]) -> list[str]:
        """Say what a plan of these changes would break, one sentence each; `heirs` maps what was merged before to where it lives on.

        >>> from compoundry.model import Reason
        >>> Canaries(must_stay=["a"]).broken_by([Archive("a", Reason("old", "old"))], scanned=1, heirs={})
        ['a must stay active, and the plan would archive it']
        >>> Canaries(never_merge=[["a", "b"]]).broken_by([Merge("c", "b", Reason("same", "same"))], scanned=2, heirs={"a": "c"})
        ['a and b must never be merged, and the plan would merge them']
        """
        return [*self._merged(changes, heirs), *self._gone(changes), *self._too_many(changes, scanned)]

    def _merged(self, changes: Sequence[Change], heirs: Mapping[str, str]) -> Iterator[str]:
        ends = _ends({c.insight: c.into for c in changes if isinstance(c, Merge)})
        for one, other in self.never_merge:
            x, y = heirs.get(one, one), heirs.get(other, other)
            if x != y and ends.get(x, x) == ends.get(y, y):
                yield f"{one} and {other} must never be merged, and the plan would merge them"

    def _gone(self, changes: Sequence[Change]) -> Iterator[str]:
        verbs = {Merge: "merge", Supersede: "supersede", Archive: "archive"}
        for change in changes:
            if isinstance(change, Merge | Supersede | Archive) and change.insight in self.must_stay:
                yield f"{change.insight} must stay active, and the plan would {verbs[type(change)]} it"

    def _too_many(self, changes: Sequence[Change], scanned: int) -> Iterator[str]:
        affected = len({id for c in changes if not isinstance(c, Believe) for id in modified(c)})
        if affected > max(self.affected_from, self.most_affected * scanned):
            share = f"at most {self.most_affected:.0%} of the insights"
            yield f"one run may affect {share}, and the plan would affect {affected} of {scanned}"


def _ends(into: Mapping[str, str]) -> dict[str, str]:
    """Follow merges to where they end."""
    ends = {}
    for gone in into:
        stays = gone
        while stays in into:
            stays = into[stays]
        ends[gone] = stays
    return ends
