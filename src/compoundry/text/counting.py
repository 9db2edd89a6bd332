"""Do the small arithmetic of metrics: means, percentiles, intervals, tokens."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from compoundry.columns import Floats

_CHARACTERS_PER_TOKEN = 4.0


def mean(values: Sequence[float]) -> float:
    """Return the mean; 0 for nothing.

    >>> mean([1.0, 2.0])
    1.5
    """
    return math.fsum(values) / len(values) if values else 0.0


def percentile(ordered: Sequence[float] | Floats, percent: int) -> float:
    """Return the value below which that share of the ordered values lies (nearest rank); 0 for nothing.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 50)
    2.0
    """
    return float(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]) if len(ordered) else 0.0


def wilson(hits: int, tries: int, *, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of a share (Wilson 1927); (0, 1) when nothing was tried.

    >>> [round(bound, 2) for bound in wilson(9, 10)]
    [0.6, 0.98]
    """
    if not tries:
        return 0.0, 1.0
    share, spread = hits / tries, z * z / tries
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / tries + spread / (4 * tries)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def tokens(text: str) -> int:
    """Estimate what a sentence costs in tokens: four characters each, the usual rule for English.

    >>> tokens("Dana prefers email.")
    5
    """
    return math.ceil(len(text) / _CHARACTERS_PER_TOKEN)


def tokens_of(lengths: NDArray[np.int64]) -> int:
    """Estimate the same for many sentences of so many characters.

    >>> tokens_of(np.array([19, 4]))
    6
    """
    return int(np.ceil(lengths / _CHARACTERS_PER_TOKEN).sum())
