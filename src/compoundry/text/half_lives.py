"""Learn from a workspace's own history how long what it knows stays true, type by type."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from compoundry.columns import KINDS, NEVER, Columns, Flags, Floats, micros
from compoundry.text.belief_policy import Policy

MICRO_DAYS = 86_400e6
PSEUDO_ENDS = 3.0  # the default weighs as much as three facts that were seen to end
AT_LEAST = 5  # ends of a type before its half-life is learned at all


@dataclass(frozen=True)
class Spans:
    """Note for how many days facts are known to have held, and whether each was seen to end (else it is censored)."""

    days: Floats
    ended: Flags


@dataclass(frozen=True, slots=True)
class HalfLife:
    """Hold a learned half-life with its 95 % interval, and how many facts and ends it rests on."""

    days: float
    low: float
    high: float
    facts: int
    ends: int


def learned(columns: Columns, defaults: Mapping[str, float], otherwise: float, now: datetime) -> dict[str, HalfLife]:
    """Fit a half-life for every type that was seen to end often enough."""
    found = spans(columns, now)
    fits = {}
    for code, type in enumerate(columns.type.names):
        mine = (columns.type.codes == code) & (found.days > 0)
        fits[type] = fitted(Spans(found.days[mine], found.ended[mine]), defaults.get(type, otherwise))
    return {type: fit for type, fit in fits.items() if fit.ends >= AT_LEAST}


def using(policy: Policy, fits: Mapping[str, HalfLife], by_hand: Mapping[str, float]) -> Policy:
    """Return the policy with half-lives that were learned, under those that people have set; in days, by type."""
    return replace(policy, half_lives={**policy.half_lives, **{type: fit.days for type, fit in fits.items()}, **by_hand})


def spans(columns: Columns, now: datetime) -> Spans:
    """Return for each insight how long the evidence says that it held; 0 days when it was seen but once.

    It ended half-way between the last support and the first denial after it.
    """
    log = columns.evidence.only(columns.evidence.at <= micros(now))
    denied = log.kind == KINDS.index("contradicted")
    first, last, end = np.full(len(columns), NEVER), np.full(len(columns), -NEVER), np.full(len(columns), NEVER)
    np.minimum.at(first, log.of[~denied], log.at[~denied])
    np.maximum.at(last, log.of[~denied], log.at[~denied])
    after = denied & (log.at > last[log.of])
    np.minimum.at(end, log.of[after], log.at[after])
    supported, ended = last != -NEVER, end != NEVER
    held = np.where(supported, last - first, 0) + np.where(supported & ended, end - last, 0) / 2
    return Spans(held / MICRO_DAYS, supported & ended)


def fitted(spans: Spans, default_days: float) -> HalfLife:
    """Fit a constant rate of ending, with what still held counted as censored, shrunk towards the default.

    The rate has a gamma posterior (Gelman 2013, 2.6): ends over days at risk, to which the default adds
    three ends. The interval is that posterior's, by the Wilson-Hilferty approximation.

    >>> fit = fitted(Spans(np.array([10.0] * 60 + [40.0] * 15), np.array([True] * 60 + [False] * 15)), default_days=14.0)
    >>> round(fit.days, 1), round(fit.low, 1), round(fit.high, 1)
    (13.9, 11.0, 18.1)
    """
    ends = int(spans.ended.sum())
    shape = PSEUDO_ENDS + ends
    at_risk = PSEUDO_ENDS * default_days / math.log(2) + math.fsum(spans.days)
    days = math.log(2) * at_risk / shape
    low, high = days / _gamma_share(shape, 1.96), days / _gamma_share(shape, -1.96)
    return HalfLife(days, low, high, len(spans.days), ends)


def _gamma_share(shape: float, z: float) -> float:
    """Return the quantile of a gamma variable, as a share of its mean."""
    ninth = 1 / (9 * shape)
    return float((1 - ninth + z * math.sqrt(ninth)) ** 3)
