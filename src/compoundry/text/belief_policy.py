"""Set how belief forms and fades, and how far a source is trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from compoundry.errors import Invalid

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


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how belief forms and fades; half-lives in days, the rest without unit.

    `floors` is the part of the trust that never fades, by type, `floor` that of other types; types in `lasting` don't fade at all.
    `spacing` and `practice` say how fast a longer gap counts more, for growth and for support, `surprise` how fast a
    denial counts less for the half-life as a belief fades. `retrieved` is
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
    surprise: float = 4.0
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
        must_be_shares("sources: trust of", self.trust)


def must_be_shares(what: str, given: Mapping[str, float]) -> None:
    """Raise Invalid unless every value is between 0 and 1."""
    if wrong := [name for name, value in given.items() if not 0 <= value <= 1]:
        raise Invalid(f"{what} {wrong[0]!r} must be between 0 and 1, not {given[wrong[0]]}")
