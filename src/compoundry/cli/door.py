"""Open the service's access verbs on a database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from compoundry.cli.local import open_parts, workspace_meant
from compoundry.cli.where import Where
from compoundry.model import Workspace
from compoundry.service import access
from compoundry.service.access import NewKey
from compoundry.service.app import App
from compoundry.store.keys import Key


class Door:
    """Make workspaces, and keys of the workspace that is meant, in one database."""

    def __init__(self, app: App, workspace_id: int | None) -> None:
        self._app, self._named = app, workspace_id

    def create_workspace(self, name: str) -> Workspace:
        return access.create_workspace(self._app, name)

    def workspaces(self) -> list[Workspace]:
        return access.list_workspaces(self._app)

    def create_key(self, *, scopes: Sequence[str], name: str, expires_at: datetime | None) -> NewKey:
        return access.create_key(self._app, workspace_meant(self._app, self._named), scopes=scopes, name=name, expires_at=expires_at)

    def keys(self) -> list[Key]:
        return access.list_keys(self._app, workspace_meant(self._app, self._named))

    def revoke_key(self, id: str) -> None:
        access.revoke_key(self._app, id)


@contextmanager
def open_door(where: Where, *, make: bool) -> Iterator[Door]:
    """Open the door of the database that the command line or the environment names; `make` makes a SQLite file that isn't there."""
    with open_parts(where, make=make) as parts:
        yield Door(parts.app, where.in_workspace)
