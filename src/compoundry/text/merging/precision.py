"""Measure from people's answers how often automatic merging is right, and pause it when it isn't often enough."""

from collections.abc import Iterable
from dataclasses import dataclass

from compoundry.counting import counted
from compoundry.model import Candidate, Reason
from compoundry.text import counting

LAST = 200
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Precision:
    """Count how many of the last answers found an automatic merge right; `low` and `high` are its 95 % interval (Wilson)."""

    right: int
    answers: int

    @property
    def value(self) -> float:
        return round(self.right / self.answers, 4)

    @property
    def low(self) -> float:
        return round(counting.wilson(self.right, self.answers)[0], 4)

    @property
    def high(self) -> float:
        return round(counting.wilson(self.right, self.answers)[1], 4)

    def below(self, target: float) -> bool:
        """Tell whether it is surely below: at least 5 answers, and the whole interval.

        >>> Precision(4, 5).below(0.95), Precision(15, 20).below(0.95)
        (False, True)
        """
        return self.answers >= ENOUGH and self.high < target

    @property
    def reason(self) -> Reason:
        """Say it, as a run's note does."""
        were = "was" if self.right == 1 else "were"
        text = f"Of the last {counted(self.answers, 'automatic merge')} that people looked at, {self.right} {were} right"
        facts = {"value": self.value, "low": self.low, "high": self.high, "answers": self.answers}
        return Reason("merge_precision", f"{text}: {self.value:.0%} ({self.low:.0%} to {self.high:.0%}).", facts)


def measured(candidates: Iterable[Candidate]) -> Precision | None:
    """Measure over the last 200 answers: to audits, to what a paused run would have merged, and merges taken back.

    None before the first one.
    """
    told = [(c.decided_at, c.id, c.status == "accepted") for c in candidates if c.decided_at and _says(c)]
    last = sorted(told)[-LAST:]
    return Precision(sum(right for _, _, right in last), len(last)) if last else None


def _says(asked: Candidate) -> bool:
    return asked.status in ("accepted", "rejected") and (asked.kind == "audit" or asked.reason.facts.get("sure") is True)
