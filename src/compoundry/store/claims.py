"""Decide which waiting run a worker takes next: fair between workspaces, in pipeline order inside one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, bindparam, exists, func, or_, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError

from compoundry.model import Run
from compoundry.store import tables
from compoundry.store.runs import as_run
from compoundry.store.signals import ring

_T = tables.runs
_END_SESSIONS = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = ANY(:names) AND datname = current_database() AND xact_start IS NOT NULL AND state_change < :since
      AND (state LIKE 'idle in transaction%' OR wait_event_type = 'Client')
""")  # a pipeline that waits for its client is called active
_WORKSPACES = 20  # to look at in one query
LONGEST_WAIT = timedelta(minutes=1)  # nothing is put off for longer, so a run that seems to be was put off by a clock that went back since


@dataclass(frozen=True, slots=True)
class Lease:
    """Say who holds a run, and for how many seconds without a sign of life."""

    worker: str
    seconds: float


def claim(connection: Connection, lease: Lease, now: datetime) -> Run | None:
    """Take the next due run, or None; the workspace that was served longest ago comes first.

    A writing run is taken only when its workspace has none running and none waiting before it.
    """
    skip, named = 0, _WORKSPACES
    while named == _WORKSPACES:
        rows = connection.execute(_DUE, {"now": now, "later": now + LONGEST_WAIT, "skip": skip}).all()
        for row in rows:
            if row.id and (run := _take(connection, row, lease, now)):
                return run
        skip, named = skip + _WORKSPACES, len({row.workspace_id for row in rows})
    return None


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """Return when the first waiting run is due."""
    first: datetime | None = connection.scalar(select(func.min(_T.c.not_before)).where(_T.c.state == "accepted"))
    return first if first is None or first <= now + LONGEST_WAIT else now


def take_over(connection: Connection, lease: Lease, now: datetime, *, limit: int, orphaned: bool = False) -> list[Run]:
    """Take some of the runs whose worker is gone: their lease is over, or `orphaned` says that no worker lives.

    A run that somebody has locked is left out, and taken the next time.
    """
    lost = _T.c.state == "running" if orphaned else and_(_T.c.state == "running", _T.c.lease_until < now)
    named = select(_T.c.workspace_id, _T.c.id, _T.c.attempt).where(lost).order_by(_T.c.lease_until).limit(limit)
    rows: Sequence[Any] = connection.execute(named.with_for_update(skip_locked=True)).all()
    return [run for row in rows if (run := _grasp(connection, row, lease, now, state="running"))]


def beat(connection: Connection, lease: Lease, ids: Sequence[str], now: datetime) -> int:
    """Extend the leases of these runs, as far as the worker holds them; return how many those are."""
    held = and_(_T.c.worker == lease.worker, _T.c.state == "running", _T.c.id.in_(ids))
    return connection.execute(update(_T).where(held).values(lease_until=now + timedelta(seconds=lease.seconds))).rowcount


def cancelled(connection: Connection, worker: str) -> list[Run]:
    """List the runs of a worker that somebody wants to stop."""
    mine = (_T.c.worker == worker, _T.c.state == "running", _T.c.cancel_asked)
    return [as_run(row) for row in connection.execute(select(_T).where(*mine))]


def known_as(worker: str) -> str:
    """Say what the connections of a worker are called, in 63 bytes at the most."""
    return f"compoundry {worker}"


def silent(connection: Connection, now: datetime) -> list[str]:
    """List the workers whose runs wait to be taken over."""
    over = select(_T.c.worker).distinct().where(_T.c.state == "running", _T.c.lease_until < now)
    return [name for name in connection.scalars(over) if name]


def break_silence(connection: Connection, workers: Sequence[str], since: datetime) -> int:
    """End the transactions in which one of these workers has said nothing since then; return how many those were.

    A host that is gone can't say so to PostgreSQL, which would keep its locks for as long as the network lets it.
    """
    if connection.dialect.name == "sqlite" or not workers:
        return 0
    return connection.execute(_END_SESSIONS, {"names": [known_as(worker) for worker in workers], "since": since}).rowcount


