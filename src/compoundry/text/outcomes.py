"""Say how far a rule helps, from what its users reported."""

from dataclasses import dataclass

import numpy as np

from compoundry.text.counting import wilson

PRIOR = 2.0
PROBATION = 3  # outcomes before a rule is judged by them
_GRID = 4_000


@dataclass(frozen=True, slots=True)
class Posterior:
    """Hold the belief that a rule helps when it is followed: mean, 95 % interval, and the probability of more good than harm."""

    mean: float
    low: float
    high: float
    helps: float


def posterior(confidence: float, helped: int, harmed: int) -> Posterior:
    """Return the Beta posterior of "it helps"; the evidence behind the rule counts like two outcomes (Gelman 2013, 2.4).

    >>> posterior(0.5, 0, 0).mean, posterior(0.5, 8, 0).low > 0.5, posterior(0.9, 0, 6).helps < 0.1
    (0.5, True, True)
    """
    a = max(PRIOR * confidence, 1e-3) + helped
    b = max(PRIOR * (1 - confidence), 1e-3) + harmed
    x = (np.arange(_GRID) + 0.5) / _GRID
    log_density = (a - 1) * np.log(x) + (b - 1) * np.log1p(-x)
    cumulated = np.cumsum(np.exp(log_density - log_density.max()))
    cumulated /= cumulated[-1]
    low, high = (float(x[np.searchsorted(cumulated, share)]) for share in (0.025, 0.975))
    helps = 1 - float(np.interp(0.5, x, cumulated))
    return Posterior(round(a / (a + b), 4), round(low, 4), round(high, 4), round(helps, 4))


def lift(given_good: int, given: int, withheld_good: int, withheld: int) -> tuple[float, float, float] | None:
    """Return how much more often things went well with a rule than without, with its 95 % interval (Newcombe 1998).

    None while one side has no outcome.

    >>> [round(x, 2) for x in lift(18, 20, 10, 20)]
    [0.4, 0.12, 0.61]
    """
    if not given or not withheld:
        return None
    one, other = given_good / given, withheld_good / withheld
    (l1, u1), (l2, u2) = wilson(given_good, given), wilson(withheld_good, withheld)
    down = ((one - l1) ** 2 + (u2 - other) ** 2) ** 0.5
    up = ((u1 - one) ** 2 + (other - l2) ** 2) ** 0.5
    return one - other, one - other - down, one - other + up
