"""Measure the service beside a bare framework: trigger, status, a whole run, idle cost, apply."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import insert, text, update
from sqlalchemy.sql.expression import bindparam

from benchmarks.load import load
from benchmarks.report import publish
from compoundry.app import Parts, assemble
from compoundry.job import Believe, Disposition, Plan
from compoundry.model import SCOPES, Caller, Reason
from compoundry.service import access, insights, runs
from compoundry.service.intake import read
from compoundry.settings import Settings
from compoundry.store import claims, finish, tables
from compoundry.store.claims import Lease
from compoundry.store.database import clock
from compoundry.store.look import look
from compoundry.text.belief import Sources

BASE = "/api/developers/v1"


@dataclass(frozen=True)
class Beside:
    """Hold our server and the bare one, both running."""

    ours: str
    bare: str
    key: str
    pid: int


@contextmanager
def _started(command: Sequence[str]) -> Iterator[tuple[str, int]]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    line = next(line for line in process.stdout if "http://" in line)
    try:
        yield "http://" + line.split("http://")[1].split()[0], process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _beside(folder: Path) -> Iterator[Beside]:
    url = f"sqlite:///{folder}/ours.db"
    parts = assemble(Settings(), url)
    key = access.create_key(parts.app, access.create_workspace(parts.app, "Bench").id, scopes=SCOPES).key
    ours = [sys.executable, "-m", "compoundry", "serve", "--port", "0", "--database", url]
    bare = [sys.executable, "benchmarks/bare.py", str(folder / "bare.db")]
    with _started(ours) as (our_url, pid), _started(bare) as (bare_url, _):
        yield Beside(our_url, bare_url, key, pid)
    parts.close()


def trigger(beside: Beside, requests: int) -> list[str]:
    """Compare the median answer to a trigger with that of a bare endpoint that writes one row, in turn.

    The next trigger waits until the last run has ended, so that answers are timed and not the queue.
    """
    body = json.dumps({"job_type": "metrics", "dry_run": True}).encode()
    ours, bare, took = _socket(beside.ours), _socket(beside.bare), list[tuple[float, float]]()
    for _ in range(requests):
        our_ms, answer = _asked(ours, "POST", f"{BASE}/compounding/trigger", beside.key, body)
        while _asked(ours, "GET", f"{BASE}/compounding/jobs/{answer['job_run_id']}", beside.key)[1]["status"] not in (
            "completed",
            "failed",
        ):
            time.sleep(0.01)
        took.append((our_ms, _asked(bare, "POST", "/row", beside.key, body)[0]))
    ours_ms, bare_ms = (statistics.median(pair[n] for pair in took) for n in (0, 1))
    return ["trigger, p50 against a bare write", f"{ours_ms:.2f} ms / {bare_ms:.2f} ms", f"{ours_ms / bare_ms:.2f}×", "≤ 3×"]


def _socket(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=60)


def _asked(socket: HTTPConnection, method: str, path: str, key: str, body: bytes = b"") -> tuple[float, dict[str, Any]]:
    """Return how long the answer took, in milliseconds, and what it says."""
    began = time.perf_counter()
    socket.request(method, path, body=body, headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    told = socket.getresponse().read()
    return (time.perf_counter() - began) * 1_000, json.loads(told)


def status(beside: Beside, requests: int) -> list[str]:
    """Compare the rate of status answers with that of a bare endpoint."""
    with _client(beside) as http:
        id = http.post("/compounding/trigger", json={"job_type": "metrics"}).json()["job_run_id"]
        http.get(f"/compounding/jobs/{id}?wait=20")
    pairs = []
    for _ in range(5):
        ours = load(f"{beside.ours}{BASE}/compounding/jobs/{id}", key=beside.key, requests=requests, connections=8)
        bare = load(f"{beside.bare}/thing/{id}", requests=requests, connections=8)
        pairs.append((ours.per_second, bare.per_second))
    ours_s, bare_s = (statistics.median(p[n] for p in pairs) for n in (0, 1))
    share = statistics.median(a / b for a, b in pairs)
    return ["status, requests a second against a bare read", f"{ours_s:.0f} / {bare_s:.0f}", f"{share:.0%}", "≥ 40 %"]


def whole_run(beside: Beside, times: int) -> list[str]:
    """Time a consolidation of 100 insights from the trigger to `completed`, polled every 5 ms."""
    with _client(beside) as http:
        http.post(
            "/insights",
            json=[{"content": f"Team {n} likes topic {n * 7 % 31}.", "entities": [{"name": f"Team {n % 20}"}]} for n in range(100)],
        )
        time.sleep(3)
        took = []
        for _ in range(times):
            began = time.perf_counter()
            id = http.post("/compounding/trigger", json={"job_type": "consolidation"}).json()["job_run_id"]
            while http.get(f"/compounding/jobs/{id}").json()["status"] not in ("completed", "failed"):
                time.sleep(0.005)
            took.append((time.perf_counter() - began) * 1_000)
    return ["trigger → completed, consolidation of 100, p50", f"{statistics.median(took):.0f} ms", "", "≤ 250 ms"]


def idle(beside: Beside, seconds: float) -> list[str]:
    """Measure the processor time of an idle server with its worker."""
    _drained(beside)
    before = _cpu_s(beside.pid)
    time.sleep(seconds)
    return ["idle server with worker, share of a core", f"{(_cpu_s(beside.pid) - before) / seconds:.2%}", "", "< 5 %"]


def apply(size: int) -> list[str]:
    """Compare applying a plan with a bare executemany of the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        parts = assemble(Settings(), f"sqlite:///{folder}/apply.db")
        caller = access.operator(access.create_workspace(parts.app, "Apply").id)
        for start in range(0, size, 1_000):
            insights.learn(parts.app, caller, [read({"content": f"Fact {start + n}."}) for n in range(1_000)])
        ratios, ours_s, bare_s = [], 0.0, 0.0
        for step in range(3):
            ours_s, bare_s = _applied(parts, caller, step), _bare(parts, caller, step)
            ratios.append(ours_s / bare_s)
        parts.close()
    return [f"apply {size:,} changes against executemany", f"{ours_s:.2f} s / {bare_s:.2f} s", f"{statistics.median(ratios):.2f}×", "≤ 3×"]


