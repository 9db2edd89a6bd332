"""Keep what is decided: the changes, and what becomes of each insight."""

from collections.abc import Sequence

import numpy as np

from compoundry.changes import Told
from compoundry.job import Change, Outcome, Plan
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
        """Close the ledger; most insights stay as they are, so what becomes of them is told in columns."""
        sayings = list(dict.fromkeys([("kept", ""), *self._outcomes.values()]))
        number = {saying: n for n, saying in enumerate(sayings)}
        says = np.zeros(len(self._insights), dtype=np.int32)
        says[list(self._outcomes)] = [number[saying] for saying in self._outcomes.values()]
        versions = np.fromiter((one.version for one in self._insights), np.int64, len(self._insights))
        told = Told([one.id for one in self._insights], versions, says, sayings)
        return Plan(told, tuple(self.changes), tuple(self.notes))
