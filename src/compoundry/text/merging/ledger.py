"""Keep what is decided: the changes, and what becomes of each insight."""

from collections.abc import Iterator, Sequence

from compoundry.job import Change, Disposition, Outcome, Plan
from compoundry.model import Insight, Reason

_RANK: tuple[Outcome, ...] = ("kept", "postponed", "proposed", "recurred", "survived", "superseded", "merged", "failed")


class Ledger:
    """Collect changes, what else there is to say, and for each place the gravest outcome."""

    def __init__(self, insights: Sequence[Insight]) -> None:
        self.changes: list[Change] = []
        self.notes: list[Reason] = []
        self._insights = insights
        self._outcomes: dict[int, tuple[Outcome, str]] = {}

    def mark(self, place: int, outcome: Outcome, because: str) -> None:
        """Say what became of an insight; a graver outcome wins."""
        known = self._outcomes.get(place)
        if known is None or _RANK.index(outcome) > _RANK.index(known[0]):
            self._outcomes[place] = outcome, because

    def places(self, *outcomes: Outcome) -> set[int]:
        """Return the places that had one of these outcomes."""
        return {place for place, (outcome, _) in self._outcomes.items() if outcome in outcomes}

    def plan(self) -> Plan:
        """Close the ledger."""
        return Plan(tuple(self._dispositions()), tuple(self.changes), tuple(self.notes))

    def _dispositions(self) -> Iterator[Disposition]:
        decided = self._outcomes
        for place, one in enumerate(self._insights):
            if place in decided:
                yield Disposition(one.id, one.version, *decided[place])
            else:
                yield Disposition(one.id, one.version, "kept")
