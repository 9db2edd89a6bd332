"""What a worker held when it fell silent is done by another one, by the clock of the database."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from compoundry.app import Parts
from compoundry.errors import Unavailable
from compoundry.model import Caller
from compoundry.service import access, runs
from compoundry.store import claims, tables
from compoundry.store.claims import Lease
from compoundry.store.database import clock, open_database
from tests.engine.conftest import Hire, becomes
from tests.made import learn, said


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_frozen_worker_is_replaced_and_its_late_result_is_refused_in_the_log(parts: Parts, caller: Caller, hire: Hire, log: Path) -> None:
    learn(parts, caller, [said("Dana likes tea.", "Dana")])
    access.configure(parts.app, caller, "patient", {"seconds": 30.0})
    run = runs.trigger(parts.app, caller, "patient")
    frozen = hire()
    first = becomes(parts, caller, run, lambda now: now.stage == "plan")
    os.kill(frozen.pid, signal.SIGSTOP)
    access.configure(parts.app, caller, "patient", {"seconds": 0.0})
    hire()
    ended = becomes(parts, caller, run, lambda now: now.state == "completed")
    assert (first.attempt, ended.attempt) == (1, 2)
    told = runs.changes(parts.app, caller, run.id)
    os.kill(frozen.pid, signal.SIGCONT)
    _until_logged(log, "late result refused")
    assert (runs.status(parts.app, caller, run.id), runs.changes(parts.app, caller, run.id)) == (ended, told)


def test_a_killed_worker_is_replaced_within_its_lease(parts: Parts, caller: Caller, hire: Hire) -> None:
    learn(parts, caller, [said("Dana likes tea.", "Dana")])
    access.configure(parts.app, caller, "patient", {"seconds": 30.0})
    run = runs.trigger(parts.app, caller, "patient")
    killed = hire()
    becomes(parts, caller, run, lambda now: now.stage == "plan")
    killed.kill()
    killed.wait()
    access.configure(parts.app, caller, "patient", {"seconds": 0.0})
    hire()
    ended = becomes(parts, caller, run, lambda now: now.state == "completed")
    assert (ended.attempt, ended.counts.affected) == (2, 1)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_worker_that_starts_when_the_lease_is_over_waits_for_no_lock_of_the_lost_one(
    parts: Parts, caller: Caller, hire: Hire, database_url: str
) -> None:
    learn(parts, caller, [said("Dana likes tea.", "Dana")])
    access.configure(parts.app, caller, "patient", {"seconds": 0.0})
    run = runs.trigger(parts.app, caller, "patient")
    with parts.app.database.write() as connection:
        assert claims.claim(connection, Lease("lost-1-a", 0.1), clock(connection))
    lost = open_database(database_url, called=claims.known_as("lost-1-a"))
    with suppress(Unavailable), lost.write() as silent:
        silent.execute(select(tables.insights.c.id).with_for_update())
        time.sleep(parts.settings.lease_s)
        hire()
        assert becomes(parts, caller, run, lambda now: now.state == "completed").attempt == 2
    lost.close()


def test_the_lease_can_be_two_seconds_and_no_run_of_a_living_worker_is_taken(parts: Parts, caller: Caller, hire: Hire) -> None:
    access.configure(parts.app, caller, "patient", {"seconds": 3 * parts.settings.lease_s})
    run = runs.trigger(parts.app, caller, "patient")
    hire()
    if not parts.app.database.is_sqlite:
        hire()
    ended = becomes(parts, caller, run, lambda now: now.state == "completed")
    assert (parts.settings.lease_s, ended.attempt) == (2.0, 1)


def _until_logged(log: Path, words: str) -> None:
    until = time.monotonic() + 30
    while words not in log.read_text():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)
