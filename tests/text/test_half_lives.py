"""Half-lives are learned from how long facts held, those that still hold included."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from compoundry.columns import columns_of
from compoundry.model import Evidence, EvidenceKind, Insight
from compoundry.text.half_lives import AT_LEAST, Spans, fitted, learned, spans

START = datetime(2024, 5, 6, tzinfo=UTC)
NOW = START + timedelta(days=900)


def told(n: int, *log: tuple[float, EvidenceKind], type: str = "status") -> Insight:
    pieces = tuple(Evidence(f"{n}-{m}", kind, START + timedelta(days=day), "scout") for m, (day, kind) in enumerate(log))
    return Insight(f"i{n}", f"Berth {n} is free.", type, (), 0.7, START, START, pieces)


def held(*log: tuple[float, EvidenceKind]) -> tuple[float, bool]:
    found = spans(columns_of([told(1, *log)]), NOW)
    return float(found.days[0]), bool(found.ended[0])


def test_a_fact_seen_once_teaches_nothing() -> None:
    assert held((0, "observed")) == (0, False)


def test_a_fact_that_still_held_is_censored_and_a_denied_one_ended_in_between() -> None:
    assert held((0, "observed"), (30, "confirmed")) == (30, False)
    assert held((0, "observed"), (30, "confirmed"), (50, "contradicted")) == (40, True)


def test_a_known_half_life_is_found_again_in_censored_facts() -> None:
    dice = np.random.default_rng(3)
    lasted, watched = dice.exponential(60 / 0.6931, 2_000), dice.uniform(10, 120, 2_000)
    fit = fitted(Spans(np.minimum(lasted, watched), lasted <= watched), default_days=365)
    assert fit.low < 60 < fit.high
    assert fit.days == pytest.approx(60, rel=0.1)


def test_little_history_stays_near_the_default() -> None:
    nothing = Spans(np.zeros(0), np.zeros(0, bool))
    assert fitted(nothing, 90).days == pytest.approx(90)
    assert 45 < fitted(Spans(np.array([5.0, 5.0]), np.array([True, True])), 90).days < 90


def test_only_types_seen_to_end_often_enough_are_learned() -> None:
    ended = [told(n, (0, "observed"), (10, "confirmed"), (20, "contradicted")) for n in range(AT_LEAST)]
    once = told(99, (0, "observed"), (10, "confirmed"), (20, "contradicted"), type="plan")
    fits = learned(columns_of([*ended, once]), {"status": 30.0}, 180.0, NOW)
    assert list(fits) == ["status"]
    assert fits["status"].days < 30
