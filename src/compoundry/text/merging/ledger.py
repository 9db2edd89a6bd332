"""Keep what is decided: the changes, and what becomes of each insight."""

from collections.abc import Sequence

import numpy as np

from compoundry.changes import Told
from compoundry.job import Change, Outcome, Plan, Rest
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

    def plan(self, rest: Rest | None = None) -> Plan:
        """Close the ledger; most insights stay as they are, as does the rest, so what becomes of them is told in columns."""
        sayings = list(dict.fromkeys([("kept", ""), *self._outcomes.values()]))
        number = {saying: n for n, saying in enumerate(sayings)}
        said = {self._insights[place].id: number[saying] for place, saying in self._outcomes.items()}
        seen = {**(rest.versions if rest else {}), **{one.id: one.version for one in self._insights}}
        ids = sorted(seen)
        versions = np.fromiter(map(seen.__getitem__, ids), np.int64, len(ids))
        says = np.fromiter((said.get(id, 0) for id in ids), np.int32, len(ids))
        return Plan(Told(ids, versions, says, sayings), tuple(self.changes), tuple(self.notes))
