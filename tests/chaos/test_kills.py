"""Kill -9 a real worker at random moments: no run is lost, none is applied twice, none is stuck."""

import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from compoundry.app import Parts, assemble
from compoundry.lifecycle import finished
from compoundry.model import Caller, Run
from compoundry.service import access, runs
from compoundry.settings import Settings
from compoundry.store import tables
from tests.chaos.conftest import Figures
from tests.chaos.nursery import nursery
from tests.made import learn, said
from tests.server import start

SHORT, LONG = 20, 250  # on each database
JOBS = ("consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics")
LEASE_S, PATIENCE_S = "2", 60


@pytest.fixture
def loaded(database_url: str, settings: Settings) -> tuple[Parts, Caller]:
    """Give a workspace with a few hundred insights."""
    parts = assemble(settings, database_url)
    caller = access.operator(access.create_workspace(parts.app, "Chaos").id)
    learn(
        parts, caller, [said(f"Team {n % 40} reports problem {n % 7} with the export.", f"Team {n % 40}", day=n % 90) for n in range(400)]
    )
    return parts, caller


@pytest.mark.parametrize("kills", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.slow)])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    loaded: tuple[Parts, Caller], database_url: str, tmp_path: Path, kills: int, figures: Figures
) -> None:
    parts, caller = loaded
    dice = random.Random(7)
    accepted: list[Run] = []
    patient = {"COMPOUNDRY_LEASE_S": LEASE_S, "COMPOUNDRY_ATTEMPTS": str(3 * kills)}
    with nursery(tmp_path) as born:
        for _ in range(kills):
            accepted += [runs.trigger(parts.app, caller, dice.choice(JOBS))]
            worker = born.worker("--database", database_url, **patient)
            accepted += [runs.trigger(parts.app, caller, dice.choice(JOBS)) for _ in range(2)]
            time.sleep(dice.random() * 0.25)
            worker.send(signal.SIGKILL)
        born.worker("--database", database_url, **patient)
        ended = _all_ended(parts, caller, accepted)
    assert {run.state for run in ended} == {"completed"}, [run.error for run in ended if run.error]
    _must_agree(parts, caller, ended)
    seen = f"{len(ended):,} runs: 0 lost, 0 applied twice, 0 stuck; journal and rows agree"
    figures("kill -9 of a worker at a random moment", database_url.split(":")[0], kills, seen)
    parts.close()


def _all_ended(parts: Parts, caller: Caller, accepted: list[Run]) -> list[Run]:
    """Wait for all of them; stuck is when none of them ends for a minute."""
    left, until = len(accepted), time.monotonic() + PATIENCE_S
    while True:
        now = [runs.status(parts.app, caller, run.id) for run in accepted]
        waiting = [run for run in now if not finished(run)]
        if not waiting:
            return now
        if len(waiting) < left:
            left, until = len(waiting), time.monotonic() + PATIENCE_S
        assert time.monotonic() < until, f"{left} runs are stuck: {waiting[0]}"
        time.sleep(1.0)


def _must_agree(parts: Parts, caller: Caller, ended: list[Run]) -> None:
    """Compare the rows with the journal: what runs say they inserted is there once, and nothing else is."""
    entries = [entry for run in ended for _, entry in runs.changes(parts.app, caller, run.id)]
    inserted = [(e.noun, e.id) for entry in entries for e in entry.effects if e.before is None]
    assert len(inserted) == len(set(inserted)), "something was inserted twice"
    with parts.app.database.read() as connection:
        merged = connection.scalar(select(func.count()).select_from(tables.insights).where(tables.insights.c.standing == "merged"))
        snapshots = connection.scalar(select(func.count()).select_from(tables.snapshots))
        patterns = connection.scalar(select(func.count()).select_from(tables.patterns))
    assert merged == sum(entry.kind == "merge" for entry in entries)
    assert snapshots == sum(run.job_type == "metrics" for run in ended)
    assert patterns == sum(noun == "pattern" for noun, _ in inserted)


def test_a_second_worker_on_one_sqlite_file_is_refused(tmp_path: Path, settings: Settings) -> None:
    url = f"sqlite:///{tmp_path}/one.db"
    assemble(settings, url).close()
    first = start("worker", "--database", url)
    assert first.stdout is not None
    assert first.stdout.readline()
    second = start("worker", "--database", url)
    assert second.wait(timeout=20) != 0
    first.terminate()
    assert first.wait(timeout=20) == 0