def _applied(parts: Parts, caller: Caller, step: int) -> float:
    runs.trigger(parts.app, caller, "decay_sweep")
    with parts.app.database.write() as connection:
        run = claims.claim(connection, Lease("bench", 600), clock(connection))
        assert run is not None
        view = look(
            connection,
            caller.workspace_id,
            job_type="decay_sweep",
            model="",
            fingerprint="",
            sources=Sources(),
            tick=lambda done, total: None,
        )
    why = Reason("stale", "nothing has reinforced it", {"half_life_days": 90})
    changes = tuple(Believe(i.id, i.confidence, 0.6 - step / 100, why) for i in view.insights)
    plan = Plan(tuple(Disposition(i.id, i.version, "faded") for i in view.insights), changes)
    began = time.perf_counter()
    with parts.app.database.write() as connection:
        finish.plan(connection, run, view, plan, fingerprint="", now=clock(connection))
    return time.perf_counter() - began


def _bare(parts: Parts, caller: Caller, step: int) -> float:
    """Write the same rows, by plain executemany: each insight's new value, and one journal row for each."""
    table, journal = tables.insights, tables.changes
    with parts.app.database.read() as connection:
        rows = connection.execute(text("SELECT run_id, position, subject, effects FROM changes ORDER BY run_id DESC LIMIT 1000000")).all()
        ids = [row.subject for row in rows if row.run_id == rows[0].run_id]
    began = time.perf_counter()
    with parts.app.database.write() as connection:
        changed = (
            update(table)
            .where(table.c.workspace_id == caller.workspace_id, table.c.id == bindparam("this"))
            .values(confidence=0.5, version=bindparam("n"))
        )
        connection.execute(changed, [{"this": id, "n": step + 10} for id in ids])
        kept = {"workspace_id": caller.workspace_id, "run_id": _a_run(parts, caller), "kind": "x", "reason": {"text": "nothing"}}
        effects = [["insight", ids[0], {"confidence": 0.7}, {"confidence": 0.6}]]
        connection.execute(
            insert(journal),
            [{**kept, "position": 1_000_000 * (step + 1) + n, "subject": id, "effects": effects} for n, id in enumerate(ids)],
        )
    return time.perf_counter() - began


def _a_run(parts: Parts, caller: Caller) -> str:
    return runs.newest(parts.app, caller, limit=1)[0].id


def _client(beside: Beside) -> httpx2.Client:
    return httpx2.Client(base_url=beside.ours + BASE, headers={"Authorization": f"Bearer {beside.key}"}, timeout=60)


def _drained(beside: Beside) -> None:
    with _client(beside) as http:
        while http.get("/compounding/jobs?status=accepted&limit=1").json()["data"]:
            time.sleep(0.1)


def _cpu_s(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / 100


def main() -> None:
    """Run everything and publish the table."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--short", action="store_true")
    short = given.parse_args().short
    with tempfile.TemporaryDirectory() as folder, _beside(Path(folder)) as beside:
        rows = [idle(beside, 5 if short else 20), whole_run(beside, 10 if short else 50)]
        rows += [status(beside, 800 if short else 4_000), trigger(beside, 50 if short else 200)]
    rows.append(apply(10_000 if short else 100_000))
    publish(
        "service",
        "The service beside a bare framework",
        ["what", "measured", "ratio", "target"],
        rows,
        notes=f"Short form: {short}. {datetime.now(UTC):%H:%M} UTC.",
    )


if __name__ == "__main__":
    main()
