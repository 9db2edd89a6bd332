"""An insight that a job can't take is set aside, and everything else is served as if it weren't there."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from compoundry import jobs
from compoundry.app import Parts
from compoundry.job import Disposition, Plan, View
from compoundry.model import Caller, Insight
from compoundry.poison import MOST, without_poison
from compoundry.service import runs
from tests.jobs.views import NOW, insight, view
from tests.made import NOTES, finish, learn, run

_SAID = (
    "Northwind complains that exports are slow.", "Lakeside complains that exports are slow.",
    "Hillcrest complains that the exports are slow.", "Bellwood says exports are too slow.",
    "When an export times out, restart the queue worker first.", "Miguel moved to Lisbon.",
)  # fmt: skip
GOOD = [insight(n, said, said.split()[0], day=n) for n, said in enumerate(_SAID)]


@pytest.mark.parametrize("place", [0, 3, 6])
@pytest.mark.parametrize("broken", [{"content": None}, {"observed_at": None}, {"evidence": (None,)}, {"entities": (None,)}])
@pytest.mark.parametrize("job_type", list(jobs.found()))
def test_every_job_sets_a_poisoned_insight_aside_and_plans_the_rest(job_type: str, broken: dict[str, Any], place: int) -> None:
    job = jobs.named(job_type)

    def decide(seen: View) -> Plan:
        return job.module.plan(seen, job.policy({}), NOW)

    whole = view([*GOOD[:place], insight(9, "Northwind complains that exports are slow.", "Northwind"), *GOOD[place:]])
    poisoned = replace(whole, insights=(*whole.insights[:place], replace(whole.insights[place], **broken), *whole.insights[place + 1 :]))
    made = without_poison(decide, poisoned)
    made.must_account_for(poisoned)
    assert {d.insight for d in made.dispositions if d.outcome == "failed"} <= {"i0009"}
    if made.counts.errors:
        assert [c for c in made.changes if job_type != "metrics"] == [c for c in decide(view(GOOD)).changes if job_type != "metrics"]


def test_two_that_clash_lose_only_the_odd_one() -> None:
    def decide(seen: View) -> Plan:
        if len({isinstance(i.observed_at, datetime) for i in seen.insights}) > 1:
            raise TypeError("these can't be compared")
        return Plan(tuple(Disposition(i.id, i.version, "kept") for i in seen.insights), ())

    for odd in range(len(GOOD)):
        mixed = tuple(replace(i, observed_at=None) if n == odd else i for n, i in enumerate(GOOD))  # type: ignore[arg-type]
        made = without_poison(decide, replace(view(GOOD), insights=mixed))
        assert [d.insight for d in made.dispositions if d.outcome == "failed"] == [GOOD[odd].id]


def test_a_job_that_is_broken_itself_is_not_blamed_on_insights() -> None:
    def decide(seen: View) -> Plan:
        raise ZeroDivisionError(f"{len(seen.insights)} insights")

    many = [insight(n, f"Fact {n}.") for n in range(2 * MOST)]
    with pytest.raises(ZeroDivisionError, match="40 insights"):
        without_poison(decide, view(many))


def test_what_was_set_aside_is_counted_and_listed_and_the_run_succeeds(
    parts: Parts, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned = learn(parts, caller, NOTES)
    module = jobs.named("pattern_detection").module
    honest = module.plan

    def choosy(seen: View, policy: Any, now: datetime) -> Plan:
        if any(_poisonous(i) for i in seen.insights):
            raise ValueError("no hiking")
        return honest(seen, policy, now)

    monkeypatch.setattr(module, "plan", choosy)
    done = run(parts, caller, "pattern_detection")
    assert (done.state, done.counts.errors, done.counts.scanned) == ("completed", 1, len(learned))
    (aside,) = [entry for _, entry in runs.changes(parts.app, caller, done.id) if entry.kind == "set_aside"]
    assert (aside.subject, aside.reason.text) == (learned[-1].id, "set aside: ValueError: no hiking")
    assert finish(parts, runs.revert(parts.app, caller, done.id)).counts.errors == 0


def _poisonous(one: Insight) -> bool:
    return "hiking" in one.content
