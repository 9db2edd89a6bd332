"""Who cancels a run waits for two seconds at the most, whatever its job is at, and nothing is applied."""

import random
import time
from datetime import timedelta

import pytest

from compoundry.app import Parts
from compoundry.engine.encoding import encode_missing
from compoundry.model import Caller, Run
from compoundry.service import access, runs
from tests.engine.conftest import Hire, becomes
from tests.made import learn, said

EFFECTIVE = timedelta(seconds=2)
LARGE = 8_000  # planned for several seconds
_WHAT = ("export", "report", "login page", "mobile app", "invoice", "search", "dashboard", "billing", "audit log", "calendar")
_HOW = ("is slow", "fails", "times out", "is confusing", "works well", "needs more options", "was improved", "loses data")
_WHEN = ("for large files", "on Safari", "after the update", "in the morning", "when offline", "with 200 rows", "before launch")


def _cancelled(parts: Parts, caller: Caller, run: Run) -> Run:
    """Cancel a run that plans, and return it as it ended."""
    before = runs.state_hash(parts.app, caller)
    becomes(parts, caller, run, lambda now: now.stage == "plan")
    time.sleep(0.5)
    asked_at = parts.shop.now()
    assert runs.cancel(parts.app, caller, run.id).state == "running"
    ended = becomes(parts, caller, run, lambda now: now.state != "running")
    assert (ended.state, (ended.error or {})["type"]) == ("failed", "cancelled")
    assert (ended.error or {})["trace_id"]
    assert ended.ended_at is not None
    assert ended.ended_at - asked_at <= EFFECTIVE
    assert (runs.state_hash(parts.app, caller), runs.changes(parts.app, caller, run.id)) == (before, [])
    return ended


def test_a_job_that_doesnt_listen_is_cancelled_in_time(parts: Parts, caller: Caller, hire: Hire) -> None:
    learn(parts, caller, [said("Dana likes tea.", "Dana")])
    access.configure(parts.app, caller, "deaf", {"seconds": 6.0})
    run = runs.trigger(parts.app, caller, "deaf")
    hire()
    ended = _cancelled(parts, caller, run)
    following = runs.trigger(parts.app, caller, "metrics")
    becomes(parts, caller, following, lambda now: now.state == "completed")
    time.sleep(5.0)  # by now the deaf one has a result
    assert runs.status(parts.app, caller, run.id) == ended
    assert runs.changes(parts.app, caller, run.id) == []


@pytest.mark.slow
@pytest.mark.parametrize("job_type", ["consolidation", "pattern_detection", "playbook_synthesis"])
def test_a_large_plan_is_cancelled_in_time(parts: Parts, caller: Caller, hire: Hire, job_type: str) -> None:
    dice = random.Random(1)
    learned = [_lesson(dice, n) if job_type == "playbook_synthesis" else _complaint(dice) for n in range(LARGE)]
    for start in range(0, LARGE, 1_000):
        learn(parts, caller, learned[start : start + 1_000])
    encode_missing(parts.shop, caller.workspace_id)
    hire()
    _cancelled(parts, caller, runs.trigger(parts.app, caller, job_type))


def _complaint(dice: random.Random) -> dict[str, object]:
    who = f"Team {dice.randrange(LARGE // 50)}"
    what = " and that ".join(f"the {dice.choice(_WHAT)} {dice.choice(_HOW)} {dice.choice(_WHEN)}" for _ in range(2))
    return said(f"{who} told us that {what}.", who, day=dice.randrange(90))


def _lesson(dice: random.Random, n: int) -> dict[str, object]:
    when = f"the {dice.choice(_WHAT)} {dice.choice(_HOW)} {dice.choice(_WHEN)} for the {n}th time"
    return said(f"When {when}, restart service {n} and tell team {dice.randrange(100)}.")
