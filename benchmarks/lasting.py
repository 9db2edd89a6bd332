"""Learn half-lives from facts that are known to have begun and ended, and compare with those of facts held apart."""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.recall import rows
from compoundry.columns import columns_of
from compoundry.model import Evidence, Insight
from compoundry.text import half_lives

YEAR_DAYS = 365.25
START = datetime(1800, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=190 * YEAR_DAYS)
HALVES = 20
ENDS = 20


@dataclass(frozen=True, slots=True)
class Fact:
    """Note for how many years a fact was seen to hold, and whether it then ended."""

    years: int
    ended: bool


def facts(folder: Path) -> dict[str, list[Fact]]:
    """Return the facts that last, by relation; one-off events, which all have one year, are left out."""
    by_relation = defaultdict(list)
    for row in rows(folder, "yago_facts"):
        by_relation[row["topic"]].append(Fact(row["years"], not row["censored"]))
    return {name: found for name, found in by_relation.items() if any(f.years > 1 for f in found) and sum(f.ended for f in found) >= ENDS}


def truth(found: Sequence[Fact]) -> float:
    """Return the half-life in days by maximum likelihood of a constant rate, what still held counted as censored.

    Seen once a year, a fact that ended did so half a year after it was last seen, give or take; one that holds was at risk until then.
    """
    at_risk = sum(f.years - (0.5 if f.ended else 1) for f in found)
    return math.log(2) * at_risk * YEAR_DAYS / sum(f.ended for f in found)


def learned(found: Sequence[Fact], relation: str) -> half_lives.HalfLife:
    """Have the library learn it from an evidence log: seen each year, denied in the year after the last."""
    insights = [_insight(n, fact, relation) for n, fact in enumerate(found)]
    return half_lives.learned(columns_of(insights), {}, 180.0, NOW)[relation]


def _insight(n: int, fact: Fact, relation: str) -> Insight:
    log = [Evidence(f"{n}-{y}", "observed", _day(y), "chronicle") for y in (0, fact.years - 1)]
    log += [Evidence(f"{n}-end", "contradicted", _day(fact.years), "chronicle")] if fact.ended else []
    return Insight(str(n), "A fact.", relation, (), 0.7, START, START, tuple(log))


def _day(year: float) -> datetime:
    return START + timedelta(days=year * YEAR_DAYS)


def table(folder: Path) -> list[list[str]]:
    """Return a row per relation: half-life held apart, learned, error and coverage over random halves."""
    told = []
    for relation, found in sorted(facts(folder).items()):
        whole = truth(found)
        errors, covered, days = [], 0, []
        for seed in range(HALVES):
            half = random.Random(seed).sample(found, len(found) // 2)
            fit = learned(half, relation)
            days.append(fit.days)
            errors.append(abs(fit.days - whole) / whole)
            covered += fit.low <= whole <= fit.high
        middle = sorted(errors)[HALVES // 2]
        measured = f"{sum(days) / HALVES / YEAR_DAYS:.1f} years, off by {middle:.0%}"
        beside = f"{whole / YEAR_DAYS:.1f} years; covered {covered}/{HALVES}"
        told.append([f"half-life of {relation} (yago_facts)", measured, beside, "≤ 20 %"])
    return told
