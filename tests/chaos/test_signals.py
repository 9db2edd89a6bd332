"""Freeze workers past their lease, lose their host for ever, or tell them to stop: others take over, and nothing is done twice."""

import random
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from compoundry.app import Parts, assemble
from compoundry.model import Caller, Run
from compoundry.service import access, runs
from compoundry.settings import Settings
from compoundry.store.database import clock
from tests.chaos.conftest import Figures
from tests.chaos.nursery import Born, Nursery, nursery
from tests.engine.cluster import Cluster
from tests.made import learn, said

AT_ONCE = 4  # workers that fall silent together, each with a run of its own
SHORT_LEASE_S, LEASE_S, TAKEN_OVER_S = 1.0, 4.0, 10.0
EXIT_S, RESTART_S = 10.0, 1.0
LONGEST_LOOK_S = 0.6
STATEMENTS = [said(f"Team {n % 60} reports problem {n % 11} with export number {n}.", f"Team {n % 60}", day=n % 90) for n in range(400)]
POSTGRES = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
TIMES = pytest.mark.parametrize("times", [pytest.param(5, id="short"), pytest.param(50, id="long", marks=pytest.mark.slow)])


@dataclass
class Ward:
    """Hold a nursery on one database, and our own parts on it."""

    born: Nursery
    parts: Parts
    url: str
    dice: random.Random

    def worker(self, lease_s: float, *, slots: int = 1) -> Born:
        worker = self.bear(lease_s, slots=slots)
        worker.until_it_says("working")
        return worker

    def bear(self, lease_s: float, *, slots: int = 1) -> Born:
        environment = {"COMPOUNDRY_LEASE_S": str(lease_s), "COMPOUNDRY_WORKER_SLOTS": str(slots)}
        return self.born.bear("worker", "--database", self.url, **environment)

    def team(self) -> Caller:
        """Give a new workspace with something to consolidate."""
        caller = access.operator(access.create_workspace(self.parts.app, "Chaos").id)
        learn(self.parts, caller, STATEMENTS)
        return caller

    def silenced(self, lease_s: float) -> list[tuple[Born, Caller, Run]]:
        """Freeze some workers, each at a moment of its own while it carries a run out, and return those that were caught at it."""
        workers = [self.bear(lease_s) for _ in range(AT_ONCE)]
        teams = [self.team() for _ in workers]
        for worker in workers:
            worker.until_it_says("working")
        accepted = [(team, runs.trigger(self.parts.app, team, "consolidation")) for team in teams]
        moments = sorted(time.monotonic() + self.dice.random() * LONGEST_LOOK_S for _ in workers)
        for moment, worker in zip(moments, workers, strict=True):
            time.sleep(max(0.0, moment - time.monotonic()))
            worker.send(signal.SIGSTOP)
        held = [(team, self.now(team, run)) for team, run in accepted]
        names = {worker.pid: worker for worker in workers}
        caught = [(names[_pid(run)], team, run) for team, run in held if run.state == "running"]
        for worker in set(workers) - {worker for worker, _, _ in caught}:
            worker.send(signal.SIGKILL)
        return caught

    def pause(self, worker: Born) -> None:
        """Freeze a worker that has nothing to do, at a moment when it holds nothing open."""
        mine = text("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE :name AND state <> 'idle'")
        while True:
            worker.send(signal.SIGSTOP)
            with self.parts.app.database.read() as connection:
                if not connection.scalar(mine, {"name": f"%-{worker.pid}-%"}):
                    return
            worker.send(signal.SIGCONT)
            time.sleep(0.05)

    def now(self, team: Caller, run: Run) -> Run:
        return runs.status(self.parts.app, team, run.id)

    def ended(self, team: Caller, run: Run) -> Run:
        return runs.wait(self.parts.app, team, run.id, seconds=60)

    def told(self, team: Caller, run: Run) -> tuple[object, ...]:
        """Say everything that a late worker could change."""
        return self.now(team, run), runs.changes(self.parts.app, team, run.id), runs.state_hash(self.parts.app, team)

    def clock(self) -> float:
        with self.parts.app.database.read() as connection:
            return clock(connection).timestamp()


def _must_be_others(ended: list[Run], held: list[Run]) -> None:
    """Check that every run was completed, and not by the attempt that fell silent."""
    assert [run.state for run in ended] == ["completed"] * len(held), [run.error or run for run in ended if run.state != "completed"]
    assert all(after.attempt > before.attempt for after, before in zip(ended, held, strict=True))


def _pid(run: Run) -> int:
    return int((run.worker or "").split("-")[-2])


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database of the kind that is asked for."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.url


@pytest.fixture
def ward(url: str, settings: Settings, tmp_path: Path) -> Iterator[Ward]:
    """Give a ward; everybody in it is gone afterwards."""
    parts = assemble(settings, url)
    with nursery(tmp_path) as born:
        yield Ward(born, parts, url, random.Random(11))
    parts.close()


