"""Trigger jobs, follow their runs, apply what was previewed, and take back what was done."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from compoundry import jobs
from compoundry.errors import Conflict, Stale, Twin
from compoundry.job import Disposition
from compoundry.lifecycle import finished
from compoundry.model import Caller, Run, RunAct
from compoundry.service.app import App
from compoundry.store import answers, journal, many, runs, state
from compoundry.store.database import Connection, clock
from compoundry.store.journal import Entry

PAGE: Final = 50
WAIT_POLL_S = 0.05
_FIRST = 0


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Name a call that a client may repeat: its key, and what the call was."""

    key: str
    digest: str


def trigger(app: App, caller: Caller, job_type: str, *, dry_run: bool = False, once: Idempotency | None = None) -> Run:
    """Store a new run of a job; once this returns, the run can't be lost.

    Raises Invalid for an unknown job, Conflict when the idempotency key was used with another call.
    """
    caller.need("record.write")
    job = jobs.named(job_type)
    return _accept(app, caller, job_type, dry_run=dry_run, rank=1 + job.order, settle_s=job.settle_s, once=once)


def status(app: App, caller: Caller, id: str) -> Run:
    """Return a run, or raise NotFound."""
    caller.need("record.read")
    with app.database.read() as connection:
        return runs.one(connection, caller.workspace_id, id)


def wait(app: App, caller: Caller, id: str, *, seconds: float) -> Run:
    """Return a run when it has ended, or as it is after that many seconds."""
    until = time.monotonic() + seconds
    while not finished(run := status(app, caller, id)) and time.monotonic() < until:
        time.sleep(min(WAIT_POLL_S, max(0.0, until - time.monotonic())))
    return run


def newest(app: App, caller: Caller, *, limit: int = PAGE, cursor: str | None = None, **filters: Any) -> list[Run]:
    """List runs, newest first; `filters` are job_type, state, dry_run and act; Invalid for a job there isn't."""
    caller.need("record.read")
    wanted = {name: value for name, value in filters.items() if value is not None}
    if "job_type" in wanted:
        jobs.named(wanted["job_type"])
    with app.database.read() as connection:
        return runs.newest(connection, caller.workspace_id, limit=limit, before=cursor, filters=wanted)


def changes(app: App, caller: Caller, id: str, *, after: int = -1, limit: int | None = None) -> list[tuple[int, Entry]]:
    """Return what a run decided, change by change, each with its position."""
    caller.need("record.read")
    with app.database.read() as connection:
        runs.one(connection, caller.workspace_id, id)
        return journal.read(connection, caller.workspace_id, id, after=after, limit=limit)


def dispositions(app: App, caller: Caller, id: str) -> Sequence[Disposition]:
    """Return what became of each insight that a run scanned; they add up to `insights_scanned`."""
    caller.need("record.read")
    with app.database.read() as connection:
        runs.one(connection, caller.workspace_id, id)
        return journal.dispositions(connection, caller.workspace_id, id)


def apply(app: App, caller: Caller, id: str) -> Run:
    """Apply exactly the plan of a finished dry run, as a run of its own.

    Raises Stale, naming what changed, when something that the plan read is different now.
    """
    caller.need("record.write")
    with app.database.read() as connection:
        dry = runs.one(connection, caller.workspace_id, id)
        if not dry.dry_run or dry.state != "completed":
            raise Conflict("only the plan of a completed dry run can be applied; trigger one with dry_run true")
        read = journal.dispositions(connection, caller.workspace_id, id)
        if dry.counts.scanned and not read:
            raise Conflict("this preview is so old that what it read was forgotten; make a new one")
        try:
            many.must_be_current(connection, caller.workspace_id, read)
        except Stale as stale:
            done = [r.id for r in runs.of_subject(connection, caller.workspace_id, id, "apply") if r.state == "completed"]
            raise (Stale(f"this plan was applied already, as run {done[0]}; make a new one", stale.details) if done else stale) from None
    return _accept(app, caller, dry.job_type, act="apply", subject=id)


