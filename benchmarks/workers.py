"""Measure workers on PostgreSQL: what a second one brings, how soon a run starts, what waiting costs."""

import argparse
import logging
import os
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from benchmarks.crew import Bench, hired, own_database
from benchmarks.processes import cpu_s, server_cpu_s
from benchmarks.report import publish
from compoundry.engine.encoding import encode_missing
from compoundry.logs import configure
from compoundry.model import Caller, Counts, Run
from compoundry.service import access, insights, runs
from compoundry.service.intake import read
from compoundry.store import tables

WORKSPACES = 200
ROUNDS = 3
_DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
_WHAT = ("export", "report", "login page", "mobile app", "invoice", "search", "dashboard", "billing", "audit log", "calendar", "webhook")
_HOW = ("is slow", "fails", "times out", "is confusing", "works well", "needs more options", "was improved", "loses data", "looks dated")
_WHEN = (
    "for large files",
    "on Safari",
    "after the update",
    "in the morning",
    "when offline",
    "with 200 rows",
    "before launch",
    "in Lisbon",
)


def throughput(bench: Bench, count: int) -> list[str]:
    """Compare two workers with one on many small runs, in turn."""
    callers = [access.operator(access.create_workspace(bench.parts.app, f"Small {n}").id) for n in range(WORKSPACES)]
    for caller in callers:
        insights.learn(bench.parts.app, caller, [read({"content": f"Fact {n} about the export."}) for n in range(10)])
    drained = [[_drained(bench, callers, count, workers) for workers in (1, 2)] for _ in range(ROUNDS)]
    took = [[one.took_s for one in pair] for pair in drained]
    one_s, two_s = (min(pair[n] for pair in took) for n in (0, 1))
    worker_ms, server_ms = (statistics.median(cost) * 1_000 / count for cost in zip(*(pair[0].cpu_s for pair in drained), strict=True))
    return [
        f"{count:,} small runs over {WORKSPACES} workspaces, one worker / two",
        f"{one_s:.1f} s / {two_s:.1f} s; a run costs a worker {worker_ms:.1f} ms of processor time, PostgreSQL {server_ms:.1f} ms",
        f"{_median_ratio(took):.2f}×",
        "≥ 1.7×",
    ]


@dataclass(frozen=True)
class Drained:
    """Say how long a queue took, from the first start to the last end, and the processor time of the workers and of PostgreSQL."""

    took_s: float
    cpu_s: tuple[float, float]


def _drained(bench: Bench, callers: Sequence[Caller], count: int, workers: int) -> Drained:
    """Queue the runs, and let workers loose."""
    began = datetime.now(UTC) - timedelta(seconds=1)
    for n in range(count):
        runs.trigger(bench.parts.app, callers[n % len(callers)], "metrics", dry_run=True)
    server = server_cpu_s()
    with hired(bench, workers) as at_work:
        own = _own_cpu_s(at_work)
        _until(lambda: _unfinished(bench) == 0)
        spent_s = (_own_cpu_s(at_work) - own, server_cpu_s() - server)
    run = tables.runs
    with bench.parts.app.database.read() as connection:
        wanted = select(func.min(run.c.started_at), func.max(run.c.ended_at)).where(run.c.accepted_at >= began)
        first, last = connection.execute(wanted).one()
    took: timedelta = last - first
    return Drained(took.total_seconds(), spent_s)


def _own_cpu_s(workers: Sequence[subprocess.Popen[str]]) -> float:
    return sum(cpu_s(worker.pid) for worker in workers)


def planning(bench: Bench, size: int) -> list[str]:
    """Compare how long one large workspace is planned by one worker and by two, in turn."""
    caller = access.operator(access.create_workspace(bench.parts.app, "Large").id)
    dice = random.Random(1)
    for start in range(0, size, 1_000):
        insights.learn(bench.parts.app, caller, [read(_said(dice, size)) for _ in range(start, min(size, start + 1_000))])
    encode_missing(bench.parts.shop, caller.workspace_id)
    took, found = list[list[float]](), set[Counts]()
    for _ in range(ROUNDS):
        pair = []
        for workers in (1, 2):
            with hired(bench, workers):
                run, seconds = _planned(bench, caller)
            pair.append(seconds)
            found.add(run.counts)
        took.append(pair)
    assert len(found) == 1, "the plans differ"
    one_s, two_s = (min(pair[n] for pair in took) for n in (0, 1))
    return [
        f"plan consolidation of {size:,}, one worker / two",
        f"{one_s:.1f} s / {two_s:.1f} s",
        f"{_median_ratio(took):.2f}×",
        "≥ 1.7×",
    ]


