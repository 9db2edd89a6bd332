"""Two workspaces never see each other, on any route."""

import json
from typing import Any

import httpx2
import pytest

from tests.server import Served, new_key

FACTS = [{"content": f"Team {n} says that the export is slow.", "entities": [{"name": f"Team {n}"}]} for n in range(4)]

_BODIES = {("POST", "outcomes"): {"outcome": "helped"}}


def routes(served: Served) -> list[tuple[str, str, str]]:
    """List every guarded route as (method, path, scope), from the server's own description."""
    document: dict[str, Any] = httpx2.get(served.url + "/openapi.json").json()
    prefix = "/api/developers/v1"
    return [
        (method.upper(), path.removeprefix(prefix), operation["x-scope"])
        for path, operations in document["paths"].items()
        if path.startswith(prefix)
        for method, operation in operations.items()
    ]


def call(client: httpx2.Client, method: str, path: str) -> httpx2.Response:
    body = _BODIES.get((method, path.rsplit("/", 1)[-1]), {"content": "changed", "label": "changed"} if method == "PATCH" else {})
    return client.request(method, path, json=body) if method in ("POST", "PATCH", "PUT") else client.request(method, path)


def test_another_workspaces_things_look_like_none_at_all(served: Served, client: httpx2.Client, other: httpx2.Client) -> None:
    insight = client.post("/insights", json=FACTS).json()["ids"][0]
    run = client.post("/compounding/trigger", json={"job_type": "pattern_detection"}).json()["job_run_id"]
    client.get(f"/compounding/jobs/{run}?wait=10")
    candidates = client.get("/candidates").json()["data"]
    mine = {"{job_run_id}": [run], "{id}": [insight, *(c["id"] for c in candidates)]}
    tried = 0
    for method, path, _ in routes(served):
        for name in [name for name in mine if name in path]:
            for id in mine[name]:
                foreign, absent = call(other, method, path.replace(name, id)), call(other, method, path.replace(name, "00000000-nobody"))
                assert foreign.status_code == absent.status_code == 404, (method, path, foreign.text)
                assert _without_id(foreign) == _without_id(absent)
                tried += 1
    assert tried > 10
    for path in ("/insights", "/candidates", "/patterns", "/rules", "/compounding/jobs", "/compounding/metrics"):
        assert other.get(path).json()["data"] == [], path
    assert client.get(f"/insights/{insight}").json()["content"] == FACTS[0]["content"]


def test_a_cursor_of_another_workspace_is_none(client: httpx2.Client, other: httpx2.Client) -> None:
    run = client.post("/compounding/trigger", json={"job_type": "metrics"}).json()["job_run_id"]
    assert other.get(f"/compounding/jobs?cursor={run}").status_code == 404


def test_an_idempotency_key_belongs_to_one_workspace(client: httpx2.Client, other: httpx2.Client) -> None:
    once = {"Idempotency-Key": "same"}
    ours, theirs = (
        c.post("/compounding/trigger", json={"job_type": "metrics"}, headers=once).json()["job_run_id"] for c in (client, other)
    )
    assert ours != theirs


@pytest.mark.parametrize("scope", ["record.read", "record.write", "insight.stream"])
def test_every_route_needs_its_scope_before_it_looks_at_the_body(served: Served, sqlite_url: str, scope: str) -> None:
    with served.client(new_key(sqlite_url, scopes=scope)) as client:
        for method, path, needed in routes(served):
            place = path.replace("{id}", "x").replace("{job_run_id}", "x")
            with client.stream(method, place, content=b"{broken") as answer:  # read no further than needed: a stream never ends
                if needed == scope:
                    assert answer.status_code not in (401, 403), (method, path)
                else:
                    assert answer.status_code == 403, (method, path)
                    assert needed in json.loads(answer.read())["message"]


def _without_id(answer: httpx2.Response) -> dict[str, Any]:
    return {k: v for k, v in answer.json().items() if k != "request_id"}
