"""Give tests of running a few jobs that take their time, and workers that know them."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compoundry import jobs
from compoundry.app import Parts
from compoundry.model import Caller, Run
from compoundry.service import runs
from compoundry.settings import Settings
from tests.server import start

Hire = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def odd_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Know the jobs `patient` and `deaf` in this process too."""
    monkeypatch.setattr(jobs, "__path__", [*jobs.__path__, str(Path(__file__).parent / "odd_jobs")])
    jobs.found.cache_clear()
    yield
    jobs.found.cache_clear()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Give the file that hired processes log to."""
    return tmp_path / "log"


@pytest.fixture
def hire(database_url: str, log: Path, odd_jobs: None, settings: Settings) -> Iterator[Hire]:
    """Start processes that know the odd jobs, workers unless told otherwise, and end them all."""
    hired: list[subprocess.Popen[str]] = []

    def one(*args: str) -> subprocess.Popen[str]:
        with log.open("a") as told:
            command = (*(args or ("worker",)), "--database", database_url)
            worker = start(*command, module="tests.engine.odd", stderr=told, COMPOUNDRY_LEASE_S=str(settings.lease_s))
        hired.append(worker)
        assert worker.stdout is not None
        assert worker.stdout.readline()
        return worker

    yield one
    for worker in hired:
        worker.kill()
        worker.wait()


def becomes(parts: Parts, caller: Caller, run: Run, wanted: Callable[[Run], bool]) -> Run:
    """Wait until a run is as wanted; a minute is far more than it takes."""
    until = time.monotonic() + 60
    while not wanted(now := runs.status(parts.app, caller, run.id)):
        assert time.monotonic() < until, f"the run stays {now.state} at {now.stage}: {now.error}"
        time.sleep(0.02)
    return now
