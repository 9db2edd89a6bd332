"""Sweep and measure a large workspace, beside a bare SQL update of the same rows, each in a process of its own."""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, create_engine, insert, make_url, text, update

from benchmarks.report import publish
from compoundry.app import Parts, assemble
from compoundry.engine import inline
from compoundry.model import Caller, Run
from compoundry.service import access, runs
from compoundry.settings import Settings
from compoundry.store import tables
from compoundry.store.database import clock
from compoundry.store.migrate import migrate

POSTGRES = "COMPOUNDRY_TEST_POSTGRES"
CHUNK = 20_000
TYPES = ("fact", "preference", "status", "plan", "behavior", "characteristic")


def fill(parts: Parts, caller: Caller, size: int) -> None:
    """Write insights of many ages and types straight into the tables, each with one to three pieces of evidence."""
    dice = random.Random(7)
    with parts.app.database.read() as connection:
        now = clock(connection)
    for start in range(0, size, CHUNK):
        drawn = [_drawn(dice, n, now) for n in range(start, min(size, start + CHUNK))]
        with parts.app.database.write() as connection:
            connection.execute(insert(tables.insights), [{"workspace_id": caller.workspace_id, **one} for one, _ in drawn])
            connection.execute(insert(tables.evidence), [{"workspace_id": caller.workspace_id, **e} for _, log in drawn for e in log])


def _drawn(dice: random.Random, n: int, now: datetime) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    id, age = str(UUID(int=dice.getrandbits(128))), dice.uniform(1, 200)
    seen = sorted(now - timedelta(days=dice.uniform(0, age)) for _ in range(dice.choice((1, 1, 2, 3))))
    confidence = round(dice.uniform(0.4, 0.95), 2)
    row = {
        "id": id, "content": f"Fact number {n} about the matter {n % 997}.", "type": dice.choice(TYPES), "confidence": confidence,
        "standing": "active", "pinned": False, "source": f"source {n % 7}", "metadata": {}, "observed_at": seen[0], "created_at": seen[0],
        "changed_at": seen[0], "version": 1,
    }  # fmt: skip
    log = [
        {
            "id": f"{id}-{k}", "insight_id": id, "kind": "observed", "at": at, "source": f"source {(n + k) % 7}", "weight": confidence,
            "excerpt": "", "artifact": {},
        }
        for k, at in enumerate(seen)
    ]  # fmt: skip
    return row, log


def child(job: str, url: str) -> None:
    """Do one thing, and print how long it took and how much memory it needed at most."""
    parts = assemble(Settings(lease_s=3_600), url)
    caller = access.operator(access.list_workspaces(parts.app)[0].id)
    began = time.perf_counter()
    told: dict[str, Any] = {}
    if job == "bare":
        began = _bare(parts, caller)
    else:
        run = inline.carry_out(parts.shop, _accepted(parts, caller, job))
        told = {"state": run.state, "affected": run.counts.affected, "error": run.error}
    took = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    print(json.dumps({"took_s": took, "peak_mb": peak_mb, **told}))
    parts.close()


def _accepted(parts: Parts, caller: Caller, job: str) -> Run:
    """Accept what is to be measured: a job, its preview, that preview applied, or its last run taken back."""
    act, _, job_type = job.rpartition(" ")
    if act in ("", "preview"):
        return runs.trigger(parts.app, caller, job_type, dry_run=act == "preview")
    (last, *_) = runs.newest(parts.app, caller, job_type=job_type, state="completed", dry_run=act == "apply")
    return (runs.apply if act == "apply" else runs.revert)(parts.app, caller, last.id)


def _bare(parts: Parts, caller: Caller) -> float:
    """Write one value to each row, by plain executemany in one transaction; return when that began."""
    with parts.app.database.read() as connection:
        ids = list(connection.scalars(text("SELECT id FROM insights WHERE workspace_id = :w"), {"w": caller.workspace_id}))
    table = tables.insights
    changed = update(table).where(table.c.workspace_id == caller.workspace_id, table.c.id == bindparam("this"))
    rows = [{"this": id, "believed": 0.4 + n % 50 / 100} for n, id in enumerate(ids)]
    began = time.perf_counter()
    with parts.app.database.write() as connection:
        connection.execute(changed.values(confidence=bindparam("believed"), version=table.c.version + 1), rows)
    return began


def measured(job: str, url: str) -> dict[str, Any]:
    """Have a process of its own do one thing."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.million", "--child", job, "--url", url], capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if told.get("state", "completed") != "completed":
        raise SystemExit(f"{job}: {told}")
    return told


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Give an empty SQLite file, and a PostgreSQL database of our own where there is a server."""
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{folder}/million.db"}
        server = os.environ.get(POSTGRES)
        if not server:
            yield urls
            return
        admin = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        name = f"compoundry_bench_{uuid4().hex[:8]}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield {**urls, "PostgreSQL": make_url(server).set(database=name).render_as_string(hide_password=False)}
        finally:
            with admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def table(size: int) -> Iterator[list[str]]:
    """Measure both databases."""
    with databases() as urls:
        for name, url in urls.items():
            if name != "SQLite":
                from compoundry.store.database import open_database

                migrate(open_database(url))
            parts = assemble(Settings(), url)
            caller = access.operator(access.create_workspace(parts.app, "Large").id)
            fill(parts, caller, size)
            parts.close()
            bare, sweep, metrics = (measured(job, url) for job in ("bare", "decay_sweep", "metrics"))
            ratio = sweep["took_s"] / bare["took_s"]
            beside = f"bare update {bare['took_s']:.1f} s: {ratio:.1f}×"
            yield [f"decay_sweep, {name}", f"{sweep['took_s']:.1f} s, {sweep['affected']:,} affected", beside, "≤ 2×"]
            yield [f"decay_sweep, {name}: peak memory", f"{sweep['peak_mb']:,.0f} MB", "", "< 1,000 MB"]
            yield [f"metrics, {name}", f"{metrics['took_s']:.1f} s, {metrics['peak_mb']:,.0f} MB", "", "< 5 s"]
            for act in ("revert", "preview", "apply"):
                told = measured(f"{act} decay_sweep", url)
                yield [f"{act} decay_sweep, {name}", f"{told['took_s']:.1f} s, {told['peak_mb']:,.0f} MB", "", ""]


def main() -> None:
    """Measure and publish the table, or do one thing as a child."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--short", action="store_true")
    given.add_argument("--size", type=int)
    given.add_argument("--child")
    given.add_argument("--url", default="")
    chosen = given.parse_args()
    if chosen.child:
        child(chosen.child, chosen.url)
        return
    size = chosen.size or (20_000 if chosen.short else 1_000_000)
    title = f"A workspace of {size:,} insights"
    publish("million", title, ["what", "measured", "beside", "target"], list(table(size)))


if __name__ == "__main__":
    main()
