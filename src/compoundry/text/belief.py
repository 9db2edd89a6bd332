"""Compute how far an insight is believed, from its evidence, its type and the time, and nothing else.

    confidence = stated × agreement × (floor + (1 − floor) × 2 ^ (−age / half-life))

*stated* is the highest weight among observations; each confirmation by a new source closes a part of
what is missing to 1. *agreement* is the share of supporting weight among all, so it falls when somebody
contradicts. *age* is the time since the last support. The *half-life* starts at that of the type and
grows with each confirmation, the more the longer the gap before it was (the spacing effect: Cepeda et
al. 2006; the shape follows the stability of half-life regression, Settles & Meeder 2016), less when the
same source repeats itself. The *floor* keeps time alone from hiding anything: it makes an insight
doubtful, never invisible.

The stored confidence is a cache of this, so computing it daily, monthly or twice gives the same value.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Literal

from compoundry.model import Evidence, Insight

Level = Literal["low", "medium", "high", "very_high"]

FOREVER: Final = math.inf
HALF_LIVES: Final[Mapping[str, float]] = {
    "activity": 30.0,
    "opportunity": 45.0,
    "risk": 60.0,
    "behavior": 120.0,
    "habit": 120.0,
    "preference": 180.0,
    "role_detail": 270.0,
    "fact": 365.0,
    "relationship": 365.0,
    "characteristic": 730.0,
    "identity": FOREVER,
    "milestone": FOREVER,
    "event": FOREVER,
}
_SUPPORT: Final = frozenset({"observed", "confirmed", "reviewed", "outcome"})
_LEVELS: Final[tuple[tuple[float, Level], ...]] = ((0.85, "very_high"), (0.6, "high"), (0.35, "medium"))
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Belief:
    """Hold the settings of belief; half-lives in days by type, `default_half_life_days` for other types."""

    half_lives: Mapping[str, float] = field(default_factory=lambda: dict(HALF_LIVES))
    default_half_life_days: float = 180.0
    floor: float = 0.25
    spacing_gain: float = 1.5
    repeat_share: float = 0.3
    confirmation_gain: float = 0.3
    most_growth: float = 12.0


@dataclass(frozen=True, slots=True)
class Strength:
    """Hold what the evidence says, before time has its say."""

    level: float
    half_life_days: float
    last_support: datetime


DEFAULT: Final = Belief()


def confidence(insight: Insight, now: datetime, policy: Belief = DEFAULT) -> float:
    """Return how far the insight is believed at `now`, from 0 to 1, rounded to 4 decimals."""
    found = strength(insight, policy)
    if insight.pinned:
        return round(found.level, 4)
    age_days = max(0.0, (now - found.last_support).total_seconds() / _DAY_S)
    return round(found.level * retained(age_days, found.half_life_days, policy.floor), 4)


def level(confidence: float) -> Level:
    """Name a confidence in one of four words.

    >>> [level(c) for c in (0.1, 0.4, 0.7, 0.9)]
    ['low', 'medium', 'high', 'very_high']
    """
    return next((name for bound, name in _LEVELS if confidence >= bound), "low")


def retained(age_days: float, half_life_days: float, floor: float) -> float:
    """Return the share of belief that is left after some days without support.

    >>> round(retained(180, 180, 0.2), 6)
    0.6
    >>> retained(10_000, FOREVER, 0.2)
    1.0
    """
    return floor + (1 - floor) * math.exp2(-age_days / half_life_days)


def fades_at(insight: Insight, bound: float, policy: Belief = DEFAULT) -> datetime | None:
    """Return when the confidence falls below `bound` unless somebody confirms it; None for never."""
    found = strength(insight, policy)
    wanted = (bound / found.level - policy.floor) / (1 - policy.floor) if found.level > 0 else 1.0
    if insight.pinned or found.half_life_days == FOREVER or wanted <= 0:
        return None
    if wanted >= 1:
        return found.last_support
    return found.last_support + timedelta(days=-math.log2(wanted) * found.half_life_days)


def strength(insight: Insight, policy: Belief = DEFAULT) -> Strength:
    """Weigh the evidence of an insight; one without evidence stands on its stored confidence."""
    support = sorted((e for e in insight.evidence if e.kind in _SUPPORT), key=lambda e: (e.at, e.source, e.id))
    if not support:
        return Strength(insight.confidence, _type_half_life(insight.type, policy), insight.observed_at)
    against = sum(e.weight for e in insight.evidence if e.kind == "contradicted")
    grown = _grown(_type_half_life(insight.type, policy), support, policy)
    return Strength(_stated(support, policy) * _agreement(support, against), grown, support[-1].at)


def _stated(support: Sequence[Evidence], policy: Belief) -> float:
    observed = [e.weight for e in support if e.kind == "observed"]
    missing = 1.0 - _unit(max(observed, default=0.5))
    told_by = {e.source for e in support if e.kind == "observed"}
    for source in sorted({e.source for e in support if e.kind != "observed"}):
        weight = max(e.weight for e in support if e.source == source and e.kind != "observed")
        share = 1.0 if source not in told_by else policy.repeat_share
        missing *= 1.0 - policy.confirmation_gain * share * _unit(weight)
    return 1.0 - missing


def _agreement(support: Sequence[Evidence], against: float) -> float:
    if against <= 0:
        return 1.0
    heaviest = {source: max(_unit(e.weight) for e in support if e.source == source) for source in {e.source for e in support}}
    total = sum(sorted(heaviest.values()))
    return total / (total + against) if total else 0.0


def _grown(half_life_days: float, support: Sequence[Evidence], policy: Belief) -> float:
    """Let each confirmation lengthen the half-life by how long ago the one before it was."""
    longest, grown, known = half_life_days * policy.most_growth, half_life_days, set[str]()
    if half_life_days == FOREVER:
        return FOREVER
    for before, piece in pairwise(support):
        known.add(before.source)
        gap_days = (piece.at - before.at).total_seconds() / _DAY_S
        share = policy.repeat_share if piece.source in known else 1.0
        grown *= 1.0 + policy.spacing_gain * share * _unit(piece.weight) * min(1.0, gap_days / grown)
    return min(longest, grown)


def _type_half_life(kind: str, policy: Belief) -> float:
    return policy.half_lives.get(kind, policy.default_half_life_days)


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