@POSTGRES
@TIMES
def test_a_frozen_worker_is_replaced_and_changes_nothing_when_it_wakes(ward: Ward, times: int, figures: Figures) -> None:
    caught, refused = 0, 0
    while caught < times:
        frozen = ward.silenced(SHORT_LEASE_S)
        other = ward.worker(SHORT_LEASE_S, slots=AT_ONCE)
        ended = [ward.ended(team, run) for _, team, run in frozen]
        _must_be_others(ended, [run for _, _, run in frozen])
        told = [ward.told(team, run) for _, team, run in frozen]
        for worker, _, _ in frozen:
            worker.send(signal.SIGCONT)
        time.sleep(1.0)
        assert [ward.told(team, run) for _, team, run in frozen] == told
        refused += sum("late result refused" in worker.said.read_text() for worker, _, _ in frozen)
        caught += len(frozen)
        for worker in (other, *(worker for worker, _, _ in frozen)):
            worker.send(signal.SIGKILL)
    assert refused
    seen = f"every run taken over, 0 changed by the late worker; {refused} of them had a result, which was refused"
    figures("SIGSTOP past the lease, then SIGCONT", "postgresql", caught, seen)


@POSTGRES
@TIMES
def test_what_a_lost_host_held_is_taken_over_in_time(ward: Ward, times: int, figures: Figures) -> None:
    """A frozen process stands for the host: as when the net is cut, PostgreSQL hears nothing, not even that connections end."""
    took = list[float]()
    other = ward.worker(LEASE_S, slots=2 * AT_ONCE)
    ward.pause(other)  # so that the others get the runs
    while len(took) < times:
        lost = ward.silenced(LEASE_S)
        since = ward.clock()
        other.send(signal.SIGCONT)
        ended = [ward.ended(team, run) for _, team, run in lost]
        ward.pause(other)
        _must_be_others(ended, [run for _, _, run in lost])
        took += [run.started_at.timestamp() - since for run in ended if run.started_at]
        for worker, _, _ in lost:
            worker.send(signal.SIGKILL)
    assert max(took) <= TAKEN_OVER_S
    seen = f"lease {LEASE_S:.0f} s: taken over after {statistics.median(took):.1f} s (median), {max(took):.1f} s (longest), of 10 s"
    figures("host gone for ever", "postgresql", len(took), seen)


@POSTGRES
@TIMES
@pytest.mark.usefixtures("odd_jobs")
def test_a_worker_that_is_told_to_stop_hands_its_plan_on_at_once(ward: Ward, times: int, figures: Figures) -> None:
    left, again = list[float](), list[float]()
    while len(left) < times:
        leaving = ward.worker(LEASE_S, slots=AT_ONCE)
        teams = [ward.team() for _ in range(AT_ONCE)]
        accepted = [(team, _at_length(ward, team, n)) for n, team in enumerate(teams)]
        for team, run in accepted:
            _until(lambda team=team, run=run: ward.now(team, run).stage == "plan")  # type: ignore[misc]
            access.configure(ward.parts.app, team, run.job_type, {"seconds": 0.0})
        other = ward.worker(LEASE_S, slots=AT_ONCE)
        began = time.monotonic()
        leaving.send(signal.SIGTERM)
        assert leaving.exit_code() == 0
        left += [time.monotonic() - began] * AT_ONCE
        ended = [ward.ended(team, run) for team, run in accepted]
        assert [(run.state, run.attempt, run.strikes) for run in ended] == [("completed", 2, 1)] * AT_ONCE
        again += [(run.started_at - run.not_before).total_seconds() for run in ended if run.started_at]
        other.send(signal.SIGTERM)
        assert other.exit_code() == 0
    assert max(left) <= EXIT_S
    assert max(again) <= RESTART_S
    seen = f"left after {max(left):.1f} s at the most, of 10 s; plans started again elsewhere {max(again) * 1_000:.0f} ms after they were"
    figures("SIGTERM while a plan is made", "postgresql", len(left), f"{seen} handed back, at the most, of 1,000 ms")


def _at_length(ward: Ward, team: Caller, n: int) -> Run:
    """Trigger a job that plans for long; one in five doesn't listen while it plans."""
    job = "deaf" if n % AT_ONCE == 0 else "patient"
    access.configure(ward.parts.app, team, job, {"seconds": 60.0})
    return runs.trigger(ward.parts.app, team, job)


def _until(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@TIMES
def test_a_worker_that_is_told_to_stop_leaves_everything_for_the_next_one(ward: Ward, times: int, figures: Figures) -> None:
    team, left, accepted = ward.team(), list[float](), list[Run]()
    for _ in range(times):
        accepted.append(runs.trigger(ward.parts.app, team, "consolidation"))
        worker = ward.worker(LEASE_S)
        time.sleep(ward.dice.random() * LONGEST_LOOK_S)
        began = time.monotonic()
        worker.send(signal.SIGTERM)
        assert worker.exit_code() == 0
        left.append(time.monotonic() - began)
    ward.worker(LEASE_S)
    ended = [ward.ended(team, run) for run in accepted]
    assert {run.state for run in ended} == {"completed"}, [run.error for run in ended]
    assert max(left) <= EXIT_S
    seen = f"left after {max(left):.1f} s at the most, of 10 s; 0 of {len(ended)} runs lost"
    figures("SIGTERM while a plan is made", "sqlite", times, seen)
