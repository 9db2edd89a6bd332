"""Keep what is on its way to webhooks: each event once per webhook, until it arrived or nobody tries any more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from compoundry.errors import NotFound
from compoundry.store import tables

_T = tables.deliveries
State = Literal["waiting", "delivered", "dead"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Say what is sent to a webhook and how that went; `id` is the message's id, the same at every attempt."""

    id: str
    workspace_id: int
    webhook_id: str
    kind: str
    body: Mapping[str, Any]
    state: State
    attempts: int
    next_at: datetime
    created_at: datetime
    answer: str = ""


def add(connection: Connection, new: Sequence[Delivery]) -> None:
    """Keep deliveries; those that are there already stay as they are."""
    if new:
        rows = [{name: getattr(one, name) for name in Delivery.__dataclass_fields__} for one in new]
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(_T).on_conflict_do_nothing(), rows)


def listed(
    connection: Connection, workspace_id: int, *, webhook: str | None = None, state: str | None = None, limit: int = 50
) -> list[Delivery]:
    """Return the deliveries of a workspace, newest first."""
    wanted = [_T.c.workspace_id == workspace_id]
    wanted += [_T.c.webhook_id == webhook] if webhook else []
    wanted += [_T.c.state == state] if state else []
    newest = select(_T).where(*wanted).order_by(_T.c.created_at.desc(), _T.c.id).limit(limit)
    return [_delivery(row) for row in connection.execute(newest)]


def one(connection: Connection, workspace_id: int, id: str) -> Delivery:
    """Return a delivery, or raise NotFound."""
    row = connection.execute(select(_T).where(_T.c.workspace_id == workspace_id, _T.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(kind="delivery")
    return _delivery(row)


def due(connection: Connection, now: datetime, *, busy: Collection[str]) -> bool:
    """Tell whether there is anything to send."""
    return connection.execute(_due(now, busy).limit(1)).first() is not None


def claim(
    connection: Connection, now: datetime, until: datetime, *, busy: Collection[str] = (), only: str | None = None, limit: int = 1
) -> list[Delivery]:
    """Take deliveries that are due, the longest waiting first; whoever takes one has until then to say how it went.

    `busy` are webhooks that get nothing more now; `only` takes no other delivery than this one.
    """
    taken = []
    found = _due(now, busy).where(_T.c.id == only) if only else _due(now, busy)
    for row in connection.execute(found.limit(limit)).all():
        mine = and_(_T.c.workspace_id == row.workspace_id, _T.c.id == row.id, _T.c.state == "waiting", _T.c.attempts == row.attempts)
        claimed = update(_T).where(mine).values(attempts=row.attempts + 1, next_at=until).returning(_T)
        taken += [_delivery(got) for got in connection.execute(claimed)]
    return taken


def settle(connection: Connection, sent: Delivery, state: State, answer: str, next_at: datetime) -> None:
    """Say how an attempt went, unless somebody has begun another one."""
    mine = (_T.c.workspace_id == sent.workspace_id, _T.c.id == sent.id, _T.c.state == "waiting", _T.c.attempts == sent.attempts)
    connection.execute(update(_T).where(*mine).values(state=state, answer=answer[:500], next_at=next_at))


def give_up(connection: Connection, workspace_id: int, webhook: str, answer: str) -> None:
    """Try nothing more for a webhook."""
    mine = (_T.c.workspace_id == workspace_id, _T.c.webhook_id == webhook, _T.c.state == "waiting")
    connection.execute(update(_T).where(*mine).values(state="dead", answer=answer[:500]))


def revive(connection: Connection, workspace_id: int, id: str, now: datetime) -> None:
    """Begin the attempts of a delivery anew."""
    connection.execute(update(_T).where(_T.c.workspace_id == workspace_id, _T.c.id == id).values(state="waiting", attempts=0, next_at=now))


def prune(connection: Connection, before: datetime) -> int:
    """Forget what arrived before a time; return how much."""
    return connection.execute(delete(_T).where(_T.c.state == "delivered", _T.c.next_at < before)).rowcount


def _due(now: datetime, busy: Collection[str]) -> Select[Any]:
    hook = tables.webhooks
    same = and_(hook.c.workspace_id == _T.c.workspace_id, hook.c.id == _T.c.webhook_id)
    due = select(_T.c.workspace_id, _T.c.id, _T.c.attempts).join(hook, same)
    due = due.where(_T.c.state == "waiting", _T.c.next_at <= now, hook.c.active)
    return (due.where(_T.c.webhook_id.not_in(sorted(busy))) if busy else due).order_by(_T.c.next_at, _T.c.id)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{name: row._mapping[name] for name in Delivery.__dataclass_fields__})
