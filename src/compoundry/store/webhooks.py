"""Keep webhooks: who wants to hear what, with which secrets, and how far each has heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from compoundry.errors import NotFound
from compoundry.store import tables

_T = tables.webhooks


@dataclass(frozen=True, slots=True)
class Webhook:
    """Say where events are sent; `kinds` is empty for all, `stopped` says why an inactive one is so.

    `old_secret` signs too until `old_until`, so that receivers have time to change theirs.
    """

    id: str
    workspace_id: int
    url: str
    kinds: tuple[str, ...]
    secret: str
    created_at: datetime
    cursor: str
    active: bool = True
    stopped: str = ""
    old_secret: str | None = None
    old_until: datetime | None = None

    def secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign now, the newest first."""
        old = self.old_secret if self.old_until and now < self.old_until else None
        return [self.secret, *([old] if old else [])]


def add(connection: Connection, hook: Webhook) -> None:
    """Keep a new webhook."""
    row = {name: getattr(hook, name) for name in Webhook.__dataclass_fields__}
    connection.execute(insert(_T).values(**{**row, "kinds": list(hook.kinds)}))


def of_workspace(connection: Connection, workspace_id: int) -> list[Webhook]:
    """List the webhooks of a workspace, oldest first."""
    mine = select(_T).where(_T.c.workspace_id == workspace_id).order_by(_T.c.created_at, _T.c.id)
    return [_webhook(row) for row in connection.execute(mine)]


def one(connection: Connection, workspace_id: int, id: str) -> Webhook:
    """Return a webhook, or raise NotFound."""
    row = connection.execute(select(_T).where(_T.c.workspace_id == workspace_id, _T.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(kind="webhook")
    return _webhook(row)


def active(connection: Connection) -> list[Webhook]:
    """Return the active webhooks of all workspaces."""
    return [_webhook(row) for row in connection.execute(select(_T).where(_T.c.active).order_by(_T.c.id))]


def change(connection: Connection, workspace_id: int, id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a webhook."""
    connection.execute(update(_T).where(_T.c.workspace_id == workspace_id, _T.c.id == id).values(**values))


def move(connection: Connection, hook: Webhook, cursor: str) -> bool:
    """Say that a webhook has heard up to a cursor; False when another worker was quicker."""
    mine = (_T.c.workspace_id == hook.workspace_id, _T.c.id == hook.id, _T.c.cursor == hook.cursor)
    return connection.execute(update(_T).where(*mine).values(cursor=cursor)).rowcount == 1


def drop(connection: Connection, workspace_id: int, id: str) -> None:
    """Forget a webhook with its deliveries."""
    connection.execute(delete(_T).where(_T.c.workspace_id == workspace_id, _T.c.id == id))


def _webhook(row: Row[Any]) -> Webhook:
    values = {name: row._mapping[name] for name in Webhook.__dataclass_fields__}
    return Webhook(**{**values, "kinds": tuple(row.kinds)})
