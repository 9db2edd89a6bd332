"""Real processes beside each other: they share a large plan, share a SQLite file as far as it allows, and are fair."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, select

from compoundry.app import Parts
from compoundry.engine import inline
from compoundry.lifecycle import finished
from compoundry.model import Caller, Run
from compoundry.service import access, runs
from compoundry.store import runs as kept
from compoundry.store import tables
from tests.engine.conftest import Hire
from tests.made import learn, said
from tests.server import ALL_SCOPES, serving, start

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
LARGE, TEAMS = 800, 25
NOISY, SLOTS = 20, 2
_WHAT = ("export", "report", "login page", "mobile app", "invoice", "search", "dashboard", "billing")
_HOW = ("is slow", "fails", "times out", "is confusing", "works well", "needs more options", "was improved", "loses data")


@POSTGRES
def test_two_processes_share_a_plan_and_it_is_the_same(parts: Parts, caller: Caller, hire: Hire) -> None:
    _learn_much(parts, caller)
    at, alone = _planned_alone(parts, caller)
    hire()
    hire()
    run = _accepted(parts, at, "again")
    runs.trigger(parts.app, caller, "metrics")  # it waits for the plan, and keeps nobody from helping with it
    helpers = set[str]()
    while not finished(now := runs.status(parts.app, caller, run.id)):
        with parts.app.database.read() as connection:
            taken = select(tables.parts.c.worker).distinct().where(tables.parts.c.run_id == run.id, tables.parts.c.worker.is_not(None))
            helpers |= set(connection.scalars(taken))
        time.sleep(0.01)
    assert len(helpers) == 2, "both took part"
    assert (now.state, now.attempt, now.plan_hash, now.counts) == ("completed", 1, alone.plan_hash, alone.counts)
    assert alone.counts.created
    with parts.app.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.parts)) == 0


def _planned_alone(parts: Parts, caller: Caller) -> tuple[Run, Run]:
    """Plan here, and return the run as it was accepted and as it ended."""
    accepted = runs.trigger(parts.app, caller, "consolidation", dry_run=True)
    return accepted, inline.carry_out(parts.shop, accepted)


def _accepted(parts: Parts, like: Run, id: str) -> Run:
    """Trigger the same at the same time: a plan knows when it was asked for."""
    run = replace(like, id=id)
    with parts.app.database.write() as connection:
        kept.accept(connection, run, rank=1)
    return run


def _learn_much(parts: Parts, caller: Caller) -> None:
    dice = random.Random(5)
    for _ in range(LARGE // 400):
        told = [dice.randrange(TEAMS) for _ in range(400)]
        learn(parts, caller, [said(f"Team {n} told us that {_told(dice)}, and that {_told(dice)}.", f"Team {n}") for n in told])


def _told(dice: random.Random) -> str:
    return f"the {dice.choice(_WHAT)} {dice.choice(_HOW)}"


@SQLITE
@pytest.mark.parametrize("second", [["worker"], ["serve", "--port", "0"]], ids=["worker", "server"])
def test_a_second_worker_on_one_sqlite_file_is_refused_and_told_why(parts: Parts, database_url: str, hire: Hire, second: list[str]) -> None:
    hire()
    refused = start(*second, "--database", database_url, stderr=subprocess.PIPE)
    _, said_ = refused.communicate(timeout=30)
    assert refused.returncode == 5
    assert said_ == "Error: another process works on test.db already; SQLite takes one worker, PostgreSQL any number\n"


@SQLITE
def test_a_server_and_commands_trigger_beside_the_worker_of_a_sqlite_file(
    parts: Parts, caller: Caller, database_url: str, hire: Hire
) -> None:
    learn(parts, caller, [said("Dana likes tea.", "Dana"), said("Dana likes tea", "Dana", day=2)])
    key = access.create_key(parts.app, caller.workspace_id, scopes=ALL_SCOPES.split(",")).key
    worker = hire()
    with serving(database_url, "--no-worker") as served, served.client(key) as client:
        accepted = client.post("/compounding/trigger", json={"job_type": "consolidation"}).json()["job_run_id"]
        over_http = client.get(f"/compounding/jobs/{accepted}?wait=15").json()
    command = [sys.executable, "-m", "compoundry", "run", "metrics", "--database", database_url]
    typed = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, "COMPOUNDRY_ENCODER": "hashed"})
    assert (over_http["status"], typed.returncode) == ("completed", 0), typed.stderr
    by_whom = {run.job_type: run.state for run in runs.newest(parts.app, caller)}
    assert by_whom == {"consolidation": "completed", "metrics": "completed"}
    assert worker.poll() is None


@pytest.mark.parametrize("each", [pytest.param(8, id="short"), pytest.param(200, id="long", marks=pytest.mark.slow)])
def test_a_quiet_workspace_hardly_waits_for_noisy_ones(parts: Parts, caller: Caller, hire: Hire, each: int) -> None:
    template = runs.trigger(parts.app, caller, "metrics")
    noisy = [access.create_workspace(parts.app, f"Noisy {n}").id for n in range(NOISY)]
    with parts.app.database.write() as connection:
        for workspace_id in noisy:
            for n in range(each):
                kept.accept(connection, replace(template, id=f"{workspace_id}-{n}", workspace_id=workspace_id), rank=1)
    workers = 1 if parts.app.database.is_sqlite else 2
    for _ in range(workers):
        hire()
    _until(lambda: _served(parts, noisy) == NOISY)
    for _ in range(3):
        quiet = access.operator(access.create_workspace(parts.app, "Quiet").id)
        run = runs.trigger(parts.app, quiet, "metrics")
        waited = runs.wait(parts.app, quiet, run.id, seconds=60)
        assert waited.started_at is not None
        assert _started(parts, noisy, waited.accepted_at, waited.started_at) <= workers * SLOTS + 2
    assert _unfinished(parts, noisy) or each < 200, "the noise was over too soon to tell"


def _started(parts: Parts, noisy: list[int], after: datetime, before: datetime) -> int:
    run = tables.runs
    with parts.app.database.read() as connection:
        mine = (run.c.workspace_id.in_(noisy), run.c.started_at > after, run.c.started_at < before)
        return connection.scalar(select(func.count()).select_from(run).where(*mine)) or 0


def _served(parts: Parts, noisy: list[int]) -> int:
    workspace = tables.workspaces
    with parts.app.database.read() as connection:
        mine = (workspace.c.id.in_(noisy), workspace.c.served_at.is_not(None))
        return connection.scalar(select(func.count()).select_from(workspace).where(*mine)) or 0


def _unfinished(parts: Parts, noisy: list[int]) -> int:
    run = tables.runs
    with parts.app.database.read() as connection:
        mine = (run.c.workspace_id.in_(noisy), run.c.state.in_(("accepted", "running")))
        return connection.scalar(select(func.count()).select_from(run).where(*mine)) or 0


def _until(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.005)