def revert(app: App, caller: Caller, id: str) -> Run:
    """Take back what a completed run changed, as a run of its own; later edits are listed, never overwritten."""
    caller.need("record.write")
    with app.database.read() as connection:
        done = runs.one(connection, caller.workspace_id, id)
        if done.dry_run or done.state != "completed":
            raise Conflict(f"only a completed run that was no dry run can be reverted; this one is {_described(done)}")
        if any(r.subject == id and r.state != "failed" for r in runs.of_subject(connection, caller.workspace_id, id, "revert")):
            raise Conflict("this run was reverted already; revert the revert to bring it back")
    return _accept(app, caller, done.job_type, act="revert", subject=id)


def cancel(app: App, caller: Caller, id: str) -> Run:
    """Ask a run to stop; a waiting one ends at once, a running one at its next step, and nothing is applied."""
    caller.need("record.write")
    with app.database.write() as connection:
        run = runs.one(connection, caller.workspace_id, id)
        if not runs.ask_to_cancel(connection, run):
            raise Conflict(f"the run is {run.state} already")
        if run.state == "accepted":
            runs.fail(connection, run, error=_cancelled(run), now=clock(connection))
        return runs.one(connection, caller.workspace_id, id)


def retry(app: App, caller: Caller, id: str) -> Run:
    """Run a failed run's job again, as a new run that names the old one."""
    caller.need("record.write")
    with app.database.read() as connection:
        old = runs.one(connection, caller.workspace_id, id)
    if old.state != "failed":
        raise Conflict(f"only a failed run can be retried; this one is {_described(old)}")
    if old.act != "run":
        return _accept(app, caller, old.job_type, act=old.act, subject=old.subject)
    job = jobs.named(old.job_type)
    return _accept(app, caller, old.job_type, dry_run=old.dry_run, rank=1 + job.order, subject=id)


def _accept(
    app: App,
    caller: Caller,
    job_type: str,
    *,
    act: RunAct = "run",
    dry_run: bool = False,
    rank: int = _FIRST,
    settle_s: float = 0.0,
    subject: str | None = None,
    once: Idempotency | None = None,
) -> Run:
    try:
        with app.database.write() as connection:
            if once and (given := answers.given(connection, caller.workspace_id, once.key, once.digest)):
                return runs.one(connection, caller.workspace_id, str(given["run"]))
            run = _new(app, caller, job_type, act, dry_run, settle_s, subject, clock(connection))
            runs.accept(connection, run, rank=rank)
            _remember(connection, caller, once, run)
    except Twin:
        if once is None:
            raise
        return _twin(app, caller, once)
    app.run_waits()
    return run


def _new(app: App, caller: Caller, job_type: str, act: RunAct, dry_run: bool, settle_s: float, subject: str | None, now: datetime) -> Run:
    due = now + timedelta(seconds=0.0 if dry_run else settle_s)
    return Run(app.new_id(), caller.workspace_id, job_type, act, dry_run, "accepted", accepted_at=now, not_before=due, subject=subject)


def _remember(connection: Connection, caller: Caller, once: Idempotency | None, run: Run) -> None:
    if once:
        answers.remember(connection, caller.workspace_id, once.key, once.digest, {"run": run.id}, run.accepted_at)


def _twin(app: App, caller: Caller, once: Idempotency) -> Run:
    """Answer like the twin call that was stored first, at the same moment."""
    with app.database.read() as connection:
        given = answers.given(connection, caller.workspace_id, once.key, once.digest)
        assert given is not None, "a twin was stored"
        return runs.one(connection, caller.workspace_id, str(given["run"]))


def _described(run: Run) -> str:
    return f"{run.state}, a dry run" if run.dry_run else run.state


def _cancelled(run: Run) -> Mapping[str, object]:
    return {
        "type": "cancelled",
        "message": "the run was cancelled before it started",
        "attempt": 0,
        "at_stage": "accepted",
        "retryable": False,
        "trace_id": run.id.replace("-", ""),
    }


def waiting(app: App, caller: Caller) -> int:
    """Count the runs of the workspace that have not ended."""
    caller.need("record.read")
    with app.database.read() as connection:
        return runs.waiting(connection, caller.workspace_id)


def state_hash(app: App, caller: Caller) -> str:
    """Return a hash of everything that jobs can change in the workspace; equal states have equal hashes."""
    caller.need("record.read")
    with app.database.read() as connection:
        return state.state_hash(connection, caller.workspace_id)
