"""The sweep lowers what is stale, archives what is hardly believed, and refuses to surprise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from compoundry.errors import TooMuch
from compoundry.job import Archive, Believe, Plan, Propose
from compoundry.jobs import decay_sweep
from compoundry.jobs.decay_sweep import Policy
from compoundry.model import Insight
from tests.jobs.views import NOW, applied, insight, view


def swept(insights: list[Insight], policy: Policy | None = None) -> Plan:
    return decay_sweep.plan(view(insights), policy or Policy(), NOW)


def test_a_stale_insight_is_believed_less_with_the_arithmetic_as_the_reason() -> None:
    plan = swept([insight(1, "Dana prefers email.", type="preference")])
    change, question = plan.changes
    assert isinstance(change, Believe)
    assert isinstance(question, Propose)
    assert change.after < change.before == 0.7
    assert change.reason.facts["half_life_days"] == 180.0
    assert plan.counts.affected == 1


def test_sweeping_daily_equals_sweeping_once() -> None:
    daily = monthly = view([insight(n, f"Fact {n}.", day=n * 7, type="activity", confidence=0.9) for n in range(8)])
    for days in range(31):
        daily = applied(daily, decay_sweep.plan(daily, Policy(), NOW + timedelta(days=days)))
    monthly = applied(monthly, decay_sweep.plan(monthly, Policy(), NOW + timedelta(days=30)))
    assert [i.confidence for i in daily.insights] == [i.confidence for i in monthly.insights]


def test_what_is_hardly_believed_is_archived() -> None:
    plan = swept([insight(1, "Victor may buy a boat.", type="opportunity", confidence=0.3)])
    assert [type(c) for c in plan.changes] == [Believe, Archive]
    assert plan.dispositions[0].outcome == "archived"


def test_a_sweep_that_would_archive_too_much_fails_and_says_so() -> None:
    weak = [insight(n, f"Rumour {n}.", type="activity", confidence=0.2) for n in range(30)]
    with pytest.raises(TooMuch, match="would archive 30 of 30 insights, more than the 10 allowed"):
        swept(weak)
    assert swept(weak, Policy(most_archived=1.0)).counts.affected == 30


def test_people_are_asked_about_a_few_that_fade_and_not_twice() -> None:
    faded = [insight(n, f"Fact {n}.", type="risk", confidence=0.9) for n in range(30)]
    first = view(faded)
    plan = decay_sweep.plan(first, Policy(), NOW)
    asked = [c.candidate for c in plan.changes if isinstance(c, Propose)]
    assert len(asked) == Policy().most_questions
    decided = replace(applied(first, plan), candidates=tuple(replace(c, status="rejected") for c in asked))
    again = [c.candidate.id for c in decay_sweep.plan(decided, Policy(), NOW).changes if isinstance(c, Propose)]
    assert not set(again) & {c.id for c in asked}


def test_one_insight_whose_evidence_makes_no_sense_does_not_stop_the_others() -> None:
    poisoned = insight(1, "Broken.", confidence=0.7)
    broken = replace(poisoned, evidence=(replace(poisoned.evidence[0], weight="x"),))  # type: ignore[arg-type]
    plan = swept([broken, insight(2, "Dana prefers email.")])
    assert {d.insight: d.outcome for d in plan.dispositions} == {"i0001": "failed", "i0002": "faded"}
    assert plan.counts.errors == 1
