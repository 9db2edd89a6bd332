"""Ask people about what is about to fade, or what they wanted to be asked about again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from compoundry.job import same_id
from compoundry.model import Candidate, Reason


@dataclass(frozen=True, slots=True)
class Doubt:
    """Note why an insight should be confirmed: it fades at a time, or the day to look at it again has come."""

    at: datetime
    insight: str
    believed: float
    why: Literal["about_to_fade", "recheck_due"] = "about_to_fade"


def questions(doubts: Iterable[Doubt], known: Iterable[Candidate], *, most: int, now: datetime) -> list[Candidate]:
    """Ask about the first doubts, which come most urgent first: once per day that each is about, at most so many waiting at a time."""
    asked, waiting = set(), set()
    for c in known:
        asked.add(c.id)
        waiting |= set(c.subjects) if c.kind == "confirm" and c.status == "open" else set()
    found = (_question(doubt, now) for doubt in doubts if doubt.insight not in waiting)
    return list(islice((question for question in found if question.id not in asked), max(0, most - len(waiting))))


def _question(doubt: Doubt, now: datetime) -> Candidate:
    day = doubt.at.date().isoformat()
    if doubt.why == "recheck_due":
        reason = Reason("recheck_due", f"to be looked at again from {day} on: does it still hold?", {"recheck_at": doubt.at.isoformat()})
    else:
        text = f"believed {doubt.believed:.2f}, hardly from {day} on: is it still so, or still worth knowing?"  # it may tell what happened
        reason = Reason("about_to_fade", text, {"confidence": doubt.believed, "fades_at": doubt.at.isoformat()})
    id = same_id("confirm", doubt.insight, day)
    return Candidate(id, "confirm", (doubt.insight,), reason, round(1 - doubt.believed, 4), now)
