"""Belief depends on evidence, type and time alone; time never raises it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from compoundry.model import Evidence, EvidenceKind, Insight
from compoundry.text import belief
from tests.jobs.views import NOW, START, insight

KINDS = st.sampled_from(get_args(EvidenceKind))


@st.composite
def believed(draw: st.DrawFn) -> Insight:
    """Draw an insight with a log of evidence."""
    log = draw(st.lists(st.tuples(KINDS, st.integers(0, 400), st.sampled_from("abc"), st.floats(0, 1)), max_size=8))
    told = [Evidence("e-first", "observed", START, "a", draw(st.floats(0, 1)))]
    told += [Evidence(f"e{n}", kind, START + timedelta(days=day), source, weight) for n, (kind, day, source, weight) in enumerate(log)]
    kind = draw(st.sampled_from(["fact", "preference", "activity", "milestone", "something else"]))
    return insight(1, "Dana prefers email.", type=kind, evidence=tuple(told), pinned=draw(st.booleans()))


@given(believed(), st.integers(0, 4_000), st.integers(0, 4_000))
def test_time_alone_never_raises_belief_and_it_stays_between_0_and_1(one: Insight, first: int, later: int) -> None:
    early, late = (START + timedelta(days=400 + d) for d in sorted((first, later)))
    assert 0 <= belief.confidence(one, late) <= belief.confidence(one, early) <= 1


@given(believed(), st.randoms())
def test_the_order_of_evidence_does_not_matter(one: Insight, dice: object) -> None:
    log = list(one.evidence)
    dice.shuffle(log)  # type: ignore[attr-defined]
    assert belief.confidence(replace(one, evidence=tuple(log)), NOW) == belief.confidence(one, NOW)


@given(believed())
def test_the_stored_value_has_no_say(one: Insight) -> None:
    assert belief.confidence(replace(one, confidence=0.01), NOW) == belief.confidence(one, NOW)


def test_new_and_unopposed_it_is_what_its_writer_stated() -> None:
    one = insight(1, "Dana prefers email.", confidence=0.62)
    assert belief.confidence(one, START) == 0.62


def test_half_of_what_can_fade_is_gone_after_one_half_life() -> None:
    one = insight(1, "Dana prefers email.", type="preference", confidence=0.8)
    floor = belief.DEFAULT.floor
    assert belief.confidence(one, START + timedelta(days=180)) == round(0.8 * (floor + (1 - floor) / 2), 4)


def test_confirmations_that_are_spread_out_make_it_last_longer() -> None:
    assert half_life(spread=60) > half_life(spread=1) > half_life()


def test_another_source_counts_for_more_than_the_same_again() -> None:
    assert half_life(spread=60) > half_life(spread=60, source="agent")


def half_life(*, spread: int = 0, source: str = "crm") -> float:
    told = [Evidence("e0", "observed", START, "agent", 0.7)]
    told += [Evidence(f"e{n}", "confirmed", START + timedelta(days=spread * n), source, 0.7) for n in (1, 2) if spread]
    return belief.strength(insight(1, "Dana prefers email.", evidence=tuple(told))).half_life_days


def test_a_contradiction_lowers_and_a_pin_holds() -> None:
    against = Evidence("e1", "contradicted", START, "crm", 0.7)
    plain = insight(1, "Dana prefers email.")
    assert belief.confidence(replace(plain, evidence=(*plain.evidence, against)), START) == 0.35
    assert belief.confidence(replace(plain, pinned=True), NOW + timedelta(days=9_000)) == 0.7


def test_what_does_not_fade_does_not_fade() -> None:
    one = insight(1, "Acme was founded in 1999.", type="milestone")
    assert belief.confidence(one, NOW + timedelta(days=9_000)) == 0.7
    assert belief.fades_at(one, 0.3) is None


@given(believed(), st.floats(0.05, 0.9))
def test_the_forecast_agrees_with_the_value_on_that_day(one: Insight, bound: float) -> None:
    when = belief.fades_at(one, bound)
    if when is None:
        return
    day = timedelta(days=1)
    assert belief.confidence(one, max(when, last(one)) + day) <= bound + 0.001
    if when > last(one) + day:
        assert belief.confidence(one, when - day) >= bound - 0.001


def last(one: Insight) -> datetime:
    return max(e.at for e in one.evidence)
