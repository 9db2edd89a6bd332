"""Every route refuses every key that isn't right, in one way; keys are refused without a query and forgotten at once."""

import string
import time
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import event

from compoundry.app import Parts, assemble
from compoundry.errors import Unauthenticated
from compoundry.service import access
from compoundry.settings import Settings
from tests.api.test_contract import must_be_problem
from tests.api.test_tenancy import routes
from tests.server import ALL_SCOPES, BASE, Served, new_key


@pytest.fixture
def refused(sqlite_url: str) -> dict[str, str | None]:
    """Give one header of each kind that must be refused."""
    parts = assemble(Settings(encoder="hashed"), sqlite_url)
    workspace = access.create_workspace(parts.app, "Keys").id
    past = datetime.now(UTC) - timedelta(seconds=1)
    expired = access.create_key(parts.app, workspace, scopes=ALL_SCOPES.split(","), expires_at=past).key
    gone = access.create_key(parts.app, workspace, scopes=ALL_SCOPES.split(","))
    access.revoke_key(parts.app, gone.about.id)
    good = access.create_key(parts.app, workspace, scopes=ALL_SCOPES.split(",")).key
    parts.close()
    unknown = "A" * 43
    return {
        "none": None,
        "malformed": f"Basic {good}",
        "no key": "Bearer -",
        "mistyped": f"Bearer {good[:-1]}{'0' if good[-1] != '0' else '1'}",
        "unknown": f"Bearer sk-{unknown}{zlib.crc32(unknown.encode()):08x}",
        "expired": f"Bearer {expired}",
        "revoked": f"Bearer {gone.key}",
    }


def test_every_route_refuses_every_wrong_key_alike(served: Served, refused: dict[str, str | None]) -> None:
    found = routes(served)
    assert len(found) > 40
    client = httpx2.Client(base_url=served.url + BASE)
    for method, path, _ in found:
        bodies = []
        for kind, header in refused.items():
            headers = {} if header is None else {"Authorization": header}
            answer = client.request(method, path, headers=headers, content=b"{broken")
            body = must_be_problem(answer, 401)
            assert answer.headers["WWW-Authenticate"] == "Bearer", (method, path, kind)
            bodies.append({k: v for k, v in body.items() if k not in ("request_id", "message")})
        assert len({str(b) for b in bodies}) == 1


def test_a_single_wrong_character_is_refused_without_a_query(parts: Parts) -> None:
    key = access.create_key(parts.app, access.create_workspace(parts.app, "Typo").id, scopes=["record.read"]).key
    asked: list[str] = []
    event.listen(parts.app.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert access.authenticate(parts.app, key)
    assert asked
    asked.clear()
    for at in range(3, len(key)):
        for other in string.ascii_letters + string.digits + "-_":
            if other != key[at]:
                with pytest.raises(Unauthenticated):
                    access.authenticate(parts.app, key[:at] + other + key[at + 1 :])
    for at in range(3, len(key) - 1):
        if key[at] != key[at + 1]:
            with pytest.raises(Unauthenticated):
                access.authenticate(parts.app, key[:at] + key[at + 1] + key[at] + key[at + 2 :])
    assert asked == []


def test_a_revoked_key_stops_working_within_a_second(served: Served, sqlite_url: str) -> None:
    parts = assemble(Settings(encoder="hashed"), sqlite_url)
    made = access.create_key(parts.app, access.create_workspace(parts.app, "Revoked").id, scopes=["record.read"])
    with served.client(made.key) as client:
        assert client.get("/policy").status_code == 200
        access.revoke_key(parts.app, made.about.id)
        time.sleep(1)
        must_be_problem(client.get("/policy"), 401)
    parts.close()


def test_a_key_and_its_checksum_are_never_stored(parts: Parts) -> None:
    key = access.create_key(parts.app, access.create_workspace(parts.app, "Hidden").id, scopes=["record.read"]).key
    with parts.app.database.read() as connection:
        rows: list[Any] = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM keys")]
    assert not any(key[12:] in str(row) or key[-8:] in str(row) for row in rows)


def test_a_key_of_the_wrong_scope_names_the_right_one(served: Served, sqlite_url: str) -> None:
    with served.client(new_key(sqlite_url, scopes="record.read")) as client:
        body = must_be_problem(client.post("/compounding/trigger", content=b"{broken"), 403)
    assert "record.write" in body["message"]
