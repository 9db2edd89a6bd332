"""Whichever statement a process dies at, the run is done once, and as if nothing had happened."""

from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from compoundry.app import Parts
from compoundry.model import Caller
from compoundry.service import access, runs
from compoundry.store import tables
from tests.chaos.agreement import must_agree
from tests.chaos.conftest import Figures
from tests.chaos.crashing import died
from tests.made import NOTES, finish, learn, run

JOBS = ("consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics")
SHORT = 11  # every so many statements
_COUNTED: dict[tuple[str, int], dict[str, int]] = {}


@pytest.mark.parametrize("step", [pytest.param(SHORT, id="short"), pytest.param(1, id="long", marks=pytest.mark.slow)])
@pytest.mark.parametrize("job", JOBS)
def test_a_process_that_dies_at_any_statement_leaves_a_run_that_is_done_once(
    parts: Parts, database_url: str, job: str, step: int, figures: Figures
) -> None:
    expected = asdict(run(parts, _prepared(parts, job), job).counts)
    at, crashes, dies = 1, 0, True
    while dies:
        caller = _prepared(parts, job)
        accepted = runs.trigger(parts.app, caller, job)
        dies = died(database_url, caller.workspace_id, accepted.id, at=at)
        _free(parts)
        ended = finish(parts, accepted)
        assert (ended.state, asdict(ended.counts)) == ("completed", expected), f"after it died at statement {at}: {ended.error}"
        must_agree(parts, caller, runs.newest(parts.app, caller, limit=100))
        crashes += dies
        at += step
    assert crashes > 2
    _note(figures, database_url.split(":")[0], step, job, crashes)


def _note(figures: Figures, database: str, step: int, job: str, crashes: int) -> None:
    """Write one row for all jobs together, when the last of them has held."""
    counted = _COUNTED.setdefault((database, step), {})
    counted[job] = crashes
    if counted.keys() == set(JOBS):
        times = sum(counted.values())
        seen = f"{len(JOBS)} jobs: each run done once, with the counts of an undisturbed one; journal and rows agree"
        figures("death at the n-th statement of a run, for every n", database, times, seen)


def _prepared(parts: Parts, job: str) -> Caller:
    """Make a workspace in which the job has something to do."""
    caller = access.operator(access.create_workspace(parts.app, "Crash").id)
    access.configure(parts.app, caller, "consolidation", {"audit_share": 0.0})  # which merges are audited hangs on ids
    learn(parts, caller, NOTES)
    for other in JOBS[: min(JOBS.index(job), 2)]:
        run(parts, caller, other)
    return caller


def _free(parts: Parts) -> None:
    """Let the lease of a dead process end now, as it would soon."""
    with parts.app.database.write() as connection:
        held = tables.runs.c.lease_until.is_not(None)
        connection.execute(update(tables.runs).where(held).values(lease_until=datetime(2000, 1, 1, tzinfo=UTC)))
