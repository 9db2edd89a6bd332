"""Every statement that a call of a workspace sends to the database names the workspace for every table it touches."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlglot
from sqlalchemy import event
from sqlglot import exp
from starlette.testclient import TestClient

from compoundry.api.server import api
from compoundry.app import Parts
from compoundry.engine.execution import execute
from compoundry.service import access
from compoundry.store import claims
from compoundry.store.claims import Lease
from compoundry.store.database import Database, clock
from compoundry.store.tables import metadata
from tests.api.hostile import sample, sample_body
from tests.made import NOTES
from tests.server import ALL_SCOPES, BASE

OWNED = {t.name for t in metadata.sorted_tables if "workspace_id" in t.columns} - {"keys"}  # a key is what tells the workspace
ENDLESS = ("/stream", "/events")


def unnamed(sql: str, dialect: str) -> set[str]:
    """Name the tables of workspaces that a statement touches without saying which workspace."""
    plain = re.sub(r"%\(\w+\)s(::(TIMESTAMP WITH TIME ZONE|DOUBLE PRECISION|\w+)(\(\d+\))?(\[\])?)?", "?", sql)
    statement = sqlglot.parse_one(plain, dialect=dialect)
    assert statement is not None
    if isinstance(statement, exp.Insert):
        columns = {c.name for c in statement.this.find_all(exp.Identifier)}
        written = statement.this.find(exp.Table).name
        return {written} if written in OWNED and "workspace_id" not in columns else set()
    touched = {t.alias_or_name: t.name for t in statement.find_all(exp.Table) if t.name in OWNED}
    said = {column.table for column in _compared(statement)}
    return {name for alias, name in touched.items() if alias not in said and not ("" in said and len(touched) == 1)}


def _compared(statement: exp.Expr) -> Iterator[exp.Column]:
    """Find the columns `workspace_id` that are compared with something."""
    for comparison in statement.find_all(exp.EQ, exp.In):
        for column in comparison.find_all(exp.Column):
            if column.name == "workspace_id" and column.find_ancestor(exp.Select) is comparison.find_ancestor(exp.Select):
                yield column


@contextmanager
def watched(database: Database) -> Iterator[list[str]]:
    """Collect the statements of the block."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


def carry_out(parts: Parts, sent: list[str]) -> None:
    """Carry out what waits; looking for it spans all workspaces, and isn't collected."""
    while True:
        before = len(sent)
        with parts.app.database.write() as connection:
            run = claims.claim(connection, Lease("me", 60), clock(connection))
        del sent[before:]
        if run is None:
            return
        execute(parts.shop, run, threading.Event())


def test_every_statement_names_the_workspace(parts: Parts) -> None:
    workspace = access.create_workspace(parts.app, "Named").id
    key = access.create_key(parts.app, workspace, scopes=ALL_SCOPES.split(",")).key
    client = TestClient(api(parts.app, parts.settings), headers={"Authorization": f"Bearer {key}"})
    document = client.get("/openapi.json").json()
    with watched(parts.app.database) as sent:
        client.post(BASE + "/insights", json=NOTES)
        for job in ("consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics"):
            for dry in (True, False):
                once = {"Idempotency-Key": f"{job} {dry}"}
                client.post(BASE + "/compounding/trigger", json={"job_type": job, "dry_run": dry}, headers=once)
                carry_out(parts, sent)
        ids = _ids(client)
        for path, methods in sorted(document["paths"].items(), key=lambda p: p[0].endswith("{id}")):
            for method, operation in methods.items():
                if path.startswith(BASE) and not path.endswith(ENDLESS):
                    _call(client, method, path, operation, ids)
                    carry_out(parts, sent)
    dialect = "sqlite" if parts.app.database.is_sqlite else "postgres"
    every = sorted(set(sent))
    assert len(every) > 100
    assert "\n".join(f"{tables}: {sql}" for sql in every if (tables := unnamed(sql, dialect))) == ""


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT id FROM insights", {"insights"}),
        ("SELECT id FROM insights WHERE id = ?", {"insights"}),
        ("SELECT workspace_id FROM insights WHERE id = ?", {"insights"}),
        ("SELECT id FROM insights WHERE workspace_id = ? AND id = ?", set()),
        ("SELECT i.id FROM insights AS i JOIN evidence AS e ON e.insight_id = i.id WHERE i.workspace_id = ?", {"evidence"}),
        ("SELECT i.id FROM insights AS i JOIN evidence AS e ON e.workspace_id = i.workspace_id WHERE i.workspace_id = ?", set()),
        ("UPDATE runs SET state = ? WHERE id = ?", {"runs"}),
        ("DELETE FROM evidence WHERE insight_id IN (SELECT id FROM insights WHERE insights.workspace_id = ?)", {"evidence"}),
        ("INSERT INTO evidence (id) VALUES (?)", {"evidence"}),
        ("INSERT INTO evidence (workspace_id, id) VALUES (?, ?)", set()),
        ("SELECT id FROM workspaces WHERE slug = ?", set()),
    ],
)
def test_a_statement_that_names_no_workspace_is_seen(sql: str, found: set[str]) -> None:
    assert unnamed(sql, "sqlite") == found


@pytest.mark.parametrize(("where", "found"), [("", {"insights"}), ("insights.workspace_id = %(workspace_id_1)s::INTEGER AND ", set())])
def test_arrays_of_parameters_are_read(where: str, found: set[str]) -> None:
    told = "unnest(%(all_id)s::VARCHAR(64)[], %(all_confidence)s::FLOAT[]) AS told(id, confidence)"
    sql = f"UPDATE insights SET confidence = told.confidence FROM {told} WHERE {where}insights.id = told.id"
    assert unnamed(sql, "postgres") == found


def _ids(client: TestClient) -> dict[str, str]:
    """Find one thing of each kind by the first part of its path."""
    found = {kind: client.get(f"{BASE}/{kind}").json()["data"] for kind in ("insights", "candidates", "patterns", "rules")}
    runs = client.get(f"{BASE}/compounding/jobs").json()["data"]
    return {"compounding": runs[0]["job_run_id"], **{kind: some[0]["id"] for kind, some in found.items() if some}}


def _call(client: TestClient, method: str, path: str, operation: dict[str, Any], ids: dict[str, str]) -> None:
    kind = path.removeprefix(BASE + "/").split("/")[0]
    place = re.sub(r"\{\w+\}", ids.get(kind, "nobody"), path.replace("{section}", "sources"))
    query = {p["name"]: sample(p["schema"]) for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")}
    assert client.request(method.upper(), place, json=sample_body(operation), params=query).status_code < 500, place
