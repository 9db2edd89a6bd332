"""Two workspaces never see each other, on any route."""

import json
from typing import Any

import httpx2
import pytest

from tests.api.hostile import sample, sample_body
from tests.server import BASE, Served, new_key

FACTS = [{"content": f"Team {n} says that the export is slow.", "entities": [{"name": f"Team {n}"}]} for n in range(4)]
ENDLESS = ("/stream", "/events")
LISTS = ("insights", "candidates", "patterns", "rules", "webhooks", "compounding/jobs", "compounding/metrics", "compounding/schedules")


def document(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = httpx2.get(served.url + "/openapi.json").json()
    return found


def operations(served: Served) -> list[tuple[str, str, dict[str, Any]]]:
    """List every guarded route as (method, path, description), from the server's own document."""
    return [
        (method.upper(), path.removeprefix(BASE), operation)
        for path, methods in document(served)["paths"].items()
        if path.startswith(BASE)
        for method, operation in methods.items()
    ]


def routes(served: Served) -> list[tuple[str, str, str]]:
    """List every guarded route as (method, path, scope)."""
    return [(method, path, operation["x-scope"]) for method, path, operation in operations(served)]


def call(client: httpx2.Client, method: str, path: str, operation: dict[str, Any]) -> httpx2.Response:
    """Call a route with what it takes."""
    query = {p["name"]: sample(p["schema"]) for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")}
    if method == "GET":
        return client.get(path, params=query)
    return client.request(method, path, json=sample_body(operation), params=query)


@pytest.fixture
def things(client: httpx2.Client) -> list[str]:
    """Fill the first workspace with a thing of each kind, and name them all."""
    insights = client.post("/insights", json=FACTS).json()["ids"]
    runs = [
        client.post("/compounding/trigger", json={"job_type": job}).json()["job_run_id"] for job in ("consolidation", "pattern_detection")
    ]
    for run in runs:
        client.get(f"/compounding/jobs/{run}?wait=20")
    rules = client.post("/rules/import", json={"document": "- Always ask Team 1 before an export.\n"}).json()["new"]
    told = client.post("/context/text", json={"content": "Team 9 says that the import is slow."}).json()["artifact_id"]
    hook = client.post("/webhooks", json={"url": "https://example.com/hook"}).json().get("id", "no-hook")
    found = [one["id"] for kind in ("candidates", "patterns") for one in client.get(f"/{kind}").json()["data"]]
    client.put("/compounding/schedules", json={"job_type": "metrics", "cron": "0 3 1 1 *"})
    return [insights[0], *runs, *rules, told, hook, *found[:6]]


def test_another_workspaces_things_look_like_none_at_all(
    served: Served, client: httpx2.Client, other: httpx2.Client, things: list[str]
) -> None:
    before, tried = _everything(client), 0
    for method, path, operation in operations(served):
        if "{" not in path or "{section}" in path:
            continue
        head, tail = path.split("{")[0], path.split("}")[1]
        absent = call(other, method, f"{head}00000000-nobody{tail}", operation)
        for id in things:
            foreign = call(other, method, f"{head}{id}{tail}", operation)
            assert foreign.status_code == absent.status_code == 404, (method, path, foreign.text)
            assert _without_id(foreign) == _without_id(absent)
            tried += 1
    assert tried > 100
    assert _everything(client) == before


def test_no_list_search_or_cursor_shows_another_workspaces_things(
    served: Served, client: httpx2.Client, other: httpx2.Client, things: list[str]
) -> None:
    for method, path, operation in operations(served):
        if method != "GET" or "{" in path or path.endswith(ENDLESS):
            continue
        asked = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and p["schema"].get("type", "string") == "string"]
        for query in ({}, *({name: value} for name in asked for value in (*things, "Team 1", "agent"))):
            answer = other.get(path, params=query)
            assert answer.status_code < 500, (path, query)
            assert "that the export is slow" not in answer.text, (path, query)
            assert "before an export" not in answer.text, (path, query)
    for path in LISTS:
        assert other.get(f"/{path}").json()["data"] == [], path


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


def _everything(client: httpx2.Client) -> list[str]:
    """Read all that the owner can list."""
    return [client.get(f"/{kind}").text for kind in (*LISTS, "policy")]
