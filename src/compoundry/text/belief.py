"""Say how far an insight is believed, from its evidence, its type and the time, and from nothing else.

    confidence = trust × freshness

**Trust** is what the evidence says, whenever it was: independent observations combine as
1 - Π(1 - gain) (noisy-or, Pearl 1988), a denial multiplies by (1 - weight). The first observation
gains its whole weight, so an insight starts at its stated confidence; another source gains half of
its weight, a repeat by the same source less each time, a reviewer nine tenths. Verdicts (reviewed, outcome)
speak against where their weight is below one half.

**Freshness** is (1 + (2^(1/k) - 1) · age / half_life)^-k: one half after one half-life of the type,
with the power-law tail that memory and recurrence show (Wixted & Ebbesen 1991; k is `tail`, and a
large k is the familiar exponential). A confirmation makes it fresh again, and the half-life grows the more
the longer the gap before it was (spacing effect: Cepeda 2006, FSRS). A denial shortens it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from compoundry.model import Evidence, Insight

Level = Literal["low", "medium", "high", "very_high"]

HALF_LIVES: Mapping[str, float] = MappingProxyType(
    {
        "activity": 30.0,
        "status": 30.0,
        "opportunity": 45.0,
        "plan": 45.0,
        "risk": 60.0,
        "complaint": 90.0,
        "behavior": 120.0,
        "habit": 120.0,
        "preference": 180.0,
        "role_detail": 270.0,
        "fact": 365.0,
        "lesson": 365.0,
        "relationship": 365.0,
        "characteristic": 730.0,
    }
)
LASTING = ("identity", "milestone", "event", "decision")
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how belief forms and fades; half-lives in days, the rest without unit.

    `floors` is the part of the trust that never fades, by type; types in `lasting` don't fade at all.
    """

    half_lives: Mapping[str, float] = field(default_factory=lambda: HALF_LIVES)
    half_life_days: float = 180.0
    lasting: Sequence[str] = LASTING
    floors: Mapping[str, float] = field(default_factory=dict)
    tail: float = 1.0
    growth: float = 1.0
    longest: float = 12.0
    lapse: float = 0.5
    corroboration: float = 0.5
    repeat: float = 0.3
    review: float = 0.9


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
        age = max(0.0, (now - self.since).total_seconds() / DAY_S)
        return self.trust * (self.floor + (1 - self.floor) * freshness(age, self.half_life_days, self.tail))

    def falls_below(self, bound: float) -> float | None:
        """Return after how many days since the last confirmation the confidence is at the bound; None for never."""
        if self.trust <= bound:
            return 0.0
        if self.trust * self.floor >= bound:
            return None
        left = (bound / self.trust - self.floor) / (1 - self.floor)
        return _age(left, self.half_life_days, self.tail)


def confidence(insight: Insight, now: datetime, policy: Policy) -> float:
    """Return how far an insight is believed at `now`, between 0 and 1; evidence from later doesn't count yet.

    The stored confidence plays no part; without evidence nothing is believed. Raises ValueError when
    a weight isn't between 0 and 1.

    >>> from datetime import UTC, datetime, timedelta
    >>> seen = datetime(2026, 1, 1, tzinfo=UTC)
    >>> once = Evidence("e", "observed", seen, "scout", 0.8)
    >>> tea = Insight("i", "Mira drinks tea.", "preference", (), 0.1, seen, seen, (once,))
    >>> [round(confidence(tea, seen + timedelta(days=d), Policy()), 3) for d in (0, 180, 540)]
    [0.8, 0.4, 0.2]
    """
    weighed = weigh(insight, now, policy)
    return weighed.at(now) if weighed else 0.0


def level(confidence: float) -> Level:
    """Put a confidence into words.

    >>> [level(c) for c in (0.1, 0.5, 0.7, 0.95)]
    ['low', 'medium', 'high', 'very_high']
    """
    return "low" if confidence < 0.4 else "medium" if confidence < 0.65 else "high" if confidence < 0.85 else "very_high"


