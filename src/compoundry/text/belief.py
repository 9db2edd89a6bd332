"""Say how far an insight is believed, from its evidence, its type and the time, and from nothing else.

    confidence = trust × (floor + (1 - floor) × freshness)
    freshness  = (1 + (2^(1/tail) - 1) · age / half_life)^-tail

**Trust** is what the evidence says when it is fresh. Independent observations combine as 1 - Π(1 - gain)
(noisy-or, Pearl 1988), a denial multiplies by (1 - weight). The first observation gains its whole weight,
so an insight starts at its stated confidence; another source gains half of its weight, a repeat by the same
source less each time, a reviewer nine tenths. What only agrees is never the first, whatever day it bears.
Verdicts (reviewed, outcome) deny where they weigh under one half.

**Floor** is the part of the trust that time never takes: 0 here, 1 for what is pinned or of a lasting type, and what the workspace's
sweep sets otherwise (.2). So .8 is .48 after one half-life in a workspace, .4 without a floor.

**Age** is the time since the last support; after one half-life half is left of what fades, with the power-law tail that
memory and recurrence show (Wixted & Ebbesen 1991); a large `tail` is the familiar exponential.

**Half-life** starts at that of the type and grows with each support, the more the longer the gap before it
was (spacing effect: Cepeda 2006; the shape follows the stability of FSRS). It is then scaled by the odds of
spaced support against denials. A denial counts there by its surprise: the fresher the belief that it meets, the more it says
about how long that lasts (prediction error: Rescorla & Wagner 1972). All of it was measured: docs/benchmarks/belief.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from compoundry.columns import NEVER, Columns, Flags, Floats, Times, columns_of, micros, moment
from compoundry.model import Evidence, Insight
from compoundry.text.belief_policy import HALF_LIVES, LASTING, Policy, Sources, must_be_shares
from compoundry.text.folding import Fold, freshness
from compoundry.text.moments import Moments, moments

__all__ = [
    "HALF_LIVES", "LASTING", "Believed", "Fold", "Level", "Policy", "Sources", "Weighed", "confidence", "freshness", "half_life", "heard",
    "level", "must_be_shares", "weigh", "weigh_all",
]  # fmt: skip

Level = Literal["low", "medium", "high", "very_high"]
DAY_S = 86_400.0
MICRO_DAYS = DAY_S * 1e6
_LATEST = micros(datetime.max.replace(tzinfo=moment(0).tzinfo))


@dataclass(frozen=True, slots=True)
class Weighed:
    """Hold what a log of evidence adds up to: trust at `since`, then fading by half-lives above the floor."""

    trust: float
    since: datetime
    half_life_days: float
    floor: float
    tail: float

    def at(self, now: datetime) -> float:
        """Return the confidence at a time after the last evidence."""
        return float(self._alone.at(micros(now))[0])

    def fades_at(self, bound: float) -> datetime | None:
        """Return when the confidence falls to the bound unless somebody confirms it; None for never."""
        at = int(self._alone.fades_at(bound)[0])
        return None if at == NEVER else moment(at)

    @property
    def _alone(self) -> "Believed":
        trust, lives, floor = (np.array([share]) for share in (self.trust, self.half_life_days, self.floor))
        return Believed(trust, np.array([micros(self.since)]), lives, floor, self.tail)


@dataclass(frozen=True)
class Believed:
    """Hold the same for many insights, one row each; `since` is `NEVER` where nothing supports an insight yet."""

    trust: Floats
    since: Times
    half_life_days: Floats
    floor: Floats
    tail: float

    @property
    def supported(self) -> Flags:
        """Flag what has any support."""
        return np.not_equal(self.since, NEVER)

    def age_days(self, now: int) -> Floats:
        """Return the days since the last support."""
        days: Floats = np.maximum(0.0, (now - self.since) / MICRO_DAYS)
        return days

    def at(self, now: int) -> Floats:
        """Return each confidence at a time after the last evidence; 0 where nothing supports an insight."""
        left = self.floor + (1 - self.floor) * freshness(self.age_days(now), self.half_life_days, self.tail)
        return np.where(self.supported, self.trust * left, 0.0)

    def fades_at(self, bound: float) -> Times:
        """Return when each falls to the bound unless somebody confirms it."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            left = (bound / self.trust - self.floor) / (1 - self.floor)
            days = (left ** (-1 / self.tail) - 1) / (2 ** (1 / self.tail) - 1) * self.half_life_days
            at = self.since + days * MICRO_DAYS
            falls = (self.trust * self.floor < bound) & (at < _LATEST) & self.supported
        at = np.where(falls, at, NEVER).astype(np.int64)
        return np.where(self.trust <= bound, self.since, at)

    def one(self, place: int) -> Weighed | None:
        """Return one of them; None when nothing supports it yet."""
        if self.since[place] == NEVER:
            return None
        trust, half_life_days, floor = (float(c[place]) for c in (self.trust, self.half_life_days, self.floor))
        return Weighed(trust, moment(int(self.since[place])), half_life_days, floor, self.tail)


