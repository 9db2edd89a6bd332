"""Decide who may come in: workspaces, API keys and their scopes."""

import hashlib
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compoundry import jobs
from compoundry.errors import Invalid, Unauthenticated
from compoundry.model import SCOPES, Caller, Workspace
from compoundry.service.app import App
from compoundry.store import keys, workspaces
from compoundry.store.database import clock
from compoundry.store.keys import Key

_PREFIX = "sk-"
_REFUSED = "send a valid key: Authorization: Bearer sk-…"


@dataclass(frozen=True, slots=True)
class NewKey:
    """Show a key for the only time."""

    key: str
    about: Key


def create_workspace(app: App, name: str) -> Workspace:
    """Make a workspace; raise Invalid for an empty name."""
    if not name.strip() or "\0" in name:
        raise Invalid("a workspace needs a name")
    with app.database.write() as connection:
        return workspaces.create(connection, name.strip(), clock(connection))


def list_workspaces(app: App) -> list[Workspace]:
    """List all workspaces."""
    with app.database.read() as connection:
        return workspaces.everyone(connection)


def workspace(app: App, id: int) -> Workspace:
    """Return a workspace, or raise NotFound."""
    with app.database.read() as connection:
        return workspaces.one(connection, id)


def configure(app: App, id: int, job_type: str, settings: Mapping[str, Any]) -> Workspace:
    """Change settings of one job in a workspace; unknown jobs and settings raise Invalid."""
    with app.database.write() as connection:
        policy = dict(workspaces.one(connection, id).policy)
        policy[job_type] = {**policy.get(job_type, {}), **settings}
        _must_build(job_type, policy[job_type])
        workspaces.set_policy(connection, id, policy)
        return workspaces.one(connection, id)


def create_key(app: App, workspace_id: int, *, scopes: Sequence[str], name: str = "", expires_at: datetime | None = None) -> NewKey:
    """Make a key of 256 random bits with a checksum; only its SHA-256 is stored."""
    if strange := [s for s in scopes if s not in SCOPES]:
        raise Invalid(f"unknown scope {strange[0]!r}; one of {', '.join(SCOPES)}")
    if not scopes:
        raise Invalid(f"a key needs at least one scope of {', '.join(SCOPES)}")
    body = secrets.token_urlsafe(32)
    secret = f"{_PREFIX}{body}{_checksum(body)}"
    with app.database.write() as connection:
        workspaces.one(connection, workspace_id)
        about = Key(app.new_id(), workspace_id, name, secret[:9], digest(secret), tuple(scopes), clock(connection), expires_at)
        keys.add(connection, about)
    return NewKey(secret, about)


def list_keys(app: App, workspace_id: int) -> list[Key]:
    """List the keys of a workspace, without their secrets."""
    with app.database.read() as connection:
        workspaces.one(connection, workspace_id)
        return keys.of_workspace(connection, workspace_id)


def revoke_key(app: App, id: str) -> None:
    """Make a key useless from now on."""
    with app.database.write() as connection:
        keys.revoke(connection, id, clock(connection))


def authenticate(app: App, secret: str) -> Caller:
    """Return who calls with this key; Unauthenticated for any key that isn't valid now.

    A mistyped key fails its checksum and costs no query.
    """
    if not well_formed(secret):
        raise Unauthenticated(_REFUSED)
    with app.database.read() as connection:
        key = keys.by_digest(connection, digest(secret))
        if key is None or not key.usable(clock(connection)):
            raise Unauthenticated(_REFUSED)
    return Caller(key.workspace_id, frozenset(key.scopes), key.id)


def operator(workspace_id: int) -> Caller:
    """Return the caller of the command line and the library, who owns the database and may do everything."""
    return Caller(workspace_id, frozenset(SCOPES), "operator")


def digest(secret: str) -> str:
    """Return the SHA-256 of a key; enough for 256 random bits, and a password hash would cost 250 ms a request."""
    return hashlib.sha256(secret.encode()).hexdigest()


def well_formed(secret: str) -> bool:
    """Tell whether a key has the form and the checksum of ours.

    >>> well_formed("sk-nonsense")
    False
    """
    body = secret.removeprefix(_PREFIX)
    return secret.isascii() and secret.startswith(_PREFIX) and len(body) > 8 and secrets.compare_digest(_checksum(body[:-8]), body[-8:])


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def _must_build(job_type: str, settings: Mapping[str, Any]) -> None:
    try:
        jobs.named(job_type).policy(settings)
    except (TypeError, ValueError) as error:
        raise Invalid(f"a setting of {job_type} is wrong: {error}") from None
