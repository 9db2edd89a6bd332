"""The schema that migrations build is the one that the code describes, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from compoundry.errors import Unavailable
from compoundry.store import migrate
from compoundry.store.database import Database
from compoundry.store.tables import metadata


def test_migrations_build_exactly_the_tables(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    assert migrate.migrate(database) == (migrate.newest(), migrate.newest())


def test_a_database_from_the_future_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(Unavailable, match="newer than this Compoundry"):
            migrate.migrate(database)
        with pytest.raises(Unavailable):
            migrate.must_be_current(database)
    finally:
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": migrate.newest()})


def test_every_table_of_a_workspace_has_the_workspace_in_its_key() -> None:
    apart = {"workspaces", "keys", "events"}  # events are in one order for all, and each names its workspace
    assert {t.name for t in metadata.sorted_tables if "workspace_id" not in t.primary_key.columns} == apart
