"""An operator learns what is wrong and what to do, saves a database in use, and brings it back."""

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from compoundry.app import Parts
from compoundry.engine.files import hold_file
from compoundry.model import Caller, Run, Schedule
from compoundry.service import insights
from compoundry.service.intake import read
from compoundry.store import runs, schedules, tables
from compoundry.store.database import Database, clock
from tests.cli.typed import Prompt


@pytest.fixture
def prompt(parts: Parts, caller: Caller, database_url: str) -> Prompt:
    """Give a command line on the database of the test, with one workspace in it."""
    return Prompt(("--database", database_url))


def checks(prompt: Prompt, *, exit: int) -> dict[str, tuple[str, str]]:
    said = prompt("doctor", "--json")
    assert said.code == exit, said.out
    assert said.json["well"] == (exit == 0)
    return {one["check"]: (one["level"], one["todo"]) for one in said.json["checks"]}


def test_a_sound_database_is_well(prompt: Prompt, database: Database) -> None:
    found = checks(prompt, exit=0)
    assert {"database", "schema", "clock", "leases", "queue", "schedules"} <= set(found)
    assert ("disk" in found) == database.is_sqlite
    assert prompt("doctor").out.startswith("ok ")


def test_runs_and_schedules_that_nobody_carries_on_are_found(prompt: Prompt, caller: Caller, database: Database) -> None:
    with database.write() as connection:
        past = clock(connection) - timedelta(minutes=5)
        waiting = Run("waits", caller.workspace_id, "metrics", "run", False, "accepted", past, past)
        runs.accept(connection, waiting, rank=1)
        gone = {"id": "gone", "state": "running", "worker": "dead", "lease_until": past}
        row = connection.execute(tables.runs.select()).mappings().one()
        connection.execute(insert(tables.runs), [{**row, **gone}])
        schedules.put(connection, Schedule(caller.workspace_id, "metrics", "0 3 * * *", "UTC", past))
    found = checks(prompt, exit=1)
    for check in ("leases", "queue", "schedules"):
        assert found[check][0] == "problem", check
        assert "compoundry worker" in found[check][1]


def test_an_old_schema_and_one_from_the_future_are_found(prompt: Prompt, database: Database) -> None:
    with database.write() as connection:
        now = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        assert "compoundry migrate" in checks(prompt, exit=1)["schema"][1]
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert "newer version" in checks(prompt, exit=1)["schema"][1]
    finally:
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": now})


def test_a_database_that_is_away_or_damaged_is_found_and_nothing_is_made(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    assert checks(Prompt(("--database", f"sqlite:///{missing}")), exit=1)["database"][0] == "problem"
    assert not missing.exists()
    assert checks(Prompt(("--database", "postgresql://nobody@127.0.0.1:1/none")), exit=1)["database"][0] == "problem"
    (tmp_path / "noise.db").write_bytes(b"no database at all" * 1_000)
    assert checks(Prompt(("--database", f"sqlite:///{tmp_path}/noise.db")), exit=1)["database"][0] == "problem"


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Path, Prompt]:
    """Give a SQLite database with a workspace, and a command line on it."""
    file = tmp_path / "mine.db"
    prompt = Prompt(("--database", f"sqlite:///{file}"))
    prompt.json("workspace", "create", "Acme")
    (tmp_path / "lines.jsonl").write_text('{"content": "Dana prefers email."}\n')
    prompt.json("import", str(tmp_path / "lines.jsonl"))
    return file, prompt


def contents(file: Path) -> list[str]:
    with sqlite3.connect(file) as connection:
        return [row[0] for row in connection.execute("SELECT content FROM insights ORDER BY content")]


def test_a_saved_database_comes_back_as_it_was(filled: tuple[Path, Prompt], tmp_path: Path) -> None:
    file, prompt = filled
    saved = prompt.json("backup", str(tmp_path / "saved.db"))
    assert saved["size_bytes"] > 0
    assert prompt("backup", str(tmp_path / "saved.db")).code == 5, "it exists"
    prompt.json("backup", str(tmp_path / "saved.db"), "--force")
    (tmp_path / "more.jsonl").write_text('{"content": "Miguel likes hiking."}\n')
    prompt.json("import", str(tmp_path / "more.jsonl"))
    assert prompt("restore", str(tmp_path / "saved.db")).code == 5, "it would overwrite"
    assert len(contents(file)) == 2
    prompt.json("restore", str(tmp_path / "saved.db"), "--force")
    assert contents(file) == ["Dana prefers email."]
    elsewhere = tmp_path / "new" / "elsewhere.db"
    Prompt(("--database", f"sqlite:///{elsewhere}")).json("restore", str(tmp_path / "saved.db"))
    assert contents(elsewhere) == ["Dana prefers email."]
    assert sorted(p.name for p in elsewhere.parent.iterdir() if p.name.startswith(".")) == []


def test_what_is_damaged_is_never_brought_back(filled: tuple[Path, Prompt], tmp_path: Path) -> None:
    file, prompt = filled
    saved = tmp_path / "saved.db"
    prompt.json("backup", str(saved))
    spoiled = bytearray(saved.read_bytes())
    for at in range(8_192, len(spoiled), 4_096):
        spoiled[at : at + 64] = b"\xff" * 64
    for name, content in (
        ("spoiled.db", bytes(spoiled)),
        ("half.db", saved.read_bytes()[: len(spoiled) // 2]),
        ("empty.db", b""),
        ("text.db", b"x" * 9_999),
    ):
        (tmp_path / name).write_bytes(content)
        assert prompt("restore", str(tmp_path / name), "--force").code == 2, name
    assert prompt("restore", str(tmp_path / "absent.db"), "--force").code == 2
    assert contents(file) == ["Dana prefers email."]


def test_nothing_is_brought_back_under_a_worker(filled: tuple[Path, Prompt], tmp_path: Path) -> None:
    file, prompt = filled
    prompt.json("backup", str(tmp_path / "saved.db"))
    lock = hold_file(file)
    assert lock
    said = prompt("restore", str(tmp_path / "saved.db"), "--force")
    lock.close()
    assert (said.code, "works on" in said.err) == (5, True)


@pytest.mark.parametrize("times", [pytest.param(5, id="short"), pytest.param(50, id="long", marks=pytest.mark.slow)])
def test_what_is_saved_under_load_is_one_moment_of_the_history(parts: Parts, caller: Caller, tmp_path: Path, times: int) -> None:
    file = parts.app.database.file
    if file is None:
        pytest.skip("PostgreSQL has tools of its own")
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            pair = [read({"content": f"Fact {number} {half}."}) for half in ("one", "two")]
            insights.learn(parts.app, caller, pair)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(times):
            Prompt(("--database", f"sqlite:///{file}")).json("backup", str(tmp_path / f"{n}.db"))
    finally:
        over.set()
        writer.join()
    counted = [contents(tmp_path / f"{n}.db") for n in range(times)]
    for found in counted:
        assert len(found) % 2 == 0, "half of a transaction"
        assert {f.split()[1] for f in found} == {str(n) for n in range(len(found) // 2)}, "a gap"
    assert [len(found) for found in counted] == sorted(len(found) for found in counted)


def test_postgresql_has_tools_of_its_own(postgres_url: str, tmp_path: Path) -> None:
    said = Prompt(("--database", postgres_url))("backup", str(tmp_path / "x"))
    assert (said.code, "pg_dump" in said.err) == (2, True)
