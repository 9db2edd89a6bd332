"""Tell what could as well be chance: exact tails, permutations, false discovery control."""

import hashlib
import math
from collections.abc import Sequence

import numpy as np


def binomial_tail(tries: int, hits: int, rate: float) -> float:
    """Return the probability of at least that many hits.

    >>> round(binomial_tail(3, 3, 0.5), 3)
    0.125
    """
    if hits <= 0 or rate >= 1:
        return 1.0
    if rate <= 0:
        return 0.0
    return min(1.0, math.fsum(math.exp(_log_binomial(tries, k, rate)) for k in range(hits, tries + 1)))


def hypergeometric_tail(population: int, marked: int, drawn: int, hits: int) -> float:
    """Return the probability of at least that many marked ones among the drawn (Fisher's exact test, one-sided).

    >>> round(hypergeometric_tail(10, 3, 3, 3), 4)
    0.0083
    """
    ways = _log_choose(population, drawn)
    most = min(marked, drawn)
    terms = (_log_choose(marked, k) + _log_choose(population - marked, drawn - k) - ways for k in range(hits, most + 1))
    return min(1.0, math.fsum(math.exp(t) for t in terms))


def combined(one: float, other: float) -> float:
    """Return the tail of two independent tails together (Fisher 1932).

    >>> round(combined(0.1, 0.1), 3), combined(1.0, 1.0)
    (0.056, 1.0)
    """
    product = one * other
    return min(1.0, product * (1 - math.log(product))) if product > 0 else 0.0


def believable(p_values: Sequence[float], q: float) -> list[bool]:
    """Tell which findings stay when at most a share q of them may be false (Benjamini & Hochberg 1995).

    The share of true nulls isn't estimated: that let a chance group through in every fifth of some shuffles.

    >>> believable([0.01, 0.5, 0.02], 0.05)
    [True, False, True]
    """
    order = sorted(range(len(p_values)), key=lambda n: p_values[n])
    passing = [rank for rank, n in enumerate(order, 1) if p_values[n] <= q * rank / len(p_values)]
    kept = set(order[: max(passing, default=0)])
    return [n in kept for n in range(len(p_values))]


def dice(*seeds: str) -> np.random.Generator:
    """Return a generator that always rolls the same for the same seeds."""
    digest = hashlib.sha256("\0".join(seeds).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _log_binomial(tries: int, hits: int, rate: float) -> float:
    return _log_choose(tries, hits) + hits * math.log(rate) + (tries - hits) * math.log1p(-rate)


def _log_choose(n: int, k: int) -> float:
    if k < 0 or k > n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
