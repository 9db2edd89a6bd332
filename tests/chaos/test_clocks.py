"""The clock of one worker jumps by an hour, there and back: nothing is taken over early, nothing fires twice, nothing waits for it."""

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

import pytest

from compoundry.app import Parts, assemble
from compoundry.lifecycle import finished
from compoundry.model import Caller, Run, Schedule
from compoundry.service import access, runs, schedules
from compoundry.settings import Settings
from compoundry.store import schedules as kept
from compoundry.store.database import clock
from tests.chaos.conftest import Figures
from tests.server import start

HOUR_S = 3_600
JUMPS_S = (HOUR_S, 0, -HOUR_S, 0)
LEASE_S, PLAN_S = 1.0, 2.5
SOURCE = Path(__file__).parent / "clock.c"


@dataclass(frozen=True)
class Clock:
    """Hold a library that moves the wall clock of a process, and the file that says how far."""

    library: Path
    file: Path

    def jump(self, to_s: int) -> None:
        with self.file.open("r+b") as shared:
            shared.write(struct.pack("l", to_s))

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "CHAOS_CLOCK": str(self.file)}


@pytest.fixture
def moving(tmp_path: Path) -> Clock:
    """Build the library; skip where nothing can build it."""
    compiler = shutil.which("cc")
    if not compiler or os.uname().sysname != "Linux":
        pytest.skip("moving the clock of one process needs Linux and a C compiler (cc)")
    made = Clock(tmp_path / "clock.so", tmp_path / "offset")
    made.file.write_bytes(struct.pack("l", 0))
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(made.library), str(SOURCE), "-ldl"], check=True)
    return made


@pytest.fixture
def parts(database_url: str, settings: Settings) -> Iterator[Parts]:
    made = assemble(settings, database_url)
    yield made
    made.close()


@pytest.mark.usefixtures("odd_jobs")
@pytest.mark.parametrize("times", [pytest.param(4, id="short"), pytest.param(20, id="long", marks=pytest.mark.slow)])
def test_a_clock_that_jumps_takes_nothing_over_and_fires_nothing_twice(
    parts: Parts, moving: Clock, database_url: str, times: int, figures: Figures
) -> None:
    database = parts.app.database
    workers = 1 if database.is_sqlite else 2
    teams = [access.operator(access.create_workspace(parts.app, f"Team {n}").id) for n in range(workers)]
    timed = access.operator(access.create_workspace(parts.app, "Timed").id)
    for team in teams:
        access.configure(parts.app, team, "patient", {"seconds": PLAN_S})
    fired, ended = 0, list[Run]()
    with ExitStack() as hired:
        hired.enter_context(_worker(database_url, moving.environment))
        if not database.is_sqlite:
            hired.enter_context(_worker(database_url, {}))
        for to_s in islice(cycle(JUMPS_S), times):
            fired += _schedule(parts, timed, database_jumps=database.is_sqlite, to_s=to_s)
            running = [(team, runs.trigger(parts.app, team, "patient")) for team in teams]
            for team, run in running:
                _until(lambda team=team, run=run: runs.status(parts.app, team, run.id).stage == "plan")  # type: ignore[misc]
            moving.jump(to_s)
            ended += [runs.wait(parts.app, team, run.id, seconds=30) for team, run in running]
            _until(lambda count=fired: len(done := _fired(parts, timed)) >= count and all(map(finished, done)))  # type: ignore[misc]
    assert [(run.state, run.attempt) for run in ended] == [("completed", 1)] * len(ended)
    assert len(_fired(parts, timed)) == fired
    seen = f"{len(ended)} runs: 0 taken over; {fired} times of a schedule: 0 fired twice, 0 missed"
    figures("the clock of one worker jumps by an hour", database_url.split(":")[0], times, seen)


def _schedule(parts: Parts, timed: Caller, *, database_jumps: bool, to_s: int) -> int:
    """Have a schedule come in a moment, or, where the jump is to bring it, in half an hour; return how often it will fire."""
    if database_jumps and to_s <= 0:
        return 0
    with parts.app.database.write() as connection:
        now = clock(connection)
        far = f"0 {(now.hour + 12) % 24} * * *"
        at = now + (timedelta(minutes=30) if database_jumps else timedelta(seconds=1))
        kept.put(connection, Schedule(timed.workspace_id, "metrics", far, "UTC", at))
    assert len(schedules.scheduled(parts.app, timed)) == 1
    return 1


def _fired(parts: Parts, timed: Caller) -> list[Run]:
    return runs.newest(parts.app, timed, limit=100)


@contextmanager
def _worker(url: str, environment: dict[str, str]) -> Iterator[None]:
    patient = {"COMPOUNDRY_LEASE_S": str(LEASE_S), "COMPOUNDRY_WORKER_SLOTS": "1"}
    worker = start("worker", "--database", url, module="tests.engine.odd", environment={**environment, **patient})
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline()
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=20)


def _until(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.02)
