"""Keep texts that were told: accept, hand one at a time to whoever takes it apart, and end each once."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from compoundry.errors import LostRun, NotFound
from compoundry.model import Artifact
from compoundry.store import tables
from compoundry.store.signals import ring

_T = tables.artifacts
_SEEN = tuple(_T.c[f.name] for f in fields(Artifact))


def accept(connection: Connection, told: Artifact) -> None:
    """Store a text; once this commits, it can't be lost."""
    connection.execute(insert(_T), [asdict(told)])
    ring(connection)


def one(connection: Connection, workspace_id: int, id: str) -> Artifact:
    """Return a text and what became of it, or raise NotFound."""
    row = connection.execute(select(*_SEEN).where(_T.c.workspace_id == workspace_id, _T.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(kind="artifact")
    return _artifact(row)


def waiting(connection: Connection, now: datetime) -> bool:
    """Tell whether there is a text that nobody holds."""
    return connection.scalar(select(_T.c.id).where(_free(now)).limit(1)) is not None


def claim(connection: Connection, now: datetime, *, lease_s: float) -> Artifact | None:
    """Take the oldest text that nobody holds, or None; one whose holder has gone silent counts."""
    oldest = select(*_SEEN).where(_free(now)).order_by(_T.c.created_at, _T.c.id).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(oldest).one_or_none()
    if row is None:
        return None
    taken = {"state": "processing", "attempt": row.attempt + 1, "lease_until": now + timedelta(seconds=lease_s)}
    connection.execute(update(_T).where(*_this(_artifact(row))).values(**taken))
    return one(connection, row.workspace_id, row.id)


def hold(connection: Connection, told: Artifact, until: datetime) -> None:
    """Keep a text until then; LostRun when another worker holds it."""
    if connection.execute(update(_T).where(*_this(told)).values(lease_until=until)).rowcount != 1:
        raise _lost(told)


def release(connection: Connection) -> None:
    """Let go of what a worker held that is gone for sure: a SQLite file has one worker, and it has just begun."""
    connection.execute(update(_T).where(_T.c.state == "processing").values(state="pending"))


def complete(connection: Connection, told: Artifact, result: Mapping[str, Any], now: datetime) -> None:
    """End a text well, in the transaction that keeps what it says; LostRun when another worker holds it."""
    _end(connection, told, {"state": "completed", "result": dict(result), "completed_at": now})


def fail(connection: Connection, told: Artifact, error: str, now: datetime) -> None:
    """End a text badly."""
    _end(connection, told, {"state": "failed", "error": error, "completed_at": now})


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(_T.c.state == "pending", and_(_T.c.state == "processing", _T.c.lease_until < now))


def _end(connection: Connection, told: Artifact, values: Mapping[str, Any]) -> None:
    if connection.execute(update(_T).where(*_this(told)).values(**values, lease_until=None)).rowcount != 1:
        raise _lost(told)
    ring(connection)


def _lost(told: Artifact) -> LostRun:
    return LostRun(f"the artifact {told.id} is held by another worker; attempt {told.attempt} changes nothing")


def _this(told: Artifact) -> tuple[ColumnElement[bool], ...]:
    return (_T.c.workspace_id == told.workspace_id, _T.c.id == told.id, _T.c.state == told.state, _T.c.attempt == told.attempt)


def _artifact(row: Row[Any]) -> Artifact:
    return Artifact(**row._mapping)
