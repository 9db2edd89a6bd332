"""Eight processes start at once on an empty database: one schema, and nobody sees an error."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from compoundry.store.database import open_database
from compoundry.store.migrate import newest
from compoundry.store.tables import metadata
from tests.chaos.conftest import Figures
from tests.chaos.nursery import Nursery, nursery
from tests.engine.cluster import Cluster

MIGRATE = ("migrate",)
SERVE = ("serve", "--no-worker", "--port", "0")
ON_SQLITE = (*[MIGRATE] * 3, *[SERVE] * 2, ("workspace", "create", "One"), ("workspace", "create", "Two"), ("worker",))
READY = {"serve": "http://", "worker": "working"}
TIMES = pytest.mark.parametrize("times", [pytest.param(3, id="short"), pytest.param(50, id="long", marks=pytest.mark.slow)])


@TIMES
def test_eight_processes_make_one_schema_in_a_sqlite_file(tmp_path: Path, times: int, figures: Figures) -> None:
    with nursery(tmp_path) as born:
        for time in range(times):
            url = f"sqlite:///{tmp_path}/{time}.db"
            _all_at_once(born, url, ON_SQLITE)
            assert _workspaces(url) == ["One", "Two"]
    seen = "1 schema, 0 errors: 3 migrations, 2 servers, 2 commands, 1 worker"
    figures("8 processes start at once on an empty database", "sqlite", times, seen)


@TIMES
def test_eight_processes_make_one_schema_on_postgresql(cluster: Cluster, tmp_path: Path, times: int, figures: Figures) -> None:
    with _empty_databases(cluster) as make, nursery(tmp_path) as born:
        for time in range(times):
            _all_at_once(born, make(f"first_{time}"), [MIGRATE] * 8)
    figures("8 processes start at once on an empty database", "postgresql", times, "1 schema, 0 errors: 8 migrations")


def _all_at_once(born: Nursery, url: str, commands: Sequence[tuple[str, ...]]) -> None:
    with born.together():
        started = [(command[0], born.bear(*command, "--database", url)) for command in commands]
    for name, process in started:
        if name in READY:
            process.until_it_says(READY[name])
            process.send(signal.SIGTERM)
    for _, process in started:
        code, said = process.exit_code(), process.said.read_text()
        assert (code, "error" in said.lower()) == (0, False), said
    _must_be_whole(url)


def _must_be_whole(url: str) -> None:
    database = open_database(url)
    with database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [(newest(),)]
        assert set(inspect(connection).get_table_names()) >= {table.name for table in metadata.sorted_tables}
    database.close()


def _workspaces(url: str) -> list[str]:
    database = open_database(url)
    with database.read() as connection:
        names = [name for (name,) in connection.execute(text("SELECT name FROM workspaces ORDER BY name"))]
    database.close()
    return names


@contextmanager
def _empty_databases(cluster: Cluster) -> Iterator[Callable[[str], str]]:
    """Give a function that makes an empty database."""
    admin = create_engine(make_url(cluster.url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")

    def make(name: str) -> str:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return make_url(cluster.url).set(database=name).render_as_string(hide_password=False)

    yield make
    admin.dispose()
