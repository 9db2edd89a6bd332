"""Say how far an insight is believed, from its evidence, its type and the time, and from nothing else.

    confidence = trust × (1 + (2^(1/tail) - 1) · age / half_life)^-tail

**Trust** is what the evidence says when it is fresh. Independent observations combine as 1 - Π(1 - gain)
(noisy-or, Pearl 1988), a denial multiplies by (1 - weight). The first observation gains its whole weight,
so an insight starts at its stated confidence; another source gains half of its weight, a repeat by the same
source less each time, a reviewer nine tenths. Verdicts (reviewed, outcome) deny where they weigh under one half.

**Age** is the time since the last support; after one half-life half is left, with the power-law tail that
memory and recurrence show (Wixted & Ebbesen 1991); a large `tail` is the familiar exponential.

**Half-life** starts at that of the type and grows with each support, the more the longer the gap before it
was (spacing effect: Cepeda 2006; the shape follows the stability of FSRS). It is then scaled by the odds of
spaced support against denials. Both parts, and the settings, were measured: docs/benchmarks/belief.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from compoundry.errors import Invalid
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
REVIEWER = "\0reviewer"


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how belief forms and fades; half-lives in days, the rest without unit.

    `floors` is the part of the trust that never fades, by type, `floor` that of other types; types in `lasting` don't fade at all.
    `spacing` and `practice` say how fast a longer gap counts more, for growth and for support. `retrieved` is
    the part of its weight that being read counts: nothing, unless a workspace switches it on.
    """

    half_lives: Mapping[str, float] = field(default_factory=lambda: HALF_LIVES)
    half_life_days: float = 180.0
    lasting: Sequence[str] = LASTING
    floors: Mapping[str, float] = field(default_factory=dict)
    floor: float = 0.0
    tail: float = 0.7
    growth: float = 4.0
    spacing: float = 0.5
    practice: float = 0.4
    prior: float = 0.25
    denial: float = 0.65
    lapse: float = 0.7
    longest: float = 24.0
    corroboration: float = 0.5
    repeat: float = 0.3
    review: float = 0.9
    retrieved: float = 0.0


@dataclass(frozen=True, slots=True)
class Sources:
    """Set how far a source is trusted, from 0 (retracted: nothing that it said counts) to 1 (like any other)."""

    trust: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        must_be_shares("sources: trust", self.trust)


def must_be_shares(what: str, given: Mapping[str, float]) -> None:
    """Raise Invalid unless every value is between 0 and 1."""
    if wrong := [name for name, value in given.items() if not 0 <= value <= 1]:
        raise Invalid(f"{what} of {wrong[0]!r} must be between 0 and 1, not {given[wrong[0]]}")


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

    def fades_at(self, bound: float) -> datetime | None:
        """Return when the confidence falls to the bound unless somebody confirms it; None for never."""
        if self.trust <= bound:
            return self.since
        if self.trust * self.floor >= bound:
            return None
        left = (bound / self.trust - self.floor) / (1 - self.floor)
        days = (left ** (-1 / self.tail) - 1) / (2 ** (1 / self.tail) - 1) * self.half_life_days
        try:
            return self.since + timedelta(days=days)
        except OverflowError:
            return None


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
    """Add up the evidence up to `now`; None when nothing supports the insight yet."""
    log = sorted((e for e in insight.evidence if e.at <= now), key=lambda e: e.at)
    fold, since = Fold(policy, half_life(insight.type, policy)), None
    for moment, together in groupby(log, key=lambda e: e.at):
        pro, contra = _sides(together, policy)
        if pro:
            fold.support(pro, (moment - since).total_seconds() / DAY_S if since else 0.0)
            since = moment
        if contra:
            fold.deny(contra)
    if since is None:
        return None
    lasting = insight.pinned or insight.type in policy.lasting
    floor = 1.0 if lasting else policy.floors.get(insight.type, policy.floor)
    return Weighed(fold.trust, since, fold.half_life_days, floor, policy.tail)


def half_life(type: str, policy: Policy) -> float:
    """Return after how many days an insight of this type is believed half as much."""
    return policy.half_lives.get(type, policy.half_life_days)


