"""A run previews, applies, explains and reverts; nothing is lost and nothing is done twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from compoundry import jobs
from compoundry.app import Parts
from compoundry.errors import Conflict, Stale
from compoundry.job import Disposition, Plan, View
from compoundry.model import Caller
from compoundry.service import access, insights, knowledge, review, runs
from tests.made import NOTES, finish, learn, run, said

ALL = list(jobs.found())


@pytest.mark.parametrize("job_type", ALL)
def test_a_dry_run_tells_what_the_real_run_will_do(parts: Parts, caller: Caller, job_type: str) -> None:
    access.configure(parts.app, caller, "consolidation", {"audit_share": 0.0})  # a merge that is sampled is asked about with the moment
    learn(parts, caller, NOTES)
    for earlier in ALL[: ALL.index(job_type)]:
        run(parts, caller, earlier)
    before = runs.state_hash(parts.app, caller)
    dry = run(parts, caller, job_type, dry_run=True)
    assert dry.state == "completed", dry.error
    assert runs.state_hash(parts.app, caller) == before
    real = run(parts, caller, job_type)
    assert replace(real.counts) == dry.counts
    if job_type not in ("decay_sweep", "metrics"):  # these two depend on the moment of the trigger
        assert runs.changes(parts.app, caller, real.id) == runs.changes(parts.app, caller, dry.id)
        assert real.plan_hash == dry.plan_hash


def test_a_question_waits_from_when_it_was_asked_and_not_from_the_day_of_its_evidence(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, NOTES)
    for job_type in ALL:
        run(parts, caller, job_type)
    asked = review.queue(parts.app, caller)
    assert {one.kind for one in asked} & {"pattern", "rule"}, "their evidence is months old"
    (snapshot,) = knowledge.metrics(parts.app, caller)
    assert 0 <= float(str(snapshot.figures["oldest_waiting_days"])) < 1
    assert max(datetime.now(UTC) - one.created_at for one in asked) < timedelta(hours=1)


@pytest.mark.parametrize("job_type", ALL)
def test_reverting_a_run_restores_the_state_before_it(parts: Parts, caller: Caller, job_type: str) -> None:
    learn(parts, caller, NOTES)
    for earlier in ALL[: ALL.index(job_type)]:
        run(parts, caller, earlier)
    before = runs.state_hash(parts.app, caller)
    done = run(parts, caller, job_type)
    if runs.changes(parts.app, caller, done.id):
        assert runs.state_hash(parts.app, caller) != before
    undone = finish(parts, runs.revert(parts.app, caller, done.id))
    assert undone.state == "completed", undone.error
    assert runs.state_hash(parts.app, caller) == before


def test_applying_a_previewed_plan_does_exactly_what_was_shown(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, NOTES)
    dry = run(parts, caller, "consolidation", dry_run=True)
    applied = finish(parts, runs.apply(parts.app, caller, dry.id))
    assert applied.state == "completed", applied.error
    assert applied.counts == dry.counts
    assert runs.changes(parts.app, caller, applied.id) == runs.changes(parts.app, caller, dry.id)


def test_a_previewed_plan_is_refused_when_an_insight_was_edited_since(parts: Parts, caller: Caller) -> None:
    first, *_ = learn(parts, caller, NOTES)
    dry = run(parts, caller, "consolidation", dry_run=True)
    insights.edit(parts.app, caller, first.id, {"content": "Dana prefers phone calls."})
    with pytest.raises(Stale) as refused:
        runs.apply(parts.app, caller, dry.id)
    assert refused.value.details["changed"] == [first.id]


def test_a_revert_keeps_later_edits_and_lists_them(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, [said("Ana likes tea.", "Ana"), said("Ana likes tea.", "Ana")])
    done = run(parts, caller, "consolidation")
    (_, merge), *_ = [(n, e) for n, e in runs.changes(parts.app, caller, done.id) if e.kind == "merge"]
    insights.forget(parts.app, caller, merge.effects[1].id)
    undone = finish(parts, runs.revert(parts.app, caller, done.id))
    assert undone.state == "completed"
    assert undone.counts.errors >= 1
    assert [note.facts["kept"] for note in undone.notes] == [undone.counts.errors]
    assert "keep" in {entry.kind for _, entry in runs.changes(parts.app, caller, undone.id)}


def test_a_run_is_reverted_once_and_a_dry_run_never(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, NOTES)
    dry = run(parts, caller, "consolidation", dry_run=True)
    with pytest.raises(Conflict):
        runs.revert(parts.app, caller, dry.id)
    done = run(parts, caller, "consolidation")
    finish(parts, runs.revert(parts.app, caller, done.id))
    with pytest.raises(Conflict):
        runs.revert(parts.app, caller, done.id)


def test_a_plan_that_forgets_an_insight_is_not_applied(parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    learn(parts, caller, NOTES)
    before = runs.state_hash(parts.app, caller)
    honest = jobs.named("consolidation").module.plan

    def forgetful(view: View, policy: object, now: object) -> Plan:
        plan = honest(view, policy, now)  # type: ignore[arg-type]
        return Plan(plan.dispositions[1:], plan.changes)

    monkeypatch.setattr(jobs.named("consolidation").module, "plan", forgetful)
    failed = run(parts, caller, "consolidation")
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error["type"] == "plan_broken"
    assert failed.counts.errors == 1
    assert runs.state_hash(parts.app, caller) == before


def test_a_plan_that_names_an_insight_twice_is_not_applied(parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    learn(parts, caller, [said("Ana likes tea.", "Ana")])

    def double(view: View, policy: object, now: object) -> Plan:
        (one,) = view.insights
        return Plan((Disposition(one.id, one.version, "kept"),) * 2, ())

    monkeypatch.setattr(jobs.named("consolidation").module, "plan", double)
    assert run(parts, caller, "consolidation").state == "failed"


def test_a_job_that_raises_fails_its_run_and_says_why(parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(view: View, policy: object, now: object) -> Plan:
        raise ZeroDivisionError("nothing to divide")

    monkeypatch.setattr(jobs.named("metrics").module, "plan", broken)
    failed = run(parts, caller, "metrics")
    assert failed.error is not None
    assert (failed.state, failed.error["type"], failed.error["at_stage"], failed.error["attempt"]) == ("failed", "job_raised", "plan", 1)


def test_a_cancelled_run_applies_nothing(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, NOTES)
    waiting = runs.trigger(parts.app, caller, "consolidation")
    cancelled = runs.cancel(parts.app, caller, waiting.id)
    assert (cancelled.state, (cancelled.error or {})["type"]) == ("failed", "cancelled")
    assert runs.changes(parts.app, caller, waiting.id) == []
    with pytest.raises(Conflict):
        runs.cancel(parts.app, caller, waiting.id)
    again = finish(parts, runs.retry(parts.app, caller, waiting.id))
    assert (again.state, again.subject) == ("completed", waiting.id)