def weigh(insight: Insight, now: datetime, policy: Policy) -> Weighed | None:
    """Add up the evidence up to `now`; None when there is none yet."""
    log = sorted((e for e in insight.evidence if e.at <= now), key=lambda e: e.at)
    trust = _Trust(policy)
    base = half_life(insight.type, policy)
    days, since = base, None
    for moment, together in groupby(log, key=lambda e: e.at):
        pro, contra = _sides(together)
        if pro:
            if since is not None:
                gap = (moment - since).total_seconds() / DAY_S
                days = min(days + policy.growth * min(gap, days), max(days, policy.longest * base))
            trust.support(pro)
            since = moment
        if contra:
            trust.deny(contra)
            days *= policy.lapse
    if since is None:
        return None
    lasting = insight.pinned or insight.type in policy.lasting
    floor = 1.0 if lasting else policy.floors.get(insight.type, 0.0)
    return Weighed(trust.value, since, days, floor, policy.tail)


def half_life(type: str, policy: Policy) -> float:
    """Return after how many days an insight of this type is believed half as much."""
    return policy.half_lives.get(type, policy.half_life_days)


def freshness(age_days: float, half_life_days: float, tail: float) -> float:
    """Return what is left of a belief, from 1 down to 0; one half after one half-life.

    >>> freshness(0, 90, 1.0), freshness(90, 90, 1.0), freshness(270, 90, 1.0)
    (1.0, 0.5, 0.25)
    """
    return float((1 + (2 ** (1 / tail) - 1) * age_days / half_life_days) ** -tail)


def _age(left: float, half_life_days: float, tail: float) -> float:
    return float((left ** (-1 / tail) - 1) / (2 ** (1 / tail) - 1) * half_life_days)


class _Trust:
    """Fold evidence of one moment after another; what is of the same moment commutes."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.value, self._words = policy, 0.0, dict[str, int]()

    def support(self, pieces: Iterable[tuple[Evidence, float]]) -> None:
        """Take in support: the strongest word of each source at this moment counts."""
        strongest: dict[str, float] = {}
        for piece, weight in pieces:
            weight *= self.policy.review if piece.kind == "reviewed" else self._worth(piece.source)
            strongest[piece.source] = max(weight, strongest.get(piece.source, 0.0))
        if not self._words:
            first = min(strongest, key=lambda s: (-strongest[s], s))
            strongest = {s: w if s == first else w * self.policy.corroboration for s, w in strongest.items()}
        for source in sorted(strongest):
            self.value = 1 - (1 - self.value) * (1 - strongest[source])
            self._words[source] = self._words.get(source, 0) + 1

    def deny(self, pieces: Iterable[tuple[Evidence, float]]) -> None:
        """Take in denials: the strongest word of each source at this moment counts."""
        strongest: dict[str, float] = {}
        for piece, weight in pieces:
            strongest[piece.source] = max(weight, strongest.get(piece.source, 0.0))
        for source in sorted(strongest):
            self.value *= 1 - self.policy.review * strongest[source]

    def _worth(self, source: str) -> float:
        if not self._words:
            return 1.0
        return self.policy.corroboration * self.policy.repeat ** self._words.get(source, 0)


def _sides(together: Iterable[Evidence]) -> tuple[list[tuple[Evidence, float]], list[tuple[Evidence, float]]]:
    """Part the evidence of one moment into what speaks for and against; a verdict of 0.5 does neither."""
    pro, contra = [], []
    for piece in together:
        if not 0 <= piece.weight <= 1:
            raise ValueError(f"evidence {piece.id} has the weight {piece.weight}; it must be between 0 and 1")
        verdict = 2 * piece.weight - 1 if piece.kind in ("reviewed", "outcome") else piece.weight
        if piece.kind == "contradicted" or verdict < 0:
            contra.append((piece, abs(verdict)))
        elif verdict > 0 or piece.kind in ("observed", "confirmed"):
            pro.append((piece, verdict))
    return pro, contra
