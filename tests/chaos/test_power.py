"""When the power goes, nothing that was acknowledged is lost: SQLite, with writes that are not synced forgotten."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from compoundry.app import assemble
from compoundry.model import Caller
from compoundry.service import access, insights, runs
from compoundry.service.app import App
from compoundry.service.intake import read
from compoundry.settings import Settings
from compoundry.store.database import open_database
from tests.chaos.conftest import Figures
from tests.chaos.power import Disk, PowerCut, opened
from tests.made import said

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # connections that close in the dark
SHORT, LONG = 25, 400
STEPS = 120  # writes and syncs of some ten triggers and insights


@pytest.fixture
def empty(tmp_path: Path, settings: Settings) -> tuple[Path, int]:
    """Make a database file that is whole and at rest, and a workspace in it."""
    file = tmp_path / "rest" / "one.db"
    parts = assemble(settings, f"sqlite:///{file}")
    workspace = access.create_workspace(parts.app, "Power").id
    parts.close()
    return file, workspace


@pytest.mark.parametrize("cuts", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.slow)])
def test_what_was_acknowledged_survives_a_power_cut(
    empty: tuple[Path, int], tmp_path: Path, settings: Settings, cuts: int, figures: Figures
) -> None:
    acknowledged_in_all, interrupted = 0, 0
    for cut in range(cuts):
        dice = random.Random(cut)
        before, after = tmp_path / f"{cut}-before", tmp_path / f"{cut}-after"
        before.mkdir()
        after.mkdir()
        acknowledged, disk, dark = _work_until_dark(empty, before, dice)
        disk.left_behind(dice, after)
        assert _found(after / "one.db", empty[1], settings) >= acknowledged
        acknowledged_in_all += len(acknowledged)
        interrupted += dark
    assert acknowledged_in_all > cuts
    assert interrupted > cuts // 2, "the power went while something was written"
    seen = f"{acknowledged_in_all:,} acknowledged triggers and insights: 0 lost"
    figures("power cut: what was not synced is forgotten", "sqlite", cuts, seen)


def _work_until_dark(empty: tuple[Path, int], folder: Path, dice: random.Random) -> tuple[set[str], Disk, bool]:
    """Trigger and learn on a disk that loses power at some moment; return what was acknowledged before."""
    file, workspace = empty
    here = folder / "one.db"
    here.write_bytes(file.read_bytes())
    disk = Disk(f"disk-{folder.name}")
    disk.safe[str(here)] = bytearray(here.read_bytes())
    database = opened(here, disk)
    app, caller = App(database), access.operator(workspace)
    acknowledged: set[str] = set()
    with suppress(PowerCut):
        runs.newest(app, caller, limit=1)
        disk.left = dice.randrange(1, STEPS)
        for work in _work(app, caller):
            acknowledged.add(work)
    disk.dead = True  # what closes from here on writes nothing more
    return acknowledged, disk, disk.left == 0


def _work(app: App, caller: Caller) -> Iterator[str]:
    for n in range(40):
        yield runs.trigger(app, caller, "metrics").id
        yield insights.learn(app, caller, [read(said(f"Fact number {n}."))])[0].id


def _found(file: Path, workspace: int, settings: Settings) -> set[str]:
    """Open what is left as anybody would, and list what is there."""
    with sqlite3.connect(file) as whole:
        assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database = open_database(f"sqlite:///{file}")
    app, caller = App(database), access.operator(workspace)
    found = {run.id for run in runs.newest(app, caller, limit=100)} | {i.id for i in insights.recent(app, caller, limit=100)}
    database.close()
    return found
