"""Keep workspaces and their settings."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from compoundry.errors import NotFound
from compoundry.model import Workspace
from compoundry.store import tables

_T = tables.workspaces


def create(connection: Connection, name: str, now: datetime) -> Workspace:
    """Make a workspace; its slug is its name in plain letters, with a number where that is taken."""
    row = {"name": name, "slug": _free_slug(connection, name), "created_at": now, "policy": {}}
    id = connection.execute(insert(_T).returning(_T.c.id), row).scalar_one()
    return one(connection, id)


def one(connection: Connection, id: int) -> Workspace:
    """Return a workspace, or raise NotFound."""
    row = connection.execute(select(_T).where(_T.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"no workspace {id}; list them with: compoundry workspace list")
    return _workspace(row)


def everyone(connection: Connection) -> list[Workspace]:
    """List all workspaces, oldest first."""
    return [_workspace(row) for row in connection.execute(select(_T).order_by(_T.c.id))]


def set_policy(connection: Connection, id: int, policy: Mapping[str, Mapping[str, Any]]) -> None:
    """Store a workspace's settings, job by job."""
    connection.execute(update(_T).where(_T.c.id == id).values(policy={job: dict(settings) for job, settings in policy.items()}))


def _free_slug(connection: Connection, name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "workspace"
    taken = set(connection.scalars(select(_T.c.slug).where(_T.c.slug.startswith(plain, autoescape=True))))
    return next(slug for n in range(len(taken) + 1) if (slug := f"{plain}-{n + 1}" if n else plain) not in taken)


def _workspace(row: Row[Any]) -> Workspace:
    return Workspace(row.id, row.name, row.slug, row.created_at, row.policy)
