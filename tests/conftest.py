"""Give tests real parts: a SQLite file, a PostgreSQL database of their own, a service, a worker."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from compoundry.app import Parts, assemble
from compoundry.model import Caller
from compoundry.service import access
from compoundry.service.app import App
from compoundry.settings import Settings
from compoundry.store.database import Database, open_database
from compoundry.store.migrate import migrate
from compoundry.store.tables import metadata
from tests.problems import watched

hypothesis.settings.register_profile("patient", deadline=None)  # a busy machine is no fault of a test
hypothesis.settings.load_profile("patient")

POSTGRES = "COMPOUNDRY_TEST_POSTGRES"


@pytest.fixture(scope="session", autouse=True)
def _every_error_is_told_well() -> Iterator[None]:
    """Check each error that a server of ours answers with, in every test."""
    with watched():
        yield


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Make a PostgreSQL database for this test process, and drop it at the end."""
    url = os.environ.get(POSTGRES)
    if not url:
        pytest.skip(f"no PostgreSQL: set {POSTGRES}, for example to postgresql://postgres@127.0.0.1:5432/postgres")
    admin = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"compoundry_test_{uuid4().hex[:12]}"
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError as error:
        pytest.skip(f"no PostgreSQL at {POSTGRES}: {error.orig}")
    made = make_url(url).set(database=name).render_as_string(hide_password=False)
    migrate(open_database(made))
    yield made
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database with the newest schema, on both databases in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    url: str = request.getfixturevalue("postgres_url")
    database = open_database(url)
    with database.write() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    database.close()
    return url


@pytest.fixture
def settings() -> Settings:
    """Give settings that don't depend on the environment; the small encoder starts at once."""
    return Settings(encoder="hashed", lease_s=2.0)


@pytest.fixture
def parts(database_url: str, settings: Settings) -> Iterator[Parts]:
    """Give a whole Compoundry without a worker."""
    made = assemble(settings, database_url)
    yield made
    made.close()


@pytest.fixture
def app(parts: Parts) -> App:
    """Give the service."""
    return parts.app


@pytest.fixture
def database(parts: Parts) -> Database:
    """Give the database of the service."""
    return parts.app.database


@pytest.fixture
def caller(app: App) -> Caller:
    """Give a caller of a new workspace who may do everything."""
    return access.operator(access.create_workspace(app, "Acme").id)


@pytest.fixture
def stranger(app: App, caller: Caller) -> Caller:
    """Give a caller of another workspace."""
    return access.operator(access.create_workspace(app, "Other").id)
