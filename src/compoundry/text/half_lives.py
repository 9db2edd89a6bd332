"""Learn from a workspace's own history how long what it knows stays true, type by type."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from compoundry.model import Insight

DAY_S = 86_400.0
PSEUDO_ENDS = 3.0  # the default weighs as much as three facts that were seen to end
AT_LEAST = 5  # ends of a type before its half-life is learned at all


@dataclass(frozen=True, slots=True)
class Span:
    """Note how long one fact is known to have held, and whether it was seen to end (else it is censored)."""

    days: float
    ended: bool


@dataclass(frozen=True, slots=True)
class HalfLife:
    """Hold a learned half-life with its 95 % interval, and how many facts and ends it rests on."""

    days: float
    low: float
    high: float
    facts: int
    ends: int


def learned(insights: Iterable[Insight], defaults: Mapping[str, float], otherwise: float, now: datetime) -> dict[str, HalfLife]:
    """Fit a half-life for every type that was seen to end often enough."""
    spans = defaultdict(list)
    for insight in insights:
        if found := span(insight, now):
            spans[insight.type].append(found)
    fits = {type: fitted(spans[type], defaults.get(type, otherwise)) for type in sorted(spans)}
    return {type: fit for type, fit in fits.items() if fit.ends >= AT_LEAST}


def span(insight: Insight, now: datetime) -> Span | None:
    """Return from when to when the evidence says that a fact held; None when it was seen but once.

    It ended half-way between the last support and the first denial after it.
    """
    log = sorted((e.at, e.kind == "contradicted") for e in insight.evidence if e.at <= now)
    support = [at for at, denied in log if not denied]
    if not support:
        return None
    denials = [at for at, denied in log if denied and at > support[-1]]
    end = support[-1] + (denials[0] - support[-1]) / 2 if denials else support[-1]
    days = (end - support[0]).total_seconds() / DAY_S
    return Span(days, bool(denials)) if days > 0 else None


def fitted(spans: Sequence[Span], default_days: float) -> HalfLife:
    """Fit a constant rate of ending, with what still held counted as censored, shrunk towards the default.

    The rate has a gamma posterior (Gelman 2013, 2.6): ends over days at risk, to which the default adds
    three ends. The interval is that posterior's, by the Wilson-Hilferty approximation.

    >>> fit = fitted([Span(10.0, True)] * 60 + [Span(40.0, False)] * 15, default_days=14.0)
    >>> round(fit.days, 1), round(fit.low, 1), round(fit.high, 1)
    (13.9, 11.0, 18.1)
    """
    ends = sum(s.ended for s in spans)
    shape = PSEUDO_ENDS + ends
    at_risk = PSEUDO_ENDS * default_days / math.log(2) + math.fsum(s.days for s in spans)
    days = math.log(2) * at_risk / shape
    low, high = days / _gamma_share(shape, 1.96), days / _gamma_share(shape, -1.96)
    return HalfLife(days, low, high, len(spans), ends)


def _gamma_share(shape: float, z: float) -> float:
    """Return the quantile of a gamma variable, as a share of its mean."""
    ninth = 1 / (9 * shape)
    return float((1 - ninth + z * math.sqrt(ninth)) ** 3)