def release(connection: Connection, lease: Lease, now: datetime) -> int:
    """Let others have everything that one worker holds; what it still tries is refused. Return how many runs those were."""
    held = and_(_T.c.worker == lease.worker, _T.c.state == "running")
    free = {"state": "accepted", "worker": None, "lease_until": None, "not_before": now, "strikes": _T.c.strikes - 1}
    count = connection.execute(update(_T).where(held).values(**free)).rowcount
    ring(connection)
    return count


def _due() -> Select[Any]:
    """Name the runs that may start in the next workspaces by turn: all dry ones, and the first writer where none is running.

    A workspace that has none is named without a run, so that fewer names than were asked for mean that there are no more.
    """
    other, turn = _T.alias("other"), tables.workspaces
    busy = exists(select(1).where(other.c.workspace_id == _T.c.workspace_id, other.c.state == "running", ~other.c.dry_run))
    waits = and_(_T.c.state == "accepted", or_(_T.c.dry_run, ~busy))
    asking = select(_T.c.workspace_id, func.min(_T.c.accepted_at).label("since")).where(waits, _on_time(_T))
    asked = asking.group_by(_T.c.workspace_id).subquery("asked")
    turns = select(asked.c.workspace_id, turn.c.served_at).join(turn, turn.c.id == asked.c.workspace_id)
    order = (turn.c.served_at.asc().nulls_first(), asked.c.since, asked.c.workspace_id)
    first = turns.order_by(*order).limit(_WORKSPACES).offset(bindparam("skip")).cte("first")
    place = func.row_number().over(partition_by=(_T.c.workspace_id, _T.c.dry_run), order_by=(_T.c.rank, _T.c.accepted_at, _T.c.id))
    named = (_T.c.workspace_id, _T.c.id, _T.c.attempt, _T.c.dry_run, _T.c.accepted_at, _T.c.not_before)
    line = select(*named, place.label("place")).join(first, first.c.workspace_id == _T.c.workspace_id).where(waits).subquery("line")
    free = and_(line.c.workspace_id == first.c.workspace_id, _on_time(line), or_(line.c.dry_run, line.c.place == 1))
    due = select(first.c.workspace_id, line.c.id, line.c.attempt).select_from(first.outerjoin(line, free))
    return due.order_by(first.c.served_at.asc().nulls_first(), line.c.accepted_at, line.c.id)


def _on_time(runs: FromClause) -> ColumnElement[bool]:
    now, later = (bindparam(name, type_=_T.c.not_before.type) for name in ("now", "later"))
    return or_(runs.c.not_before <= now, runs.c.not_before > later)


_DUE = _due()  # made once: making it takes longer than asking it


def _take(connection: Connection, row: Row[Any], lease: Lease, now: datetime) -> Run | None:
    """Claim inside a savepoint: the unique index on running writers has the last word.

    Nothing here waits for a row that somebody else has locked, so one worker that is stuck can't hold up the others.
    """
    try:
        with connection.begin_nested():
            run = _grasp(connection, row, lease, now, state="accepted")
    except IntegrityError:
        return None
    if run:
        turn = tables.workspaces
        free = select(turn.c.id).where(turn.c.id == run.workspace_id).with_for_update(skip_locked=True, key_share=True)
        connection.execute(update(turn).where(turn.c.id.in_(free)).values(served_at=now))
    return run


def _grasp(connection: Connection, row: Row[Any], lease: Lease, now: datetime, *, state: str) -> Run | None:
    this = and_(_T.c.workspace_id == row.workspace_id, _T.c.id == row.id, _T.c.state == state, _T.c.attempt == row.attempt)
    values = {
        "state": "running",
        "attempt": row.attempt + 1,
        "strikes": _T.c.strikes + 1,
        "worker": lease.worker,
        "lease_until": now + timedelta(seconds=lease.seconds),
        "started_at": now,
        "error": None,
        "stage": "running",
    }
    unlocked = select(_T.c.workspace_id, _T.c.id).where(this).with_for_update(skip_locked=True)
    held = update(_T).where(tuple_(_T.c.workspace_id, _T.c.id).in_(unlocked)).values(**values).returning(_T)
    grasped = connection.execute(held).one_or_none()
    return as_run(grasped) if grasped else None
