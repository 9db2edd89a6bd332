"""Schedules fire once, however many look and however late; missed times become one."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from compoundry.app import Parts
from compoundry.engine.scheduling import LOOK_S, fire_due
from compoundry.errors import Forbidden, Invalid
from compoundry.model import Caller, Schedule
from compoundry.service import runs, schedules
from compoundry.service.schedules import Wanted
from compoundry.store import schedules as kept
from compoundry.store import workspaces
from compoundry.store.database import Database, clock
from tests.server import start

HOURLY = Wanted("metrics", "0 * * * *")


def triggered(parts: Parts, caller: Caller) -> list[str]:
    return [run.job_type for run in runs.newest(parts.app, caller)]


def fire_all(database: Database, now: datetime) -> None:
    while fire_due(database, now) == 0.0:
        pass


def test_a_schedule_fires_when_its_time_comes_and_not_before(parts: Parts, caller: Caller, database: Database) -> None:
    (hourly,) = schedules.schedule(parts.app, caller, [HOURLY])
    fire_all(database, hourly.next_at - timedelta(seconds=1))
    assert triggered(parts, caller) == []
    fire_all(database, hourly.next_at)
    assert triggered(parts, caller) == ["metrics"]
    (fired,) = schedules.scheduled(parts.app, caller)
    assert (fired.next_at, fired.last_at) == (hourly.next_at + timedelta(hours=1), hourly.next_at)
    assert runs.status(parts.app, caller, fired.last_run_id or "").job_type == "metrics"


def test_all_times_that_were_missed_become_one(parts: Parts, caller: Caller, database: Database) -> None:
    (hourly,) = schedules.schedule(parts.app, caller, [HOURLY])
    fire_all(database, hourly.next_at + timedelta(days=3, minutes=20))
    assert triggered(parts, caller) == ["metrics"]
    assert schedules.scheduled(parts.app, caller)[0].next_at == hourly.next_at + timedelta(days=3, hours=1)


def test_many_who_look_at_once_fire_once(parts: Parts, caller: Caller, database: Database) -> None:
    (hourly,) = schedules.schedule(parts.app, caller, [HOURLY])
    for hour in range(5):
        now = hourly.next_at + timedelta(hours=hour)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _, at=now: fire_all(database, at), range(8)))
        (waiting,) = [run for run in runs.newest(parts.app, caller) if run.state == "accepted"]
        runs.cancel(parts.app, caller, waiting.id)
    assert len(triggered(parts, caller)) == 5


def test_a_clock_that_jumps_back_fires_nothing_again(parts: Parts, caller: Caller, database: Database) -> None:
    (hourly,) = schedules.schedule(parts.app, caller, [HOURLY])
    fire_all(database, hourly.next_at)
    for run in runs.newest(parts.app, caller):
        runs.cancel(parts.app, caller, run.id)
    fire_all(database, hourly.next_at - timedelta(hours=1))
    fire_all(database, hourly.next_at)
    assert triggered(parts, caller) == ["metrics"]


def test_a_run_that_waits_already_stands_for_a_scheduled_one(parts: Parts, caller: Caller, database: Database) -> None:
    (hourly,) = schedules.schedule(parts.app, caller, [HOURLY])
    waiting = runs.trigger(parts.app, caller, "metrics")
    fire_all(database, hourly.next_at)
    assert triggered(parts, caller) == ["metrics"]
    assert schedules.scheduled(parts.app, caller)[0].last_run_id == waiting.id


def test_schedules_that_are_not_due_cost_nothing(parts: Parts, caller: Caller, database: Database) -> None:
    (hourly,) = schedules.schedule(parts.app, caller, [HOURLY])
    with database.write() as connection:
        for _ in range(500):
            other = workspaces.create(connection, "Team", hourly.next_at).id
            kept.put(connection, Schedule(other, "metrics", "0 3 * * *", "UTC", hourly.next_at + timedelta(days=1)))
    assert 0 < fire_due(database, hourly.next_at - timedelta(minutes=1)) <= LOOK_S
    fire_all(database, hourly.next_at)
    assert triggered(parts, caller) == ["metrics"]


def test_a_schedule_that_is_set_again_keeps_its_place(parts: Parts, caller: Caller, database: Database) -> None:
    before = schedules.schedule(parts.app, caller, [HOURLY, Wanted("decay_sweep", "0 3 * * *", "Europe/Berlin")])
    assert schedules.schedule(parts.app, caller, [HOURLY]) == before
    assert [s.job_type for s in schedules.schedule(parts.app, caller, [Wanted("metrics", None)])] == ["decay_sweep"]


def test_all_or_none_of_the_schedules_are_set(parts: Parts, caller: Caller) -> None:
    for wrong in (Wanted("merge", "0 * * * *"), Wanted("metrics", "never"), Wanted("metrics", "0 * * * *", "Mars")):
        with pytest.raises(Invalid):
            schedules.schedule(parts.app, caller, [Wanted("decay_sweep", "0 3 * * *"), wrong])
    assert schedules.scheduled(parts.app, caller) == []


def test_only_who_may_write_sets_schedules(parts: Parts, caller: Caller, stranger: Caller) -> None:
    schedules.schedule(parts.app, caller, [HOURLY])
    assert schedules.scheduled(parts.app, stranger) == []
    with pytest.raises(Forbidden):
        schedules.schedule(parts.app, Caller(caller.workspace_id, frozenset({"record.read"}), "reader"), [HOURLY])


def test_a_schedule_that_no_longer_makes_sense_holds_up_nobody(parts: Parts, caller: Caller, database: Database) -> None:
    (hourly,) = schedules.schedule(parts.app, caller, [HOURLY])
    with database.write() as connection:
        kept.put(connection, Schedule(caller.workspace_id, "gone", "0 * * * *", "UTC", hourly.next_at))
    fire_all(database, hourly.next_at)
    assert triggered(parts, caller) == ["metrics"]


def test_workers_in_real_processes_fire_a_due_schedule_once(postgres_url: str, parts: Parts, caller: Caller, database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite takes one worker")
    with database.write() as connection:
        kept.put(connection, Schedule(caller.workspace_id, "metrics", "0 3 * * *", "UTC", clock(connection) + timedelta(seconds=4)))
    workers = [start("worker", "--database", postgres_url) for _ in range(3)]
    try:
        for _ in range(200):
            found = runs.newest(parts.app, caller)
            if found and found[0].state == "completed":
                break
            time.sleep(0.1)
        time.sleep(0.5)
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(timeout=20)
    assert [(run.job_type, run.state) for run in runs.newest(parts.app, caller)] == [("metrics", "completed")]
