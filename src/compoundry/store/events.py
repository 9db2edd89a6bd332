"""Keep what happens in the order in which it became visible, so that a reader who resumes misses nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Text, and_, cast, delete, func, insert, literal, or_, select

from compoundry.errors import Invalid
from compoundry.store import tables
from compoundry.store.signals import ring

_T = tables.events
Cursor = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Event:
    """Say that something happened; `id` orders the events of a workspace and is what a reader resumes from."""

    id: str
    workspace_id: int
    kind: str
    subject: str
    body: Mapping[str, Any]
    at: datetime


def record(connection: Connection, workspace_id: int, kind: str, subject: str, body: Mapping[str, Any], now: datetime) -> None:
    """Note an event; it becomes visible when this transaction commits."""
    mine = func.pg_current_xact_id() if connection.dialect.name == "postgresql" else None
    transaction = literal(0) if mine is None else cast(cast(mine, Text), BigInteger)
    row = {"workspace_id": workspace_id, "kind": kind, "subject": subject[:64], "body": dict(body), "at": now}
    connection.execute(insert(_T).values(**row, transaction=transaction))
    ring(connection)


def after(connection: Connection, workspace_id: int, cursor: Cursor, *, kinds: Sequence[str] = (), limit: int = 200) -> list[Event]:
    """Return the events after a cursor, in order.

    On PostgreSQL a transaction that began earlier may commit later, so only events of transactions older than every
    running one are shown: none can still appear before them.
    """
    transaction, position = cursor
    later = or_(_T.c.transaction > transaction, and_(_T.c.transaction == transaction, _T.c.position > position))
    wanted = [_T.c.workspace_id == workspace_id, later, _settled(connection)]
    wanted += [_T.c.kind.in_(kinds)] if kinds else []
    rows = connection.execute(select(_T).where(*wanted).order_by(_T.c.transaction, _T.c.position).limit(limit))
    return [_event(row) for row in rows]


def latest(connection: Connection, workspace_id: int) -> Cursor:
    """Return the cursor after all that is visible now."""
    newest = select(_T.c.transaction, _T.c.position).where(_T.c.workspace_id == workspace_id, _settled(connection))
    row = connection.execute(newest.order_by(_T.c.transaction.desc(), _T.c.position.desc()).limit(1)).one_or_none()
    return (row.transaction, row.position) if row else (0, 0)


def newest_position(connection: Connection) -> int:
    """Return the position of the newest event of all workspaces; 0 before the first."""
    return connection.scalar(select(func.max(_T.c.position))) or 0


def written_to(connection: Connection, position: int, kind: str) -> tuple[list[int], int]:
    """Name the workspaces with an event of a kind after a position, and the newest position; a hint, not a promise.

    A transaction that commits late can be passed over; who must miss nothing reads `after`.
    """
    newest = newest_position(connection)
    found = select(_T.c.workspace_id).where(_T.c.position > position, _T.c.position <= newest, _T.c.kind == kind).distinct()
    return list(connection.scalars(found)), newest


def cursor(id: str) -> Cursor:
    """Read the id of an event as a cursor; Invalid for anything else.

    >>> cursor("731-12")
    (731, 12)
    """
    transaction, dash, position = id.partition("-")
    if not (dash and transaction.isdecimal() and position.isdecimal() and len(id) <= 40):
        raise Invalid(f"{id[:40]!r} is not the id of an event")
    return int(transaction), int(position)


def spelled(at: Cursor) -> str:
    """Write a cursor as the id of an event."""
    return f"{at[0]}-{at[1]}"


def prune(connection: Connection, before: datetime) -> int:
    """Forget events from before a time, but for the newest one; return how many.

    SQLite gives the place of the newest row out again once that is gone, and whoever has read so far would miss what comes next.
    """
    return connection.execute(delete(_T).where(_T.c.at < before, _T.c.position < newest_position(connection))).rowcount


def _settled(connection: Connection) -> Any:
    if connection.dialect.name != "postgresql":
        return literal(True)
    return _T.c.transaction < cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)


def _event(row: Row[Any]) -> Event:
    return Event(spelled((row.transaction, row.position)), row.workspace_id, row.kind, row.subject, row.body, row.at)
