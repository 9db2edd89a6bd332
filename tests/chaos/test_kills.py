"""Kill -9 a real worker at random moments: no run is lost, none is applied twice, none is stuck."""

import random
import signal
import time
from pathlib import Path

import pytest

from compoundry.app import Parts, assemble
from compoundry.lifecycle import finished
from compoundry.model import Caller, Run
from compoundry.service import access, runs
from compoundry.settings import Settings
from tests.chaos.agreement import must_agree
from tests.chaos.conftest import Figures
from tests.chaos.nursery import nursery
from tests.made import learn, said

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
    must_agree(parts, caller, ended)
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
