"""A workspace that was exported is the same one wherever it is put down; what was touched on the way is refused."""

import base64
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, make_url, select, text

from compoundry.app import Parts, assemble
from compoundry.client import Client
from compoundry.engine.encoding import encode_missing
from compoundry.errors import Conflict, Invalid
from compoundry.library import Workspace
from compoundry.model import Caller
from compoundry.service import access, explaining, insights, knowledge, moving, review, rulebook, runs, schedules, webhooks
from compoundry.service.schedules import Wanted
from compoundry.settings import Settings
from compoundry.store import portable
from compoundry.store.database import open_database
from compoundry.store.migrate import migrate
from compoundry.store.tables import metadata
from compoundry.text import safely
from tests.made import NOTES, learn, run, said
from tests.server import new_key, serving

CANARY = "whsec_"
NOTHING = base64.b64encode(zlib.compress(b"{}")).decode()
MANY = [
    *(said(f"Team {n} complains that exports are slow.", f"Team {n}", day=250 - n) for n in range(6)),
    *(said(f"Person {n} likes topic number {n * 7919 % 1009}.", f"Person {n}", day=255 - n) for n in range(30)),
]
ODD = {"content": 'Odd text: \u2028 = \u202e 東京 🙂 \\ " </script>', "metadata": {"deep": {"n": 1e-07, "list": [1, 2.5]}}}


@pytest.fixture
def lived(parts: Parts, caller: Caller) -> Caller:
    """Give a workspace with a history: insights, merges, a revert, decisions, patterns, rules, outcomes, settings."""
    learn(parts, caller, [*NOTES, *MANY, ODD])
    encode_missing(parts.shop, caller.workspace_id)
    for job in ("consolidation", "pattern_detection", "playbook_synthesis", "metrics", "decay_sweep"):
        last = run(parts, caller, job)
    run(parts, caller, "consolidation", dry_run=True)
    runs.revert(parts.app, caller, last.id)
    for asked in review.queue(parts.app, caller, limit=2):
        review.accept(parts.app, caller, asked.id, note="yes")
    for rule in knowledge.rules(parts.app, caller, limit=1):
        rulebook.report(parts.app, caller, rule.id, "helped", session="s1")
    rulebook.import_rules(parts.app, caller, "- Never commit secrets to the tree.\n", name="AGENTS.md")
    access.configure(parts.app, caller, "consolidation", {"merge_at": 0.97})
    schedules.schedule(parts.app, caller, [Wanted("metrics", "0 6 * * *", "Europe/Berlin")])
    webhooks.create(parts.app, caller, "https://example.com/hook")
    access.create_key(parts.app, caller.workspace_id, scopes=["record.read"])
    runs.trigger(parts.app, caller, "metrics")
    return caller


