"""Hold what a workspace asserts, and find what in a plan would break it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compoundry.job import Archive, Change, Merge, Supersede
from compoundry.model import Counts


@dataclass(frozen=True, slots=True)
class Canaries:
    """Assert what no run may do, whatever it thinks.

    `never_merge` are pairs of insight ids that stay two; `must_stay` are insights that stay active;
    `most_affected` is the share of the scanned insights that one run may affect, from `affected_from` on.
    """

    never_merge: Sequence[Sequence[str]] = ()
    must_stay: Sequence[str] = ()
    most_affected: float = 1.0
    affected_from: int = 20

    def broken_by(self, changes: Sequence[Change], counts: Counts) -> list[str]:
        """Say what a plan of these changes would break, one sentence each.

        >>> from compoundry.model import Reason
        >>> Canaries(must_stay=["a"]).broken_by([Archive("a", Reason("old", "old"))], Counts(scanned=1, affected=1))
        ['a must stay active, and the plan would archive it']
        """
        return [*self._merged(changes), *self._gone(changes), *self._too_many(counts)]

    def _merged(self, changes: Sequence[Change]) -> Iterator[str]:
        ends = _ends({c.insight: c.into for c in changes if isinstance(c, Merge)})
        for one, other in self.never_merge:
            if ends.get(one, one) == ends.get(other, other):
                yield f"{one} and {other} must never be merged, and the plan would merge them"

    def _gone(self, changes: Sequence[Change]) -> Iterator[str]:
        verbs = {Merge: "merge", Supersede: "supersede", Archive: "archive"}
        for change in changes:
            if isinstance(change, Merge | Supersede | Archive) and change.insight in self.must_stay:
                yield f"{change.insight} must stay active, and the plan would {verbs[type(change)]} it"

    def _too_many(self, counts: Counts) -> Iterator[str]:
        if counts.affected > max(self.affected_from, self.most_affected * counts.scanned):
            share = f"at most {self.most_affected:.0%} of the insights"
            yield f"one run may affect {share}, and the plan would affect {counts.affected} of {counts.scanned}"


def _ends(into: Mapping[str, str]) -> dict[str, str]:
    """Follow merges to where they end."""
    ends = {}
    for gone in into:
        stays = gone
        while stays in into:
            stays = into[stays]
        ends[gone] = stays
    return ends
