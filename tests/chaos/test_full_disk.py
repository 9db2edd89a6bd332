"""When the disk is full nothing is half done, and when there is space again everything goes on by itself."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.chaos.conftest import Figures
from tests.server import new_key, serving

SIZE_KB, MORE_KB, PATIENCE_S = 3_000, 60_000, 60
FACTS = [
    {"content": f"Customer {n} says that export number {n} is slow.", "entities": [{"name": f"Customer {n % 20}"}]} for n in range(100)
]


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of three megabytes."""
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


@pytest.mark.parametrize("times", [pytest.param(1, id="short"), pytest.param(20, id="long", marks=pytest.mark.slow)])
def test_a_full_disk_loses_nothing(tmp_path: Path, times: int, figures: Figures) -> None:
    acknowledged = 0
    for time in range(times):
        with small_disk(tmp_path / f"small-{time}") as folder:
            acknowledged += _fill_and_free(folder)
    figures("disk full while writing, then space again", "sqlite", times, acknowledged)


def _fill_and_free(folder: Path) -> int:
    url = f"sqlite:///{folder}/one.db"
    key = new_key(url)
    with serving(url) as served, served.client(key) as client:
        client.timeout = httpx2.Timeout(PATIENCE_S)
        acknowledged, refused = _fill(client)
        assert refused.status_code == 503, refused.text
        assert int(refused.headers["retry-after"]) > 0
        waiting = _trigger(client)
        assert waiting.status_code in (202, 503)
        assert httpx2.get(f"{served.url}/healthz").status_code == 200
        subprocess.run(["mount", "-o", f"remount,size={MORE_KB}k", folder], check=True)
        assert _ended(client, _trigger(client))["status"] == "completed", "with space again, runs complete"
        if waiting.status_code == 202:
            assert _ended(client, waiting)["status"] in ("completed", "failed")
        assert served.process.poll() is None
    with sqlite3.connect(f"file:{folder}/one.db?mode=ro", uri=True) as whole:
        assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert whole.execute("SELECT count(*) FROM insights").fetchone() == (acknowledged,)
    return acknowledged


def _fill(client: httpx2.Client) -> tuple[int, httpx2.Response]:
    """Write until it is refused; return how many were acknowledged, and the refusal."""
    for batch in range(10_000):
        answer = client.post("/insights", json=[{**fact, "content": f"{fact['content']} {batch}"} for fact in FACTS])
        if answer.status_code != 201:
            return batch * len(FACTS), answer
    raise AssertionError("the disk never filled")


def _trigger(client: httpx2.Client) -> httpx2.Response:
    return client.post("/compounding/trigger", json={"job_type": "metrics"})


def _ended(client: httpx2.Client, accepted: httpx2.Response) -> dict[str, object]:
    assert accepted.status_code == 202, accepted.text
    ended: dict[str, object] = client.get(f"/compounding/jobs/{accepted.json()['job_run_id']}?wait=30").json()
    return ended
