"""Freeze a worker past its lease, or tell it to stop: its late result changes nothing, and it leaves in order."""

import os
import signal
import time

import pytest

from compoundry.app import Parts, assemble
from compoundry.model import Caller
from compoundry.service import access, runs
from compoundry.settings import Settings
from tests.chaos.conftest import Figures
from tests.made import learn, said
from tests.server import start

LEASE_S = "1"
LATE_S = 2.5
STATEMENTS = [said(f"Team {n % 60} reports problem {n % 11} with export number {n}.", f"Team {n % 60}", day=n % 90) for n in range(1_000)]


@pytest.fixture
def loaded(database_url: str, settings: Settings) -> tuple[Parts, Caller]:
    """Give a workspace that takes a worker a while."""
    parts = assemble(settings, database_url)
    caller = access.operator(access.create_workspace(parts.app, "Chaos").id)
    learn(parts, caller, STATEMENTS)
    return parts, caller


@pytest.mark.parametrize("times", [pytest.param(3, id="short"), pytest.param(50, id="long", marks=pytest.mark.slow)])
def test_a_frozen_worker_is_replaced_and_changes_nothing_when_it_wakes(
    postgres_url: str, settings: Settings, times: int, figures: Figures
) -> None:
    parts = assemble(settings, postgres_url)
    caller = access.operator(access.create_workspace(parts.app, "Frozen").id)
    learn(parts, caller, STATEMENTS)
    caught = 0
    for _ in range(times):
        accepted = runs.trigger(parts.app, caller, "consolidation")
        frozen = start("worker", "--database", postgres_url, COMPOUNDRY_LEASE_S=LEASE_S)
        assert frozen.stdout is not None
        assert frozen.stdout.readline()
        while (run := runs.status(parts.app, caller, accepted.id)).state == "accepted":
            time.sleep(0.005)
        os.kill(frozen.pid, signal.SIGSTOP)
        caught += runs.status(parts.app, caller, accepted.id).state == "running"
        other = start("worker", "--database", postgres_url, COMPOUNDRY_LEASE_S=LEASE_S)
        time.sleep(LATE_S)
        ended = runs.wait(parts.app, caller, run.id, seconds=30)
        told = runs.changes(parts.app, caller, run.id)
        os.kill(frozen.pid, signal.SIGCONT)
        time.sleep(0.5)
        assert runs.status(parts.app, caller, run.id) == ended
        assert (ended.state, runs.changes(parts.app, caller, run.id)) == ("completed", told)
        for worker in (frozen, other):
            worker.terminate()
            worker.wait(timeout=20)
    assert caught, "no worker was frozen while it ran"
    figures("SIGSTOP past the lease, then SIGCONT", "postgresql", times, times)
    parts.close()


@pytest.mark.parametrize("times", [pytest.param(3, id="short"), pytest.param(50, id="long", marks=pytest.mark.slow)])
def test_a_worker_that_is_told_to_stop_leaves_within_ten_seconds(
    loaded: tuple[Parts, Caller], database_url: str, times: int, figures: Figures
) -> None:
    parts, caller = loaded
    accepted = []
    for _ in range(times):
        accepted.append(runs.trigger(parts.app, caller, "consolidation"))
        worker = start("worker", "--database", database_url)
        assert worker.stdout is not None
        assert worker.stdout.readline()
        began = time.monotonic()
        worker.terminate()
        assert worker.wait(timeout=20) == 0
        assert time.monotonic() - began < 10
    last = start("worker", "--database", database_url)
    ended = [runs.wait(parts.app, caller, run.id, seconds=60) for run in accepted]
    last.terminate()
    last.wait(timeout=20)
    assert {run.state for run in ended} == {"completed"}, [run.error for run in ended]
    figures("SIGTERM while working", database_url.split(":")[0], times, len(ended))
    parts.close()
