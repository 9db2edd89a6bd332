"""Let half-lives and trust grow and shrink as evidence comes in, moment by moment."""

from dataclasses import dataclass

import numpy as np

from compoundry.columns import Floats
from compoundry.text.belief_policy import Policy


def freshness(age_days: Floats, half_life_days: Floats, tail: float) -> Floats:
    """Return what is left of beliefs, from 1 down to 0; one half after one half-life.

    >>> freshness(np.array([0.0, 90.0, 270.0]), np.array([90.0]), 1.0).tolist()
    [1.0, 0.5, 0.25]
    """
    left: Floats = (1 + (2 ** (1 / tail) - 1) * age_days / half_life_days) ** -tail
    return left


@dataclass(frozen=True)
class Fold:
    """Take in evidence moment by moment, oldest first, for many insights at once; arrays change in place.

    A moment at which nothing was said for or against an insight has the strength 0 there, and leaves all of the doubt or trust.
    """

    policy: Policy
    base_days: Floats
    trust: Floats
    grown: Floats
    backed: Floats
    denied: Floats

    @classmethod
    def of(cls, base_days: Floats, policy: Policy) -> "Fold":
        """Begin with insights of which nothing is known but the half-life of their type."""
        n = len(base_days)
        return cls(policy, base_days, np.zeros(n), np.ones(n), np.zeros(n), np.zeros(n))

    def part(self, reach: int) -> "Fold":
        """Return the first ones, sharing their arrays with all."""
        return Fold(self.policy, *(c[:reach] for c in (self.base_days, self.trust, self.grown, self.backed, self.denied)))

    def fresh(self, gap_days: Floats) -> Floats:
        """Return what is left of them so many days after the last support."""
        return freshness(gap_days, self.half_life_days, self.policy.tail)

    @property
    def half_life_days(self) -> Floats:
        """Return the half-lives that the evidence so far has earned."""
        odds = (self.policy.prior + self.backed) / (self.policy.prior + self.policy.denial * self.denied)
        return self.base_days * np.minimum(self.policy.longest, self.grown * odds)

    def support(self, strongest: Floats, doubt: Floats, gap_days: Floats) -> None:
        """Take in what speaks for them, so many days after the support before."""
        gap = np.minimum(1.0, gap_days / (self.base_days * self.grown))
        self.backed[:] += strongest * gap**self.policy.practice
        self.grown[:] = np.minimum(self.policy.longest, self.grown * (1 + self.policy.growth * strongest * gap**self.policy.spacing))
        self.trust[:] = 1 - (1 - self.trust) * doubt

    def deny(self, strongest: Floats, trust: Floats, fresh: Floats) -> None:
        """Take in what speaks against them, where so much of them was left."""
        self.trust[:] *= trust
        self.denied[:] += strongest * fresh**self.policy.surprise
        self.grown[:] **= 1 - (1 - self.policy.lapse) * strongest