def freshness(age_days: float, half_life_days: float, tail: float) -> float:
    """Return what is left of a belief, from 1 down to 0; one half after one half-life.

    >>> freshness(0, 90, 1.0), freshness(90, 90, 1.0), freshness(270, 90, 1.0)
    (1.0, 0.5, 0.25)
    """
    return float((1 + (2 ** (1 / tail) - 1) * age_days / half_life_days) ** -tail)


@dataclass(slots=True)
class Fold:
    """Take in evidence moment by moment, oldest first; what is of the same moment commutes.

    Each moment maps a source to its strongest word there, a weight from 0 to 1.
    """

    policy: Policy
    base_days: float
    trust: float = 0.0
    _grown: float = 1.0
    _backed: float = 0.0
    _denied: float = 0.0
    _words: dict[str, int] = field(default_factory=dict)

    @property
    def half_life_days(self) -> float:
        """Return the half-life that the evidence so far has earned."""
        odds = (self.policy.prior + self._backed) / (self.policy.prior + self.policy.denial * self._denied)
        return self.base_days * min(self.policy.longest, self._grown * odds)

    def support(self, words: Mapping[str, float], gap_days: float) -> None:
        """Take in what speaks for it, so many days after the support before."""
        gap = min(1.0, gap_days / (self.base_days * self._grown))
        if gap > 0:
            strongest = max(words.values())
            self._backed += strongest * gap**self.policy.practice
            self._grown = min(self.policy.longest, self._grown * (1 + self.policy.growth * strongest * gap**self.policy.spacing))
        for source, weight in self._gains(words):
            self.trust = 1 - (1 - self.trust) * (1 - weight)
            self._words[source] = self._words.get(source, 0) + 1

    def deny(self, words: Mapping[str, float]) -> None:
        """Take in what speaks against it; after a denial, what was said before no longer makes words repeats."""
        for source in sorted(words):
            self.trust *= 1 - self.policy.review * words[source]
        strongest = max(words.values())
        self._denied += strongest
        self._grown **= 1 - (1 - self.policy.lapse) * strongest
        self._words.clear()

    def _gains(self, words: Mapping[str, float]) -> list[tuple[str, float]]:
        """Give the strongest first word its whole weight, another source a part, a repeat less each time."""
        share, repeat = self.policy.corroboration, self.policy.repeat
        if self._words:
            return [(s, words[s] * (1.0 if s == REVIEWER else share * repeat ** self._words.get(s, 0))) for s in sorted(words)]
        first = min(words, key=lambda s: (-words[s], s))
        return [(s, words[s] * (1.0 if s == first else share)) for s in sorted(words)]


def _scaled(piece: Evidence, part: float) -> float:
    """Move a weight towards nothing: a verdict says nothing at one half, other evidence at zero."""
    nothing = 0.5 if piece.kind in ("reviewed", "outcome") else 0.0
    return nothing + (piece.weight - nothing) * part


def _sides(together: Iterable[Evidence], policy: Policy) -> tuple[dict[str, float], dict[str, float]]:
    """Part the evidence of one moment into what speaks for and against; a verdict of 0.5 does neither."""
    pro: dict[str, float] = {}
    contra: dict[str, float] = {}
    for piece in together:
        if not 0 <= piece.weight <= 1:
            raise ValueError(f"evidence {piece.id} has the weight {piece.weight}; it must be between 0 and 1")
        verdict = 2 * piece.weight - 1 if piece.kind in ("reviewed", "outcome") else piece.weight
        side, weight = (contra, abs(verdict)) if piece.kind == "contradicted" or verdict < 0 else (pro, verdict)
        if piece.kind == "reviewed" and side is pro:
            source, weight = REVIEWER, weight * policy.review
        else:
            source, weight = piece.source, weight * (policy.retrieved if piece.kind == "retrieved" else 1.0)
        if weight > 0 or piece.kind in ("observed", "confirmed"):
            side[source] = max(weight, side.get(source, 0.0))
    return pro, contra
