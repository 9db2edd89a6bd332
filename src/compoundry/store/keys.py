"""Keep API keys as digests: the key itself is shown once and never stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from compoundry.errors import NotFound
from compoundry.store import tables

_T = tables.keys


@dataclass(frozen=True, slots=True)
class Key:
    """Describe a key without its secret; `hint` is how the key begins."""

    id: str
    workspace_id: int
    name: str
    hint: str
    digest: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Tell whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def add(connection: Connection, key: Key) -> None:
    """Store a new key."""
    names = ("id", "workspace_id", "name", "hint", "digest", "created_at", "expires_at", "revoked_at")
    connection.execute(insert(_T), [{**{n: getattr(key, n) for n in names}, "scopes": list(key.scopes)}])


def by_digest(connection: Connection, digest: str) -> Key | None:
    """Find a key by its digest; the index compares digests, so no timing tells anything about the key."""
    row = connection.execute(select(_T).where(_T.c.digest == digest)).one_or_none()
    return _key(row) if row else None


def of_workspace(connection: Connection, workspace_id: int) -> list[Key]:
    """List the keys of a workspace, oldest first."""
    return [_key(row) for row in connection.execute(select(_T).where(_T.c.workspace_id == workspace_id).order_by(_T.c.created_at, _T.c.id))]


def revoke(connection: Connection, id: str, now: datetime) -> None:
    """Make a key useless from now on; NotFound when there is none with this id."""
    this = update(_T).where(_T.c.id == id).values(revoked_at=now)
    if connection.execute(this).rowcount == 0:
        raise NotFound(f"no key {id}; list them with: compoundry key list")


def _key(row: Row[Any]) -> Key:
    return Key(row.id, row.workspace_id, row.name, row.hint, row.digest, tuple(row.scopes), row.created_at, row.expires_at, row.revoked_at)