def _said(dice: random.Random, size: int) -> dict[str, object]:
    """Say two things of one of many teams, in some twenty words."""
    who = f"Team {dice.randrange(size // 50)}"
    one, other = (f"the {dice.choice(_WHAT)} {dice.choice(_HOW)} {dice.choice(_WHEN)}" for _ in range(2))
    content = f"{who} told us that {one}, and that {other}."
    return {"content": content, "entities": [{"name": who}], "observed_at": (_DAY + timedelta(days=dice.randrange(90))).isoformat()}


def _planned(bench: Bench, caller: Caller) -> tuple[Run, float]:
    """Make a dry run, and return it with the seconds that it spent planning, as its own progress tells."""
    run = runs.trigger(bench.parts.app, caller, "consolidation", dry_run=True)
    seen = dict[str, float]()
    while (run := runs.status(bench.parts.app, caller, run.id)).state in ("accepted", "running"):
        seen.setdefault(run.stage, time.perf_counter())
        time.sleep(0.005)
    assert run.state == "completed", run.error
    ended = seen.get("apply", time.perf_counter())
    return run, ended - seen["plan"]


def start(bench: Bench, count: int) -> list[list[str]]:
    """Time from the trigger in this process to the start in another one, and what the waiting worker costs."""
    caller = access.operator(access.create_workspace(bench.parts.app, "Quick").id)
    with hired(bench, 1) as (worker,):
        time.sleep(3)
        waited = [_started_after_ms(bench, caller) for _ in range(count)]
        time.sleep(1)
        before, seconds = cpu_s(worker.pid), 20
        time.sleep(seconds)
        busy = (cpu_s(worker.pid) - before) / seconds
    with ExitStack() as inside:
        inside.callback(bench.parts.employ().close)
        time.sleep(1)
        within = [_started_after_ms(bench, caller) for _ in range(count)]
    return [
        ["trigger → start in another process, p50", f"{statistics.median(waited):.0f} ms", "", "≤ 100 ms"],
        ["trigger → start in the same process, p50", f"{statistics.median(within):.0f} ms", "", "≤ 50 ms"],
        ["idle worker, share of a core", f"{busy:.2%}", "", "< 2 %"],
    ]


def _started_after_ms(bench: Bench, caller: Caller) -> float:
    run = runs.wait(bench.parts.app, caller, runs.trigger(bench.parts.app, caller, "metrics", dry_run=True).id, seconds=30)
    assert run.started_at is not None
    return (run.started_at - run.accepted_at).total_seconds() * 1_000


def handed_over(bench: Bench, size: int) -> list[str]:
    """Time from the moment a stopping worker hands its run back to the start of the next attempt elsewhere."""
    caller = access.operator(access.create_workspace(bench.parts.app, "Handed over").id)
    dice = random.Random(2)
    for _ in range(0, size, 1_000):
        insights.learn(bench.parts.app, caller, [read(_said(dice, size)) for _ in range(1_000)])
    encode_missing(bench.parts.shop, caller.workspace_id)
    run = runs.trigger(bench.parts.app, caller, "consolidation", dry_run=True)
    with hired(bench, 1) as (leaving,):
        _until(lambda: runs.status(bench.parts.app, caller, run.id).stage == "plan")
        with hired(bench, 1):
            leaving.terminate()
            _until(lambda: runs.status(bench.parts.app, caller, run.id).attempt == 2)
            again = runs.status(bench.parts.app, caller, run.id)
    assert again.started_at is not None
    ms = (again.started_at - again.not_before).total_seconds() * 1_000
    return ["handed back by a stopping worker → started elsewhere", f"{ms:.0f} ms", "", "≤ 1,000 ms"]


def _unfinished(bench: Bench) -> int:
    run = tables.runs
    with bench.parts.app.database.read() as connection:
        found: int = connection.scalar(select(func.count()).where(run.c.state.in_(("accepted", "running")))) or 0
        return found


def _until(reached: Callable[[], bool]) -> None:
    while not reached():
        time.sleep(0.05)


def _median_ratio(took: Sequence[Sequence[float]]) -> float:
    return statistics.median(one / two for one, two in took)


def main() -> None:
    """Run everything and publish the table."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--short", action="store_true")
    short = given.parse_args().short
    configure("text", level=logging.WARNING)
    before = os.getloadavg()[0]
    with own_database() as bench:
        rows = start(bench, 20 if short else 100)
        rows.append(throughput(bench, 300 if short else 2_000))
        rows.append(planning(bench, 3_000 if short else 6_000))
        rows.append(handed_over(bench, 6_000))
    publish(
        "workers",
        "Workers on PostgreSQL",
        ["what", "measured", "ratio", "target"],
        rows,
        notes=(
            f"Best of {ROUNDS}; ratios are medians of pairs measured in turn. Workers and PostgreSQL share {os.cpu_count()} cores here, so "
            f"what a run costs both bounds what a second worker can bring. Short form: {short}. Load before: {before:.1f}."
        ),
    )


if __name__ == "__main__":
    main()
