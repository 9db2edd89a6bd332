"""Half-lives are learned from how long facts held, those that still hold included."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from compoundry.model import Evidence, EvidenceKind, Insight
from compoundry.text.half_lives import AT_LEAST, Span, fitted, learned, span

START = datetime(2024, 5, 6, tzinfo=UTC)
NOW = START + timedelta(days=900)


def told(n: int, *log: tuple[float, EvidenceKind], type: str = "status") -> Insight:
    pieces = tuple(Evidence(f"{n}-{m}", kind, START + timedelta(days=day), "scout") for m, (day, kind) in enumerate(log))
    return Insight(f"i{n}", f"Berth {n} is free.", type, (), 0.7, START, START, pieces)


def test_a_fact_seen_once_teaches_nothing() -> None:
    assert span(told(1, (0, "observed")), NOW) is None


def test_a_fact_that_still_held_is_censored_and_a_denied_one_ended_in_between() -> None:
    assert span(told(1, (0, "observed"), (30, "confirmed")), NOW) == Span(30, ended=False)
    assert span(told(1, (0, "observed"), (30, "confirmed"), (50, "contradicted")), NOW) == Span(40, ended=True)


def test_a_known_half_life_is_found_again_in_censored_facts() -> None:
    dice, spans = Random(3), []
    for _ in range(2_000):
        lasted, watched = dice.expovariate(0.6931 / 60), dice.uniform(10, 120)
        spans.append(Span(min(lasted, watched), lasted <= watched))
    fit = fitted(spans, default_days=365)
    assert fit.low < 60 < fit.high
    assert fit.days == pytest.approx(60, rel=0.1)


def test_little_history_stays_near_the_default() -> None:
    assert fitted([], 90).days == pytest.approx(90)
    assert 45 < fitted([Span(5, ended=True)] * 2, 90).days < 90


def test_only_types_seen_to_end_often_enough_are_learned() -> None:
    ended = [told(n, (0, "observed"), (10, "confirmed"), (20, "contradicted")) for n in range(AT_LEAST)]
    once = told(99, (0, "observed"), (10, "confirmed"), (20, "contradicted"), type="plan")
    fits = learned([*ended, once], {"status": 30.0}, 180.0, NOW)
    assert list(fits) == ["status"]
    assert fits["status"].days < 30
