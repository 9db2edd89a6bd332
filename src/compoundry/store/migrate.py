"""Bring a database to the schema that this version needs, once, however many processes start together."""

import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from compoundry.errors import Unavailable
from compoundry.store.database import Database

_HERE = Path(__file__).parent / "migrations"
_LOCK = 0x636F6D70
PATIENCE_S = 60  # another process upgrades the same file, on a machine that has much else to do


def migrate(database: Database) -> tuple[str | None, str]:
    """Upgrade to the newest schema; return the revisions before and after.

    Raises Unavailable when the database is newer than this version of Compoundry.
    """
    if database.file:
        database.file.parent.mkdir(parents=True, exist_ok=True)
    with database.read() as connection:
        before = revision(connection)
    must_know(before)
    if before == newest():  # without waiting for whoever writes
        return before, before
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return _upgraded(database)
        except Unavailable:
            if not database.is_sqlite or time.monotonic() > until:
                raise


def _upgraded(database: Database) -> tuple[str | None, str]:
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = revision(connection)
        must_know(before)
        if before != newest():
            command.upgrade(_config(connection), "head")
        return before, newest()


def must_be_current(database: Database) -> None:
    """Raise Unavailable unless the schema is the one that this version needs."""
    with database.read() as connection:
        found = revision(connection)
    must_know(found)
    if found != newest():
        raise Unavailable("the database needs a newer schema; run: compoundry migrate")


def newest() -> str:
    """Return the revision that this version needs."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def revision(connection: Connection) -> str | None:
    """Return the revision that the database is at; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def must_know(found: str | None) -> None:
    """Raise Unavailable for a schema that only a newer version of Compoundry knows."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise Unavailable(f"the database has schema {found}, which is newer than this Compoundry; install a newer version")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_HERE))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