def confidence(insight: Insight, now: datetime, policy: Policy) -> float:
    """Return how far an insight is believed at `now`, between 0 and 1; evidence from later doesn't count yet.

    The stored confidence plays no part; without evidence nothing is believed. Raises ValueError when
    a weight isn't between 0 and 1.

    >>> from datetime import UTC, datetime, timedelta
    >>> seen = datetime(2026, 1, 1, tzinfo=UTC)
    >>> once = Evidence("e", "observed", seen, "scout", 0.8)
    >>> tea = Insight("i", "Mira drinks tea.", "preference", (), 0.1, seen, seen, (once,))
    >>> [round(confidence(tea, seen + timedelta(days=d), Policy()), 3) for d in (0, 180, 540)]
    [0.8, 0.4, 0.226]
    """
    weighed = weigh(insight, now, policy)
    return weighed.at(now) if weighed else 0.0


def heard(insight: Insight, trust: Mapping[str, float]) -> Insight:
    """Return the insight with its evidence as far as its sources are trusted, from 0 (not heard at all) to 1.

    >>> from datetime import UTC, datetime
    >>> seen = datetime(2026, 1, 1, tzinfo=UTC)
    >>> log = (Evidence("a", "observed", seen, "scout", 0.8), Evidence("b", "observed", seen, "rumour", 0.6))
    >>> tea = Insight("i", "Mira drinks tea.", "preference", (), 0.1, seen, seen, log)
    >>> [(e.source, e.weight) for e in heard(tea, {"rumour": 0.5}).evidence]
    [('scout', 0.8), ('rumour', 0.3)]
    """
    if trust.keys().isdisjoint(e.source for e in insight.evidence):
        return insight
    told = ((e, trust.get(e.source, 1.0)) for e in insight.evidence)
    return replace(insight, evidence=tuple(replace(e, weight=_scaled(e, part)) for e, part in told if part > 0))


def level(confidence: float) -> Level:
    """Put a confidence into words.

    >>> [level(c) for c in (0.1, 0.5, 0.7, 0.95)]
    ['low', 'medium', 'high', 'very_high']
    """
    return "low" if confidence < 0.4 else "medium" if confidence < 0.65 else "high" if confidence < 0.85 else "very_high"


def weigh(insight: Insight, now: datetime, policy: Policy) -> Weighed | None:
    """Add up the evidence up to `now`; None when nothing supports the insight yet, ValueError when a weight is none."""
    columns = columns_of([insight])
    if columns.troubles:
        raise ValueError(columns.troubles[0])
    return weigh_all(columns, now, policy).one(0)


def weigh_all(columns: Columns, now: datetime, policy: Policy) -> Believed:
    """Add up the evidence up to `now` for each insight; those that have trouble are left without support."""
    told = moments(columns.evidence.only(columns.sound[columns.evidence.of]), micros(now), policy)
    many = np.bincount(told.of, minlength=len(columns))
    order = np.argsort(-many, kind="stable")
    base = np.array([half_life(name, policy) for name in columns.type.names] or [0.0])[columns.type.codes]
    trust, since, lives = _folded(told, many, order, base[order], policy)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return Believed(trust[back], since[back], lives[back], _floors(columns, policy), policy.tail)


def _folded(told: Moments, many: NDArray[np.intp], order: NDArray[np.intp], base: Floats, policy: Policy) -> tuple[Floats, Times, Floats]:
    """Fold the first moments of all insights, then the second ones of those that have two, and so on."""
    fold, since = Fold.of(base, policy), np.full(len(order), NEVER)
    first = (np.cumsum(many) - many)[order]
    for turn in range(int(many.max(initial=0))):
        reach = int(np.count_nonzero(many > turn))
        now = first[:reach] + turn
        gap = np.where(since[:reach] == NEVER, 0.0, (told.at[now] - since[:reach]) / MICRO_DAYS)
        part = fold.part(reach)
        fresh = part.fresh(gap)
        part.support(told.pro[now], told.doubt[now], gap)
        part.deny(told.contra[now], told.trust[now], fresh)
        since[:reach] = np.where(told.supports[now], told.at[now], since[:reach])
    return fold.trust, since, fold.half_life_days


def half_life(type: str, policy: Policy) -> float:
    """Return after how many days an insight of this type is believed half as much."""
    return policy.half_lives.get(type, policy.half_life_days)


def _floors(columns: Columns, policy: Policy) -> Floats:
    kept = [1.0 if name in policy.lasting else policy.floors.get(name, policy.floor) for name in columns.type.names]
    return np.where(columns.pinned, 1.0, np.array(kept or [0.0])[columns.type.codes])


def _scaled(piece: Evidence, part: float) -> float:
    """Move a weight towards nothing: a verdict says nothing at one half, other evidence at zero."""
    nothing = 0.5 if piece.kind in ("reviewed", "outcome") else 0.0
    return nothing + (piece.weight - nothing) * part
