"""A sweep believes stale insights less, archives few, and says what it did with each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compoundry.errors import TooMuch
from compoundry.job import Archive, Believe, Plan, Propose, View
from compoundry.jobs.decay_sweep import Policy, plan
from compoundry.model import Candidate, Evidence, Insight

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


def known(id: str, age_days: float, *, confidence: float = 0.7, type: str = "fact", weight: float = 0.7, pinned: bool = False) -> Insight:
    at = NOW - timedelta(days=age_days)
    log = (Evidence(f"e-{id}", "observed", at, "scout", weight),)
    return Insight(id, f"Fact {id} about the harbour office.", type, (), confidence, at, at, log, pinned=pinned)


def view(insights: Sequence[Insight], candidates: Sequence[Candidate] = ()) -> View:
    return View(1, tuple(insights), np.zeros((len(insights), 0), np.float32), candidates=tuple(candidates))


def applied(insights: Sequence[Insight], decided: Plan) -> View:
    """Do to the view what applying the plan does to the store."""
    gone = {c.insight for c in decided.changes if isinstance(c, Archive)}
    stored = {c.insight: c.after for c in decided.changes if isinstance(c, Believe)}
    asked = [c.candidate for c in decided.changes if isinstance(c, Propose)]
    return view([replace(i, confidence=stored.get(i.id, i.confidence)) for i in insights if i.id not in gone], asked)


def swept(insights: Sequence[Insight], now: datetime = NOW, policy: Policy | None = None) -> Plan:
    found = view(insights)
    decided = plan(found, policy or Policy(), now)
    decided.must_account_for(found)
    return decided


ages = st.lists(st.tuples(st.floats(0, 3000), st.sampled_from(["fact", "status", "milestone"]), st.booleans()), max_size=20)


def made(rows: Sequence[tuple[float, str, bool]]) -> list[Insight]:
    return [known(f"i{n}", age, type=type, pinned=pinned) for n, (age, type, pinned) in enumerate(rows)]


def test_what_is_stale_is_believed_less() -> None:
    decided = swept([known("new", 0), known("old", 365)])
    assert [d.outcome for d in decided.dispositions] == ["kept", "faded"]
    change = decided.changes[0]
    assert isinstance(change, Believe)
    assert (change.before, change.after) == (0.7, 0.42)
    assert "365 days" in change.reason.text


def test_what_nothing_supports_is_archived_but_never_a_pinned_one() -> None:
    decided = swept([known("gone", 900, type="status"), known("pinned", 900, type="status", pinned=True)], policy=Policy(floor=0.0))
    assert [d.outcome for d in decided.dispositions] == ["archived", "kept"]
    assert isinstance(decided.changes[0], Archive)


@given(ages)
def test_a_second_sweep_changes_nothing(rows: list[tuple[float, str, bool]]) -> None:
    insights = made(rows)
    first = swept(insights)
    assert plan(applied(insights, first), Policy(), NOW).changes == ()


@given(ages)
def test_daily_sweeps_end_where_a_monthly_one_does(rows: list[tuple[float, str, bool]]) -> None:
    insights, policy = made(rows), Policy(ask=0)
    daily = view(insights)
    for day in range(0, 31, 5):
        now = NOW + timedelta(days=day)
        daily = applied(daily.insights, plan(daily, policy, now))
    monthly = applied(insights, plan(view(insights), policy, NOW + timedelta(days=30)))
    assert daily.insights == monthly.insights


@given(ages, st.integers(0, 10))
def test_row_order_does_not_matter(rows: list[tuple[float, str, bool]], turn: int) -> None:
    insights = made(rows)
    assert swept(insights[turn:] + insights[:turn]).hash == swept(insights).hash


def test_a_poisoned_insight_fails_alone() -> None:
    decided = swept([known("a", 10), known("b", 10, weight=float("nan")), known("c", 10)])
    assert [d.outcome for d in decided.dispositions] == ["faded", "failed", "faded"]
    assert decided.counts.errors == 1


def test_a_surprising_sweep_fails_instead() -> None:
    with pytest.raises(TooMuch, match="more than 20%"):
        swept([known(f"i{n}", 6000) for n in range(30)], policy=Policy(floor=0.0))


def test_what_a_person_trusts_no_longer_is_no_surprise() -> None:
    silenced = [replace(known(f"s{n}", 10), evidence=()) for n in range(60)]
    decided = swept([*silenced, *(known(f"i{n}", 10) for n in range(20))])
    assert sum(d.outcome == "archived" for d in decided.dispositions) == 60
    assert decided.notes[0].text == "60 insights go to the archive because nobody who is trusted still says so"
    with pytest.raises(TooMuch, match="archive 30 of 90 insights"):
        swept([*silenced, *(known(f"i{n}", 6000) for n in range(30))], policy=Policy(floor=0.0))
    assert swept([known("a", 10)]).notes == ()


def test_a_tiny_workspace_may_archive_more_than_its_share() -> None:
    assert swept([known(f"i{n}", 6000) for n in range(5)]).counts.affected == 5


def test_a_person_is_asked_once_about_what_is_about_to_fade() -> None:
    insights = [known(f"i{n}", 3240 + n / 10, confidence=0.1) for n in range(30)]
    policy = Policy(ask=4)
    first = swept(insights, policy=policy)
    asked = [c.candidate for c in first.changes if isinstance(c, Propose)]
    assert [c.subjects for c in asked] == [("i29",), ("i28",), ("i27",), ("i26",)]
    answered = [replace(c, status="rejected") for c in asked]
    again = plan(view(insights, answered), policy, NOW)
    assert [c.candidate.subjects for c in again.changes if isinstance(c, Propose)] == [("i25",), ("i24",), ("i23",), ("i22",)]


def outlived(n: int) -> Insight:
    seen, confirmed, denied = (NOW - timedelta(days=d) for d in (60, 50, 40))
    log = (
        Evidence(f"a{n}", "observed", seen, "scout", 0.7),
        Evidence(f"b{n}", "confirmed", confirmed, "desk"),
        Evidence(f"c{n}", "contradicted", denied, "crm", 0.3),
    )
    return Insight(f"o{n}", f"Gate {n} is closed.", "fact", (), 0.7, seen, seen, log)


def test_learned_half_lives_are_noted_and_used_only_when_switched_on() -> None:
    insights = [*(outlived(n) for n in range(12)), known("a", 100)]
    off, suggested, on = (swept(insights, policy=Policy(learn=mode, archive_below=0.0)) for mode in ("off", "suggest", "on"))
    assert off.notes == ()
    assert off.changes == suggested.changes
    assert "from 12 that ended" in suggested.notes[0].text
    assert [c.after for c in on.changes if isinstance(c, Believe)] < [c.after for c in off.changes if isinstance(c, Believe)]
