"""The command line works on PostgreSQL as it does on a file."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.cli.conftest import House
from tests.cli.typed import Prompt


@pytest.fixture
def empty(postgres_url: str) -> Iterator[str]:
    """Give the URL of a PostgreSQL database without any table."""
    parsed = make_url(postgres_url)
    name = f"{parsed.database}_cli"
    admin = create_engine(parsed.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield parsed.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_a_new_database_is_migrated_filled_run_and_taken_back(empty: str, house: House) -> None:
    prompt = Prompt(("--database", empty))
    unready = prompt("workspace", "list")
    assert (unready.code, "compoundry migrate" in unready.err) == (6, True)
    assert prompt.json("migrate")["after"] == prompt.json("migrate")["before"]
    prompt.json("workspace", "create", "Acme")
    assert [prompt.json("import", str(house.file))["added"] for _ in range(2)] == [7, 0]
    run = prompt.json("run", "consolidation")
    assert (run["status"], run["insights_affected"] > 0) == ("completed", True)
    assert prompt.json("revert", run["job_run_id"])["status"] == "completed"
    assert len(prompt.json("insights")["data"]) == 7


def test_a_database_that_is_not_there_ends_with_6() -> None:
    assert Prompt(("--database", "postgresql://postgres@127.0.0.1:9/none"))("runs").code == 6