@pytest.fixture(params=["sqlite", "postgres"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Parts]:
    """Give another database with some workspaces already, so that ids differ."""
    if request.param == "sqlite":
        made = assemble(Settings(encoder="hashed"), f"sqlite:///{tmp_path}/elsewhere.db")
        yield made
        made.close()
        return
    base = request.getfixturevalue("postgres_url")
    admin = create_engine(make_url(base).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"{make_url(base).database}_{os.getpid()}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(base).set(database=name).render_as_string(hide_password=False)
    migrate(open_database(url))
    made = assemble(Settings(encoder="hashed"), url)
    yield made
    made.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def empty(parts: Parts) -> Caller:
    """Make a workspace with another id than that of the first."""
    access.create_workspace(parts.app, "Before")
    access.create_workspace(parts.app, "Before")
    return access.operator(access.create_workspace(parts.app, "Restored").id)


def counts(parts: Parts, caller: Caller) -> dict[str, int]:
    with parts.app.database.read() as connection:
        return {
            t.name: connection.scalar(select(func.count()).select_from(t).where(t.c.workspace_id == caller.workspace_id)) or 0
            for t in portable.MOVED
        }


def test_a_restored_workspace_is_the_same_on_either_database(parts: Parts, lived: Caller, elsewhere: Parts) -> None:
    lines = list(moving.export(parts.app, lived))
    there = empty(elsewhere)
    done = moving.restore(elsewhere.app, there, lines)
    assert done.state_hash == runs.state_hash(parts.app, lived) == runs.state_hash(elsewhere.app, there)
    before, after = counts(parts, lived), counts(elsewhere, there)
    unfinished = sum(r.state in ("accepted", "running") for r in runs.newest(parts.app, lived, limit=100))
    assert unfinished
    assert {**before, "runs": before["runs"] - unfinished} == after
    assert [name for name, n in after.items() if not n and name not in ("exposures", "artifacts")] == []
    again = list(moving.export(elsewhere.app, there))
    assert again[1:] == lines[1:], "an export of the copy is the export, line by line"
    assert access.policy(elsewhere.app, there) == access.policy(parts.app, lived)
    for ended in (r for r in runs.newest(parts.app, lived, limit=100) if r.state == "completed"):
        assert runs.changes(elsewhere.app, there, ended.id) == runs.changes(parts.app, lived, ended.id)
        assert runs.dispositions(elsewhere.app, there, ended.id) == runs.dispositions(parts.app, lived, ended.id)
    for insight in insights.recent(parts.app, lived, limit=50):
        assert insights.one(elsewhere.app, there, insight.id) == insight
        here, copy = explaining.why(parts.app, lived, insight.id), explaining.why(elsewhere.app, there, insight.id)
        assert sorted(here.decisions, key=repr) == sorted(copy.decisions, key=repr)


def test_a_restored_workspace_lives_on(parts: Parts, lived: Caller, stranger: Caller) -> None:
    moving.restore(parts.app, stranger, moving.export(parts.app, lived))
    before = runs.state_hash(parts.app, stranger)
    merged = next(r for r in runs.newest(parts.app, stranger, limit=50, job_type="pattern_detection", act="run") if not r.dry_run)
    assert run(parts, stranger, "decay_sweep").state == "completed"
    assert runs.revert(parts.app, stranger, merged.id)
    assert learn(parts, stranger, [{"content": "New there."}])[0].new
    assert runs.state_hash(parts.app, stranger) != before


def test_without_vectors_they_are_made_again(parts: Parts, lived: Caller, stranger: Caller) -> None:
    moving.restore(parts.app, stranger, moving.export(parts.app, lived, vectors=False))
    assert counts(parts, stranger)["vectors"] == 0
    assert encode_missing(parts.shop, stranger.workspace_id) > 0


def test_secrets_stay(parts: Parts, lived: Caller) -> None:
    whole = b"".join(moving.export(parts.app, lived))
    for secret in (CANARY.encode(), b"example.com/hook", b"digest"):
        assert secret not in whole


def test_every_table_goes_along_or_there_is_a_reason_why_not() -> None:
    assert {t.name for t in portable.MOVED} | set(portable.STAYS) == {t.name for t in metadata.sorted_tables}
    assert not {t.name for t in portable.MOVED} & set(portable.STAYS)


def test_only_an_empty_workspace_takes_an_export(parts: Parts, lived: Caller, stranger: Caller) -> None:
    lines = list(moving.export(parts.app, lived))
    moving.restore(parts.app, stranger, lines)
    with pytest.raises(Conflict, match="empty workspace"):
        moving.restore(parts.app, stranger, lines)


def _changed(lines: list[bytes], where: bytes, name: str, value: Any, *, honest: bool) -> list[bytes]:
    """Change a column of the first such row; an honest liar counts again at the end."""
    n = next(n for n, line in enumerate(lines) if line.startswith(where))
    ((table, row),) = json.loads(lines[n]).items()
    changed = [*lines]
    changed[n] = json.dumps({table: {**row, name: value}}).encode() + b"\n"
    if honest:
        end = json.loads(lines[-1])["end"]
        sha = hashlib.sha256(b"".join(changed[1:-1])).hexdigest()
        changed[-1] = json.dumps({"end": {**end, "sha256": sha}}).encode() + b"\n"
    return changed


def test_a_damaged_or_forged_export_leaves_nothing_behind(parts: Parts, lived: Caller, stranger: Caller) -> None:
    good = list(moving.export(parts.app, lived))
    bad = [
        [],
        [b"{}\n"],
        good[:-1],
        good[: len(good) // 2],
        [*good[:5], *good[6:]],
        [good[0], *reversed(good[1:-1]), good[-1]],
        [*good[:3], b"{broken\n", *good[3:]],
        [*good[:3], b'{"keys": {"id": "k"}}\n', *good[3:]],
        [*good[:3], b'{"workspaces": {"id": 1}}\n', *good[3:]],
        _changed(good, b'{"insights"', "content", "forged", honest=False),
        *(
            _changed(good, b'{"insights"', column, value, honest=True)
            for column, value in (
                *(("content", {"a": "dict"}), ("content", None), ("confidence", 9.5), ("confidence", "1"), ("standing", "holy")),
                *(("observed_at", "yesterday"), ("merged_into", 7), ("workspace_id", 1), ("content", "nul \0"), ("content", "other words")),
            )
        ),
        _changed(good, b'{"rules"', "reason", {"nonsense": 1}, honest=True),
        *(
            _changed(good, table, column, value, honest=True)
            for table in (b'{"batches"', b'{"dispositions"')
            for column, value in (("packed", "AAAA"), ("packed", NOTHING), ("first", "~"), ("last", ""))
        ),
        _changed(good, b'{"batches"', "size", 999, honest=True),
        _changed(good, b'{"runs"', "id", "x" * 65, honest=True),
        _changed(good, b'{"compoundry_export"', "policy", {"nonsense": {}}, honest=False),
        _changed(good, b'{"compoundry_export"', "version", 99, honest=False),
    ]
    for n, lines in enumerate(bad):
        with pytest.raises(Invalid):
            moving.restore(parts.app, stranger, lines)
        assert not any(counts(parts, stranger).values()), n
    assert access.policy(parts.app, stranger)["consolidation"]["merge_at"] != 0.97
    assert moving.restore(parts.app, stranger, good).state_hash


def test_a_server_gives_and_takes_a_workspace(parts: Parts, lived: Caller, tmp_path: Path) -> None:
    if not parts.app.database.is_sqlite:
        pytest.skip("the server needs nothing of the database")
    url = f"sqlite:///{tmp_path}/served.db"
    keys = [new_key(url, name=name) for name in ("One", "Two")]
    lines = list(moving.export(parts.app, lived))
    with serving(url) as served, Client(served.url, keys[0]) as one, Client(served.url, keys[1]) as two:
        told = one.restore(lines)
        assert told["state_hash"] == runs.state_hash(parts.app, lived)
        assert two.restore(one.export())["state_hash"] == told["state_hash"]
        assert list(two.export())[1:] == lines[1:]


def test_the_library_moves_between_files(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "a.db", encoder="hashed") as a, Workspace.open(tmp_path / "b.db", encoder="hashed") as b:
        a.add_all(NOTES)
        a.run("consolidation")
        assert a.export(tmp_path / "whole.jsonl") > len(NOTES)
        assert b.restore(tmp_path / "whole.jsonl").state_hash == a.state_hash() == b.state_hash()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", " =", "＝", "\n=", "'="])
def test_no_cell_is_a_formula_and_each_comes_back(sign: str) -> None:
    hostile = sign + 'HYPERLINK("http://evil","x")'
    assert not safely.cell(hostile).lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert safely.uncell(safely.cell(hostile)) == hostile


def test_times_before_1970_and_with_microseconds_are_kept(parts: Parts, caller: Caller, stranger: Caller) -> None:
    learn(parts, caller, [{"content": "Old.", "observed_at": "1969-07-20T20:17:40.123456+02:00"}])
    moving.restore(parts.app, stranger, moving.export(parts.app, caller))
    (copy,) = insights.recent(parts.app, stranger)
    (original,) = insights.recent(parts.app, caller)
    assert copy.observed_at == original.observed_at
    assert copy.created_at - original.created_at == timedelta(0)
