"""Decide who may come in: workspaces, API keys and their scopes."""

import hashlib
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from compoundry import jobs
from compoundry.canaries import Canaries
from compoundry.errors import Invalid, Unauthenticated
from compoundry.model import SCOPES, Caller, Workspace
from compoundry.policy import settings_of
from compoundry.service.app import App
from compoundry.service.asserting import must_protect
from compoundry.store import keys, workspaces
from compoundry.store.database import clock
from compoundry.store.keys import Key
from compoundry.text.belief import Sources

SECTIONS: Final[Mapping[str, type[Any]]] = {"canaries": Canaries, "sources": Sources}
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


def policy(app: App, caller: Caller) -> Mapping[str, Mapping[str, Any]]:
    """Return the settings of a workspace, job by job, for the canaries and for sources, with their defaults."""
    caller.need("record.read")
    with app.database.read() as connection:
        chosen = workspaces.one(connection, caller.workspace_id).policy
    return {section: asdict(checked_settings(section, chosen.get(section, {}))) for section in (*jobs.found(), *SECTIONS)}


def configure(app: App, caller: Caller, section: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Change settings of one section: a job, the canaries, or sources; unknown sections, names and wrong values raise Invalid.

    Returns the section as it is now; a setting that is None goes back to its default.
    """
    caller.need("record.write")
    with app.database.write() as connection:
        chosen = dict(workspaces.one(connection, caller.workspace_id).policy)
        merged = {**chosen.get(section, {}), **settings}
        chosen[section] = {name: value for name, value in merged.items() if value is not None}
        built = checked_settings(section, chosen[section])
        if isinstance(built, Canaries):
            must_protect(connection, caller.workspace_id, built, settings)
        workspaces.set_policy(connection, caller.workspace_id, chosen)
    return asdict(built)


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


def checked_settings(section: str, settings: Mapping[str, Any]) -> Any:
    """Build the settings of a section over its defaults; Invalid for an unknown section or name, and for a value of another kind."""
    if section in SECTIONS:
        return settings_of(section, SECTIONS[section], settings)
    if section not in jobs.found():
        raise Invalid(f"there are no settings for {section!r}; one of {', '.join((*jobs.found(), *SECTIONS))}")
    return jobs.named(section).policy(settings)
