"""Runs of one workspace are serial and in pipeline order; a quiet workspace doesn't wait behind a noisy one."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from compoundry.app import Parts
from compoundry.errors import LostRun, Twin, Unavailable
from compoundry.model import Caller, Counts, Run
from compoundry.service import access, runs
from compoundry.store import claims
from compoundry.store import runs as kept
from compoundry.store.claims import Lease
from compoundry.store.database import Database, clock, open_database, pooled

LATER = timedelta(seconds=1)
ME, YOU = Lease("me", 2.0), Lease("you", 2.0)


def claimed(database: Database, lease: Lease = ME) -> Run | None:
    with database.write() as connection:
        return claims.claim(connection, lease, clock(connection) + LATER)


def completed(database: Database, run: Run) -> None:
    with database.write() as connection:
        kept.complete(connection, run, counts=Counts(), plan_hash="", fingerprint="", now=clock(connection))


def test_waiting_runs_start_in_pipeline_order_whatever_order_they_came_in(parts: Parts, caller: Caller, database: Database) -> None:
    for job in ("metrics", "playbook_synthesis", "pattern_detection", "consolidation", "decay_sweep"):
        runs.trigger(parts.app, caller, job)
    order = []
    while run := claimed(database):
        order.append(run.job_type)
        assert claimed(database) is None, "two writing runs of one workspace at once"
        completed(database, run)
    assert order == ["consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics"]


def test_a_later_stage_waits_for_an_earlier_one_that_came_after_it(parts: Parts, caller: Caller, database: Database) -> None:
    runs.trigger(parts.app, caller, "playbook_synthesis")
    runs.trigger(parts.app, caller, "pattern_detection")
    with database.write() as connection:
        assert claims.claim(connection, ME, clock(connection)) is None
    first = claimed(database)
    assert first is not None
    assert first.job_type == "pattern_detection"


def test_dry_runs_run_beside_a_writing_one(parts: Parts, caller: Caller, database: Database) -> None:
    runs.trigger(parts.app, caller, "consolidation")
    runs.trigger(parts.app, caller, "consolidation", dry_run=True)
    assert {run.dry_run for run in (claimed(database), claimed(database)) if run} == {True, False}


def test_a_quiet_workspace_is_served_before_a_noisy_one_again(parts: Parts, caller: Caller, database: Database) -> None:
    for _ in range(20):
        runs.trigger(parts.app, caller, "metrics")
    first = claimed(database)
    assert first is not None
    quiet = access.operator(access.create_workspace(parts.app, "Quiet").id)
    runs.trigger(parts.app, quiet, "metrics")
    completed(database, first)
    following = claimed(database)
    assert following is not None
    assert following.workspace_id == quiet.workspace_id


def test_a_silent_worker_is_replaced_and_its_late_result_is_dropped(parts: Parts, caller: Caller, database: Database) -> None:
    runs.trigger(parts.app, caller, "metrics")
    mine = claimed(database)
    assert mine is not None
    with database.write() as connection:
        assert claims.take_over(connection, YOU, clock(connection), limit=9) == []
        (yours,) = claims.take_over(connection, YOU, clock(connection) + timedelta(seconds=10), limit=9)
    assert (yours.id, yours.attempt, yours.worker) == (mine.id, 2, "you")
    with pytest.raises(LostRun):
        completed(database, mine)
    completed(database, yours)
    assert runs.status(parts.app, caller, mine.id).state == "completed"


def test_a_sign_of_life_keeps_a_run(parts: Parts, caller: Caller, database: Database) -> None:
    runs.trigger(parts.app, caller, "metrics")
    run = claimed(database)
    assert run is not None
    with database.write() as connection:
        now = clock(connection)
        assert claims.beat(connection, ME, [run.id, "another"], now + timedelta(seconds=10)) == 1
        assert claims.beat(connection, YOU, [run.id], now + timedelta(seconds=10)) == 0
        assert claims.take_over(connection, YOU, now + timedelta(seconds=10), limit=9) == []


def test_the_database_itself_refuses_two_writers_in_one_workspace(parts: Parts, caller: Caller, database: Database) -> None:
    runs.trigger(parts.app, caller, "metrics")
    one = claimed(database)
    assert one is not None
    with pytest.raises(Twin), database.write() as connection:
        kept.accept(
            connection, Run("second", caller.workspace_id, "metrics", "run", False, "running", one.accepted_at, one.not_before), rank=0
        )


def test_a_finished_run_never_moves_again(parts: Parts, caller: Caller, database: Database) -> None:
    runs.trigger(parts.app, caller, "metrics")
    run = claimed(database)
    assert run is not None
    completed(database, run)
    with pytest.raises(LostRun), database.write() as connection:
        kept.fail(connection, run, error={"type": "late", "message": "too late"}, now=clock(connection))
    assert runs.status(parts.app, caller, run.id).state == "completed"


def test_a_quiet_workspace_starts_before_many_more_noisy_ones_have(parts: Parts, caller: Caller, database: Database) -> None:
    """Twenty noisy workspaces of 20 waiting runs each, and as many workers as may run at once."""
    workers, template = 4, runs.trigger(parts.app, caller, "metrics")
    noisy = [access.create_workspace(parts.app, f"Noisy {n}").id for n in range(20)]
    with database.write() as connection:
        for workspace_id in noisy:
            for n in range(20):
                kept.accept(connection, replace(template, id=f"{workspace_id}-{n}", workspace_id=workspace_id), rank=1)
    busy = [run for _ in range(workers + 30) if (run := claimed(database))][-workers:]
    quiet = access.operator(access.create_workspace(parts.app, "Quiet").id)
    runs.trigger(parts.app, quiet, "metrics")
    started = list[int]()
    while not started or started[-1] != quiet.workspace_id:
        completed(database, busy.pop(0))
        following = claimed(database)
        assert following is not None
        busy.append(following)
        started.append(following.workspace_id)
    assert len(started) - 1 <= workers + 2


def test_a_run_put_off_by_a_clock_that_went_back_since_is_due(parts: Parts, caller: Caller, database: Database) -> None:
    runs.trigger(parts.app, caller, "metrics")
    with database.write() as connection:
        now = clock(connection) - timedelta(hours=1)
        assert claims.next_due(connection, now) == now
        assert claims.claim(connection, ME, now) is not None


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_nobody_waits_for_a_worker_that_fell_silent_while_it_claimed(parts: Parts, caller: Caller, database: Database) -> None:
    runs.trigger(parts.app, caller, "metrics")
    other = access.operator(access.create_workspace(parts.app, "Other").id)
    with database.write() as silent:
        assert claims.claim(silent, YOU, clock(silent) + LATER) is not None
        runs.trigger(parts.app, other, "metrics")
        runs.trigger(parts.app, caller, "metrics", dry_run=True)
        taken = [claimed(database), claimed(database), claimed(database)]
    assert [(run.workspace_id, run.dry_run) for run in taken if run] == [(other.workspace_id, False), (caller.workspace_id, True)]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_silent_worker_doesnt_keep_the_lock_of_its_run(parts: Parts, caller: Caller, database: Database, database_url: str) -> None:
    """As when its host is gone: PostgreSQL hears nothing of it, and would wait for hours."""
    runs.trigger(parts.app, caller, "metrics")
    mine = claimed(database)
    assert mine is not None
    gone = open_database(database_url, called=claims.known_as(ME.worker))
    with suppress(Unavailable), gone.write() as silent:  # its commit comes too late
        kept.complete(silent, mine, counts=Counts(), plan_hash="", fingerprint="", now=clock(silent))
        with database.write() as connection:
            now = clock(connection) + timedelta(seconds=10)
            assert claims.take_over(connection, YOU, now, limit=9) == []
            assert (claims.silent(connection, clock(connection)), claims.silent(connection, now)) == ([], [ME.worker])
            assert claims.break_silence(connection, [ME.worker], clock(connection) - LATER) == 0
            assert claims.break_silence(connection, [ME.worker], clock(connection)) == 1
        time.sleep(0.5)
        with database.write() as connection:
            (taken,) = claims.take_over(connection, YOU, now, limit=9)
    assert (taken.id, taken.attempt) == (mine.id, 2)
    gone.close()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_whoever_falls_silent_while_writing_is_cut_off_and_a_patient_one_later(database: Database) -> None:
    for patient, limit in ((False, "30s"), (True, "5min")):
        with database.write() as connection:
            clock(connection, patient=patient)
            assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == limit
        with database.read() as connection:
            clock(connection)
            assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "5min"


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_whoever_was_cut_off_hears_that_the_database_is_away_for_a_moment(database_url: str) -> None:
    hasty = Database(pooled(database_url, called="test", silence_s=1), database_url)
    with pytest.raises(Unavailable, match="nothing was said for long"):
        _fall_silent(hasty)
    with hasty.read() as connection:
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1s"
    hasty.close()


def _fall_silent(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
        time.sleep(0.3)
        connection.execute(text("SELECT 1"))
