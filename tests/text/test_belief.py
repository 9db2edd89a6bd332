"""Belief is a pure function of evidence, type and time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compoundry.model import Evidence, EvidenceKind, Insight
from compoundry.text.belief import Policy, confidence, weigh

START = datetime(2025, 1, 6, 9, tzinfo=UTC)
POLICY = Policy()


def seen(day: float, source: str = "scout", weight: float = 0.7, kind: EvidenceKind = "observed") -> Evidence:
    return Evidence(f"{kind}-{source}-{day}-{weight}", kind, START + timedelta(days=day), source, weight)


def insight(*log: Evidence, type: str = "fact", pinned: bool = False) -> Insight:
    return Insight("i", "Ottilie runs the Graz warehouse.", type, (), 0.5, START, START, log, pinned=pinned)


def believed(found: Insight, day: float) -> float:
    return confidence(found, START + timedelta(days=day), POLICY)


pieces = st.builds(
    seen,
    st.integers(0, 400),
    st.sampled_from(["scout", "crm", "mail", "desk"]),
    st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]),
    st.sampled_from(["observed", "confirmed", "contradicted", "reviewed", "outcome"]),
)
logs = st.lists(pieces, max_size=12)
types = st.sampled_from(["fact", "status", "milestone", "unheard-of"])


@given(st.floats(0, 1))
def test_a_new_insight_is_believed_as_stated(stated: float) -> None:
    assert believed(insight(seen(0, weight=stated)), 0) == pytest.approx(stated)


@given(logs, types, st.integers(0, 5000))
def test_confidence_stays_between_zero_and_one(log: Sequence[Evidence], type: str, day: int) -> None:
    assert 0 <= believed(insight(*log, type=type), day) <= 1


@given(logs, types, st.integers(400, 2000), st.integers(0, 2000))
def test_time_alone_never_raises(log: Sequence[Evidence], type: str, day: int, later: int) -> None:
    found = insight(*log, type=type)
    assert believed(found, day + later) <= believed(found, day)


@given(logs, st.randoms(use_true_random=False))
def test_the_order_of_the_log_does_not_matter(log: list[Evidence], random: Random) -> None:
    shuffled = list(log)
    random.shuffle(shuffled)
    assert believed(insight(*shuffled), 500) == believed(insight(*log), 500)


@given(logs, st.floats(0, 1))
def test_the_stored_confidence_plays_no_part(log: Sequence[Evidence], stored: float) -> None:
    found = insight(*log)
    assert believed(replace(found, confidence=stored), 500) == believed(found, 500)


@given(logs, st.integers(400, 800))
def test_another_confirmation_never_lowers(log: Sequence[Evidence], day: int) -> None:
    more = insight(*log, seen(day, "newcomer", 0.6, "confirmed"))
    assert believed(more, day) >= believed(insight(*log), day)


@given(logs, st.integers(400, 800))
def test_a_denial_never_raises(log: Sequence[Evidence], day: int) -> None:
    denied = insight(*log, seen(day, "newcomer", 0.6, "contradicted"))
    assert believed(denied, day) <= believed(insight(*log), day)


def test_another_source_counts_more_than_a_repeat() -> None:
    repeated = insight(seen(0), seen(5))
    backed = insight(seen(0), seen(5, "crm"))
    assert believed(backed, 5) > believed(repeated, 5) > believed(insight(seen(0)), 5)


@pytest.mark.parametrize("source", ["rumour", "desk"])
@pytest.mark.parametrize("kind", ["confirmed", "outcome"])
def test_agreeing_counts_the_same_whatever_day_it_bears(source: str, kind: EvidenceKind) -> None:
    rumour = seen(1, "rumour", 0.3)
    earlier, at_once, later = (weigh(insight(rumour, seen(day, source, 1.0, kind)), START + timedelta(days=2), POLICY) for day in (0, 1, 2))
    assert earlier is not None
    assert at_once is not None
    assert later is not None
    assert earlier.trust == pytest.approx(later.trust)
    assert at_once.trust == pytest.approx(later.trust)
    assert later.trust == pytest.approx(0.405 if source == "rumour" else 0.65)


def test_taking_the_first_source_back_makes_no_confirmation_certain() -> None:
    assert believed(insight(seen(5, "desk", 1.0, "confirmed")), 5) == pytest.approx(0.5)


def test_confirmations_spread_over_time_last_longer_than_a_burst() -> None:
    burst = insight(seen(0), seen(99.8, "crm"), seen(99.9, "mail"), seen(100, "desk"))
    spread = insight(seen(0), seen(33, "crm"), seen(66, "mail"), seen(100, "desk"))
    lives = [weigh(one, START + timedelta(days=100), POLICY) for one in (insight(seen(100)), burst, spread)]
    days = [w.half_life_days for w in lives if w]
    assert days[0] == 365
    assert days == sorted(set(days))
    same_moment = insight(seen(0), seen(0, "crm"), seen(0, "mail"))
    lonely = weigh(same_moment, START, POLICY)
    assert lonely
    assert lonely.half_life_days == 365


def test_pinned_and_lasting_insights_do_not_fade() -> None:
    assert believed(insight(seen(0), type="milestone"), 4000) == pytest.approx(0.7)
    assert believed(insight(seen(0), pinned=True), 4000) == pytest.approx(0.7)


def test_a_floor_holds_a_part_of_the_trust() -> None:
    policy = Policy(floors={"fact": 0.5})
    assert confidence(insight(seen(0)), START + timedelta(days=10**5), policy) == pytest.approx(0.35, abs=0.02)


def test_a_reviewer_settles_it_either_way() -> None:
    assert believed(insight(seen(0), seen(1, "ana", 1.0, "reviewed")), 1) > 0.95
    assert believed(insight(seen(0), seen(1, "ana", 0.0, "reviewed")), 1) < 0.1


def test_evidence_from_later_does_not_count_yet() -> None:
    assert believed(insight(seen(0), seen(50, "crm")), 10) == believed(insight(seen(0)), 10)


def test_a_weight_that_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        believed(insight(seen(0, weight=float("nan"))), 1)


def test_the_forecast_is_where_the_curve_crosses() -> None:
    weighed = weigh(insight(seen(0)), START, POLICY)
    assert weighed
    at = weighed.fades_at(0.1)
    assert at
    assert confidence(insight(seen(0)), at, POLICY) == pytest.approx(0.1)
    assert weigh(insight(seen(0), pinned=True), START, POLICY).fades_at(0.1) is None  # type: ignore[union-attr]


def test_a_denial_shortens_the_half_life() -> None:
    kept = insight(seen(0), seen(50, "crm"))
    denied = insight(seen(0), seen(50, "crm"), seen(60, "mail", kind="contradicted"))
    lives = [weigh(one, START + timedelta(days=70), POLICY) for one in (denied, kept)]
    assert [w.half_life_days for w in lives if w] == sorted(w.half_life_days for w in lives if w)


def test_a_denial_says_more_about_a_fresh_belief_than_about_a_faded_one() -> None:
    early = insight(seen(0), seen(50, "crm"), seen(60, "mail", kind="contradicted"))
    late = insight(seen(0), seen(50, "crm"), seen(1000, "mail", kind="contradicted"))
    lives = [weigh(one, START + timedelta(days=1000), POLICY) for one in (early, late)]
    days = [w.half_life_days for w in lives if w]
    assert days[0] < days[1]
