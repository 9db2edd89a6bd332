"""A process that is told to stop says so first, loses nothing, and leaves in time."""

import signal
import threading
import time
from datetime import datetime

import httpx2
import pytest

from compoundry.app import Parts
from compoundry.model import Caller, Run
from compoundry.service import access, runs
from tests.engine.conftest import Hire, becomes
from tests.made import learn, said
from tests.server import ALL_SCOPES, Served, ready_url, start


@pytest.fixture
def key(parts: Parts, caller: Caller) -> str:
    """Give a key of the workspace."""
    return access.create_key(parts.app, caller.workspace_id, scopes=ALL_SCOPES.split(",")).key


@pytest.fixture
def served(database_url: str, parts: Parts) -> Served:
    """Serve without a worker."""
    process = start("serve", "--no-worker", "--port", "0", "--database", database_url)
    return Served(ready_url(process), process)


def test_a_server_turns_unready_first_answers_who_waits_and_leaves(parts: Parts, caller: Caller, key: str, served: Served) -> None:
    waiting = runs.trigger(parts.app, caller, "metrics")
    answers: list[httpx2.Response] = []
    with served.client(key) as client, client.stream("GET", "/events") as stream:
        assert next(stream.iter_lines()).startswith(": connected")
        poll = threading.Thread(target=lambda: answers.append(client.get(f"/compounding/jobs/{waiting.id}?wait=15")))
        poll.start()
        time.sleep(0.3)
        assert httpx2.get(f"{served.url}/readyz").status_code == 200
        served.process.send_signal(signal.SIGTERM)
        seen = [httpx2.get(f"{served.url}/{path}").status_code for path in ("readyz", "healthz")]
        assert served.process.wait(timeout=10) == 0
    poll.join()
    assert seen == [503, 200]
    assert [(a.status_code, a.json()["status"]) for a in answers] == [(200, "accepted")]


@pytest.mark.parametrize("job_type", ["patient", "deaf"])
def test_a_worker_hands_its_run_back_and_another_one_ends_it(parts: Parts, caller: Caller, hire: Hire, job_type: str) -> None:
    learn(parts, caller, [said("Dana likes tea.", "Dana")])
    run = _triggered(parts, caller, job_type)
    worker = hire()
    becomes(parts, caller, run, lambda now: now.stage == "plan")
    access.configure(parts.app, caller, job_type, {"seconds": 0.0})
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=12) == 0
    freed = runs.status(parts.app, caller, run.id)
    assert (freed.state, freed.attempt, freed.strikes, freed.error) == ("accepted", 1, 0, None)
    hire()
    ended = becomes(parts, caller, run, lambda now: now.state == "completed")
    assert (ended.attempt, ended.counts.affected) == (2, 1)


def test_a_cancelled_run_stops_inside_its_planning_and_has_applied_nothing(parts: Parts, caller: Caller, hire: Hire) -> None:
    learn(parts, caller, [said("Dana likes tea.", "Dana")])
    before = runs.state_hash(parts.app, caller)
    run = _triggered(parts, caller, "patient")
    hire()
    becomes(parts, caller, run, lambda now: now.stage == "plan")
    runs.cancel(parts.app, caller, run.id)
    ended = becomes(parts, caller, run, lambda now: now.state == "failed")
    assert (ended.error or {})["type"] == "cancelled"
    assert (runs.state_hash(parts.app, caller), runs.changes(parts.app, caller, run.id)) == (before, [])


def test_progress_is_written_a_few_times_a_second_however_often_a_job_reports(parts: Parts, caller: Caller, hire: Hire) -> None:
    run = _triggered(parts, caller, "patient", seconds=1.5)
    hire()
    written = set[tuple[datetime | None, str]]()

    def note(now: Run) -> bool:
        written.add((now.progress_at, now.stage))
        return now.state == "completed"

    becomes(parts, caller, run, note)
    assert 3 <= len([at for at, stage in written if stage == "plan"]) <= 4 * 2


def _triggered(parts: Parts, caller: Caller, job_type: str, *, seconds: float = 30.0) -> Run:
    access.configure(parts.app, caller, job_type, {"seconds": seconds})
    return runs.trigger(parts.app, caller, job_type)
