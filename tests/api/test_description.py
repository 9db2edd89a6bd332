"""The OpenAPI document tells the truth, and no version takes away what an older one promised."""

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from compoundry.api.server import api
from compoundry.app import Parts
from tests.api.compatibility import broken, promises
from tests.server import BASE

PROMISED = Path(__file__).with_name("promised.json")
UPDATE = "COMPOUNDRY_PROMISE"


@pytest.fixture
def document(parts: Parts) -> dict[str, Any]:
    found: dict[str, Any] = TestClient(api(parts.app, parts.settings)).get("/openapi.json").json()
    return found


def test_nothing_that_was_promised_is_taken_away(document: dict[str, Any]) -> None:
    if os.environ.get(UPDATE):
        PROMISED.write_text(json.dumps(promises(document), indent=1, sort_keys=True) + "\n")
    assert broken(json.loads(PROMISED.read_text()), promises(document)) == []


def test_every_way_to_break_a_client_is_seen(document: dict[str, Any]) -> None:
    status, trigger = f"{BASE}/compounding/jobs/{{job_run_id}}", f"{BASE}/compounding/trigger"

    def changed(change: Any) -> list[str]:
        new = copy.deepcopy(document)
        change(new)
        return broken(promises(document), promises(new))

    states = document["components"]["schemas"]["Status"]["properties"]["status"]["enum"]
    assert states == ["accepted", "running", "completed", "failed"]
    assert changed(lambda new: None) == []
    assert changed(lambda new: new["paths"].pop(status))
    assert changed(lambda new: new["components"]["schemas"]["Status"]["properties"]["status"]["enum"].append("paused"))
    assert changed(lambda new: new["components"]["schemas"]["Status"]["properties"].pop("errors"))
    assert changed(lambda new: new["components"]["schemas"]["Status"]["required"].remove("errors"))
    body = ("requestBody", "content", "application/json", "schema")
    post = document["paths"][trigger]["post"]
    assert post[body[0]][body[1]][body[2]][body[3]]["required"] == ["job_type"]
    assert changed(lambda new: new["paths"][trigger]["post"][body[0]][body[1]][body[2]][body[3]]["required"].append("dry_run"))
    assert changed(lambda new: new["paths"][status]["get"]["parameters"].pop())
    assert changed(lambda new: new["paths"][status]["get"]["parameters"].append({"in": "query", "name": "x", "required": True}))
    assert changed(lambda new: new["paths"][status]["get"]["responses"]["200"]["headers"].pop("ETag"))


def test_every_call_says_how_it_can_be_refused(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            responses = operation["responses"]
            assert "422" not in responses, (method, path)
            assert all("X-Request-Id" in response["headers"] for response in responses.values())
            if not path.startswith(BASE):
                continue
            assert {"400", "401", "403", "429", "503"} <= set(responses), (method, path)
            assert "WWW-Authenticate" in responses["401"]["headers"]
            assert "Retry-After" in responses["429"]["headers"]
            assert operation["security"] == [{"key": []}]
            for status, response in responses.items():
                schema = response.get("content", {}).get("application/json", {}).get("schema", {})
                assert schema.get("type") != "string", (method, path, status)


def test_writing_calls_that_may_be_repeated_say_so(document: dict[str, Any]) -> None:
    for method, path in (
        ("post", "/compounding/trigger"),
        ("post", "/insights"),
        ("patch", "/insights/{id}"),
        ("post", "/insights/{id}/reinforce"),
    ):
        named = {p["name"] for p in document["paths"][BASE + path][method]["parameters"] if p["in"] == "header"}
        assert "Idempotency-Key" in named, path


def test_answers_lead_to_the_calls_that_take_their_ids(document: dict[str, Any]) -> None:
    known = {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}
    links = [
        link
        for methods in document["paths"].values()
        for operation in methods.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert len(links) > 30
    assert {link["operationId"] for link in links} <= known
