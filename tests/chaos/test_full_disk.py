"""When the disk is full nothing is half done, and when there is space again everything goes on by itself."""

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from tests.chaos.conftest import Figures
from tests.server import new_key, serving, start

SIZE_KB, MORE_KB, PATIENCE_S, NOTICED_S = 12_000, 60_000, 60, 2.0
STEPS_KB = (16, 40, 80, 160, 320)  # in which space is left until a trigger fits; the run needs more
BATCH, BATCHES = 100, 8
JOB = {"job_type": "consolidation"}


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of some megabytes."""
    if os.geteuid():
        pytest.skip("mounting a small disk needs root")
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_KB}k", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("times", [pytest.param(2, id="short"), pytest.param(20, id="long", marks=pytest.mark.slow)])
def test_a_disk_that_fills_up_under_a_run_leaves_everything_whole(tmp_path: Path, times: int, figures: Figures) -> None:
    ended = list[str]()
    for time_ in range(times):
        with small_disk(tmp_path / f"small-{time_}") as folder:
            ended.append(_fill_under_a_run(folder, STEPS_KB[time_ % len(STEPS_KB)]))
    seen = f"{ended.count('completed')} runs completed once there was space, {ended.count('failed')} failed cleanly; 0 databases damaged"
    figures("disk full while a run applies, then space again", "sqlite", times, seen)


def _fill_under_a_run(folder: Path, step_kb: int) -> str:
    """Fill the disk until hardly more than a trigger fits, let the run stop at that, and make space; return how the run ended."""
    url, ballast = f"sqlite:///{folder}/one.db", folder / "ballast"
    key = new_key(url)
    with serving(url, "--no-worker") as served, served.client(key) as client:
        for batch in range(BATCHES):
            client.post("/insights", json=[_fact(batch * BATCH + n) for n in range(BATCH)]).raise_for_status()
    with serving(url, COMPOUNDRY_LEASE_S="2") as served, served.client(key) as client:
        client.timeout = httpx2.Timeout(PATIENCE_S)
        _fill(ballast)
        waiting = _trigger_as_soon_as_it_fits(client, ballast, step_kb)
        time.sleep(NOTICED_S)
        assert httpx2.get(f"{served.url}/healthz", timeout=PATIENCE_S).status_code == 200
        stopped = client.get(f"/compounding/jobs/{waiting}").json()["status"]
        ballast.unlink()
        ended = client.get(f"/compounding/jobs/{waiting}?wait=30").json()
        assert ended["status"] in ("completed", "failed"), ended
        again = client.post("/compounding/trigger", json=JOB)
        assert client.get(f"/compounding/jobs/{again.json()['job_run_id']}?wait=30").json()["status"] == "completed"
        assert stopped != "completed", "the disk was never full"
    _must_be_whole(folder, ended)
    return str(ended["status"])


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4_096):
            pass


def _trigger_as_soon_as_it_fits(client: httpx2.Client, ballast: Path, step_kb: int) -> str:
    while (answer := client.post("/compounding/trigger", json=JOB)).status_code == 503:
        os.truncate(ballast, ballast.stat().st_size - step_kb * 1_024)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_run_id"])


def _must_be_whole(folder: Path, ended: dict[str, object]) -> None:
    with sqlite3.connect(f"file:{folder}/one.db?mode=ro", uri=True) as whole:
        assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert whole.execute("SELECT count(*) FROM insights").fetchone() == (BATCH * BATCHES,)
        merged = whole.execute("SELECT count(*) FROM insights WHERE standing = 'merged'").fetchone()
        told = whole.execute("SELECT count(*) FROM changes WHERE kind = 'merge'").fetchone()
    assert merged == told, "rows and journal agree"


def _fact(n: int) -> dict[str, object]:
    """Say the same of one of many customers, some of them twice."""
    return {"content": f"Customer {n // 2} says that export number {n // 2} is slow.", "entities": [{"name": f"Customer {n // 2}"}]}


def test_writes_to_a_full_disk_are_refused_until_there_is_space(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as folder:
        url = f"sqlite:///{folder}/one.db"
        key = new_key(url)
        with serving(url) as served, served.client(key) as client:
            client.timeout = httpx2.Timeout(PATIENCE_S)
            acknowledged, refused = _write_until_refused(client)
            assert refused.status_code == 503, refused.text
            assert int(refused.headers["retry-after"]) > 0
            subprocess.run(["mount", "-o", f"remount,size={MORE_KB}k", folder], check=True)
            accepted = client.post("/compounding/trigger", json={"job_type": "metrics"}).json()
            assert client.get(f"/compounding/jobs/{accepted['job_run_id']}?wait=30").json()["status"] == "completed"
        with sqlite3.connect(f"file:{folder}/one.db?mode=ro", uri=True) as whole:
            assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert whole.execute("SELECT count(*) FROM insights").fetchone() == (acknowledged,)


@pytest.mark.parametrize("what", [["worker"], ["serve", "--port", "0"], ["run", "metrics"]], ids=["worker", "server", "run"])
def test_what_starts_on_a_full_disk_says_so_in_one_line(tmp_path: Path, what: list[str]) -> None:
    with small_disk(tmp_path / "small") as folder:
        url = f"sqlite:///{folder}/one.db"
        new_key(url)
        _fill(folder / "ballast")
        refused = start(*what, "--database", url, stderr=subprocess.PIPE)
        _, said = refused.communicate(timeout=PATIENCE_S)
    assert (refused.returncode, said.count("\n")) == (6, 1), said
    assert "the database can't be used now" in said


def _write_until_refused(client: httpx2.Client) -> tuple[int, httpx2.Response]:
    """Return how many were acknowledged, and the refusal."""
    for batch in range(10_000):
        answer = client.post("/insights", json=[_fact(batch * BATCH + n) for n in range(BATCH)])
        if answer.status_code != 201:
            return batch * BATCH, answer
    raise AssertionError("the disk never filled")
