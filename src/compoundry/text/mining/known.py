"""Recognise a pattern that is known already, by its evidence and its form."""

from collections.abc import Sequence, Set
from dataclasses import replace
from itertools import chain, count
from typing import assert_never

from compoundry.job import same_id
from compoundry.model import Pattern, Reason

_SAME_EVIDENCE = 0.5


def recognised(fresh: Pattern, then: Set[str], known: Sequence[Pattern]) -> Pattern | None:
    """Find the known pattern that shares the most evidence, at least half of the smaller one's, and is of the same kind and form.

    The form of a period is its calendar: weekdays or months. That of a sequence is its order: `then` are the ids of
    the insights that come second in the fresh one.
    """
    shared = [(_overlap(fresh, old), old.id, old) for old in known if old.kind == fresh.kind and _of_one_form(fresh, then, old)]
    best = max(shared, default=None, key=lambda triple: triple[:2])
    return best[2] if best and best[0] >= _SAME_EVIDENCE else None


def free_id(fresh: Pattern, taken: Set[str]) -> str:
    """Return the id of what is found; another one where that is taken, as by the other order of the same insights."""
    others = (same_id("pattern", f"{fresh.kind} {n}", *fresh.evidence) for n in count(2))
    return next(id for id in chain([fresh.id], others) if id not in taken)


def still_told(pattern: Pattern, why: Reason) -> Reason:
    """Keep in the reason for which a period is retired when it came, so that it is recognised if it comes back."""
    when = pattern.reason.facts.get("when")
    return why if when is None else replace(why, facts={**why.facts, "when": when})


def _overlap(one: Pattern, other: Pattern) -> float:
    a, b = set(one.evidence), set(other.evidence)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _of_one_form(fresh: Pattern, then: Set[str], old: Pattern) -> bool:
    match fresh.kind:
        case "period":
            return len({_calendar(fresh), _calendar(old)} - {""}) < 2
        case "sequence":  # what is typical of one comes first in it
            return not old.typical or not then >= set(old.typical)
        case "theme" | "habit" | "co_occurrence":
            return True
        case _:
            assert_never(fresh.kind)


def _calendar(period: Pattern) -> str:
    """Return by what a period goes; nothing where its reason doesn't tell it."""
    when = str(period.reason.facts.get("when", ""))
    return when and ("week" if when.endswith("days") else "year")
