"""Keep the runs: accept, find, and let them make their legal moves, each a compare-and-swap."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from compoundry.errors import LostRun, NotFound
from compoundry.lifecycle import allow
from compoundry.model import Counts, Reason, Run
from compoundry.store import events, tables
from compoundry.store.signals import ring

_T = tables.runs
_SEEN = frozenset(f.name for f in fields(Run))


def accept(connection: Connection, run: Run, *, rank: int) -> None:
    """Store a new run; once this commits, it can't be lost."""
    row = {**asdict(run), "rank": rank, "counts": asdict(run.counts)}
    connection.execute(insert(_T), [row])
    if run.state == "accepted":
        told = {"job_run_id": run.id, "job_type": run.job_type, "act": run.act, "dry_run": run.dry_run}
        events.record(connection, run.workspace_id, "run.accepted", run.id, told, run.accepted_at)


def one(connection: Connection, workspace_id: int, id: str) -> Run:
    """Return a run of this workspace, or raise NotFound."""
    row = connection.execute(select(_T).where(_T.c.workspace_id == workspace_id, _T.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(kind="job run")
    return as_run(row)


def newest(connection: Connection, workspace_id: int, *, limit: int, before: str | None = None, filters: Mapping[str, Any]) -> list[Run]:
    """List runs, newest first, after the run `before`; `filters` are column values."""
    wanted = [_T.c.workspace_id == workspace_id, *(_T.c[name] == value for name, value in filters.items())]
    if before:
        try:
            last = one(connection, workspace_id, before)
        except NotFound:
            raise NotFound("the cursor names no job run; start again without it") from None
        wanted.append(or_(_T.c.accepted_at < last.accepted_at, and_(_T.c.accepted_at == last.accepted_at, _T.c.id < last.id)))
    rows = connection.execute(select(_T).where(*wanted).order_by(_T.c.accepted_at.desc(), _T.c.id.desc()).limit(limit))
    return [as_run(row) for row in rows]


def of_subject(connection: Connection, workspace_id: int, subject: str, act: str) -> list[Run]:
    """List the runs that apply, revert or retry another one."""
    rows = connection.execute(select(_T).where(_T.c.workspace_id == workspace_id, _T.c.subject == subject, _T.c.act == act))
    return [as_run(row) for row in rows]


def report(connection: Connection, run: Run, *, stage: str, processed: int, total: int, now: datetime, until: datetime) -> bool:
    """Write how far a run is, and hold it until then; False when it was asked to stop, LostRun when it isn't this attempt's any more."""
    told = {"stage": stage, "processed": processed, "total": total, "progress_at": now, "lease_until": until}
    asked = connection.scalar(update(_T).where(*_this(run)).values(**told).returning(_T.c.cancel_asked))
    if asked is None:
        raise LostRun(f"run {run.id} is held by another worker; attempt {run.attempt} changes nothing")
    return not asked


def complete(
    connection: Connection, run: Run, *, counts: Counts, plan_hash: str, fingerprint: str, now: datetime, notes: Sequence[Reason] = ()
) -> None:
    """End a run well, in the transaction that applies its plan; LostRun when another worker holds it."""
    told = {"counts": asdict(counts), "plan_hash": plan_hash, "fingerprint": fingerprint, "notes": [asdict(note) for note in notes]}
    _end(connection, run, "complete", now, told)


def fail(connection: Connection, run: Run, *, error: Mapping[str, object], now: datetime) -> None:
    """End a run badly; its counters say what it saw, and that at least one error was recorded."""
    counts = {**asdict(run.counts), "errors": max(1, run.counts.errors)}
    _end(connection, run, "fail" if run.state == "running" else "give_up", now, {"counts": counts, "error": dict(error)})


def hand_back(connection: Connection, run: Run, *, not_before: datetime, error: Mapping[str, object] | None = None) -> None:
    """Let another attempt have the run, not before that time; without an error it is no strike against the run."""
    move = allow("hand_back", run)
    again = {"state": move.after, "worker": None, "lease_until": None, "not_before": not_before}
    told = {"error": dict(error)} if error else {"error": None, "strikes": max(0, run.strikes - 1)}
    _must(_moved(connection, run, {**again, **told}), run)
    ring(connection)


def ask_to_cancel(connection: Connection, run: Run) -> bool:
    """Mark a run that isn't finished; False when it is."""
    mine = and_(_T.c.workspace_id == run.workspace_id, _T.c.id == run.id, _T.c.state.in_(("accepted", "running")))
    return connection.execute(update(_T).where(mine).values(cancel_asked=True)).rowcount == 1


def first_waiting(connection: Connection, workspace_id: int, job_type: str) -> str | None:
    """Return the id of a writing run of this job that has not started, or None."""
    mine = (_T.c.workspace_id == workspace_id, _T.c.state == "accepted", _T.c.job_type == job_type, _T.c.act == "run", ~_T.c.dry_run)
    found: str | None = connection.scalar(select(_T.c.id).where(*mine, _T.c.subject.is_(None)).order_by(_T.c.accepted_at, _T.c.id).limit(1))
    return found


def queue(connection: Connection) -> list[tuple[str, str, int, datetime]]:
    """Count the unfinished runs of all workspaces: job type, state, how many, and when the oldest was accepted."""
    told = select(_T.c.job_type, _T.c.state, func.count(), func.min(_T.c.accepted_at)).where(_T.c.state.in_(("accepted", "running")))
    return [tuple(row) for row in connection.execute(told.group_by(_T.c.job_type, _T.c.state).order_by(_T.c.job_type, _T.c.state))]


def waiting(connection: Connection, workspace_id: int) -> int:
    """Count the runs of a workspace that are not finished."""
    unfinished = select(_T.c.id).where(_T.c.workspace_id == workspace_id, _T.c.state.in_(("accepted", "running")))
    return len(connection.execute(unfinished).all())


def _end(connection: Connection, run: Run, name: str, now: datetime, values: Mapping[str, Any]) -> None:
    move = allow(name, run)
    last = {"state": move.after, "ended_at": now, "worker": None, "lease_until": None, "stage": move.after}
    _must(_moved(connection, run, {**last, **values}), run)
    ring(connection)


def _moved(connection: Connection, run: Run, values: Mapping[str, Any]) -> bool:
    return connection.execute(update(_T).where(*_this(run)).values(**values)).rowcount == 1


def _this(run: Run) -> Sequence[ColumnElement[bool]]:
    """Match the run only in the state and attempt that the caller knows: the fence against late workers."""
    return (_T.c.workspace_id == run.workspace_id, _T.c.id == run.id, _T.c.state == run.state, _T.c.attempt == run.attempt)


def _must(moved: bool, run: Run) -> None:
    if not moved:
        raise LostRun(f"run {run.id} has moved on; attempt {run.attempt} changes nothing")


def as_run(row: Row[Any]) -> Run:
    """Read a run."""
    values = {name: value for name, value in row._mapping.items() if name in _SEEN}
    return Run(**{**values, "counts": Counts(**row.counts), "notes": tuple(Reason(**note) for note in row.notes or ())})
