"""Every row of the public contract, over a real socket."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.problems import CANARY
from tests.server import BASE, Served

JOBS = ["consolidation", "pattern_detection", "playbook_synthesis", "decay_sweep", "metrics"]
FIELDS = {
    "job_run_id": str, "job_type": str, "workspace_id": int, "status": str, "dry_run": bool, "insights_scanned": int,
    "insights_affected": int, "candidates_created": int, "errors": int, "started_at": str,
}  # fmt: skip
ENDED = {"completed_at": str, "duration_ms": int}
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


def ended(client: httpx2.Client, id: str) -> dict[str, Any]:
    """Poll until the run has ended, checking each answer on the way."""
    seen = {"insights_scanned": 0, "insights_affected": 0, "candidates_created": 0, "errors": 0}
    for _ in range(2_000):
        answer = client.get(f"/compounding/jobs/{id}")
        body: dict[str, Any] = answer.json()
        must_be_status(body)
        assert all(body[name] >= least for name, least in seen.items()), "a counter went down"
        seen = {name: body[name] for name in seen}
        if body["status"] in ("completed", "failed"):
            return body
        assert int(answer.headers["Retry-After"]) >= 1
        time.sleep(0.01)
    raise AssertionError("the run never ended")


def must_be_status(body: dict[str, Any]) -> None:
    assert body["status"] in ("accepted", "running", "completed", "failed")
    assert None not in body.values()
    wanted = FIELDS | (ENDED if body["status"] in ("completed", "failed") else {})
    for name, kind in wanted.items():
        assert type(body[name]) is kind, (name, body[name])
    assert INSTANT.match(body["started_at"])
    if body["status"] not in ("completed", "failed"):
        assert not {"completed_at", "duration_ms", "error_details"} & set(body)
    if body["status"] == "failed":
        assert body["errors"] >= 1
        assert {"type", "message"} <= set(body["error_details"])
    else:
        assert "error_details" not in body


def must_be_problem(answer: httpx2.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == status
    assert len(body["message"]) > 3
    return body


@pytest.mark.parametrize("dry_run", [True, False, None])
@pytest.mark.parametrize("job_type", JOBS)
def test_a_trigger_is_accepted_and_ends(client: httpx2.Client, job_type: str, dry_run: bool | None) -> None:
    client.post("/insights", json=[{"content": "Dana prefers email."}, {"content": "Dana prefers e-mail."}])
    body = {"job_type": job_type} | ({} if dry_run is None else {"dry_run": dry_run})
    answer = client.post("/compounding/trigger", json={**body, "unknown": {"is": "ignored"}})
    assert answer.status_code == 202
    told = answer.json()
    assert UUID(told["job_run_id"])
    assert (told["job_type"], told["dry_run"], told["status"], told["success"]) == (job_type, bool(dry_run), "accepted", True)
    assert type(told["workspace_id"]) is int
    assert None not in told.values()
    last = ended(client, told["job_run_id"])
    assert last["status"] == "completed", last
    assert last["insights_scanned"] >= 1
    assert client.get(f"/compounding/jobs/{told['job_run_id']}").json() == last


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'"x"', b"null", b"{}", b'{"job_type": null}', b'{"job_type": 5}', b'{"job_type": "merge"}', b'{"job_type": ""}',
        b'{"job_type": "metrics", "dry_run": 0}', b'{"job_type": "metrics", "dry_run": "true"}',
        b'{"job_type": "metrics", "dry_run": null}',
        b"\xff\xfe{\x00", b'{"job_type": "met\\u0000rics"}', b"[" * 100_000, b'{"job_type": "metrics"} x', b'{"job_type": NaN}',
    ],
)  # fmt: skip
def test_a_wrong_body_is_400(client: httpx2.Client, body: bytes) -> None:
    must_be_problem(client.post("/compounding/trigger", content=body, headers={"Content-Type": "application/json"}), 400)


def test_fields_that_a_trigger_ignores_are_named(client: httpx2.Client) -> None:
    answer = client.post("/compounding/trigger", json={"job_type": "metrics", "dryrun": True})
    assert (answer.status_code, answer.json()["dry_run"], answer.json()["ignored"]) == (202, False, ["dryrun"])
    assert "ignored" not in client.post("/compounding/trigger", json={"job_type": "metrics", "dry_run": True}).json()


def test_a_body_without_content_type_is_accepted(client: httpx2.Client) -> None:
    request = client.build_request("POST", "/compounding/trigger", content=b'{"job_type": "metrics"}')
    request.headers.pop("content-type", None)
    assert client.send(request).status_code == 202


@pytest.mark.parametrize("value", [None, "", "Bearer", "Basic abc", "sk-abc", "Bearer sk-abc", "Bearer sk-" + "a" * 51, "Bearer ü"])
@pytest.mark.parametrize("path", ["/compounding/trigger", "/nowhere", "/compounding/jobs/x", "/insights"])
def test_no_valid_key_is_401_before_anything_else(served: Served, path: str, value: str | None) -> None:
    headers = {} if value is None else {"Authorization": value.encode("latin-1")}
    for method in ("GET", "POST", "DELETE"):
        answer = httpx2.request(method, served.url + BASE + path, headers=headers, content=b"{broken")  # type: ignore[arg-type]
        must_be_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("id", ["x", "00000000-0000-0000-0000-000000000000", "%00", "..%2f..", "a" * 300, "%F0%9F%98%80", "1%27--"])
def test_an_unknown_or_malformed_run_is_404(client: httpx2.Client, id: str) -> None:
    must_be_problem(client.get(f"/compounding/jobs/{id}"), 404)


def test_errors_of_the_framework_have_the_same_shape(client: httpx2.Client) -> None:
    must_be_problem(client.get("/nowhere"), 404)
    answer = client.put("/compounding/trigger")
    must_be_problem(answer, 405)
    assert answer.headers["Allow"] == "POST"
    answer = client.put("/insights/x")
    assert {m.strip() for m in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "PATCH", "DELETE"}
    must_be_problem(client.post("/insights", content=b" " * (8 * 1024 * 1024 + 1)), 413)


def test_the_burst_of_real_clients_takes_effect_in_pipeline_order(client: httpx2.Client) -> None:
    client.post(
        "/insights", json=[{"content": f"Team {n} says that the export is slow.", "entities": [{"name": f"Team {n}"}]} for n in range(5)]
    )
    with ThreadPoolExecutor(3) as pool:
        burst = ["playbook_synthesis", "pattern_detection", "consolidation"]
        ids = list(pool.map(lambda job: client.post("/compounding/trigger", json={"job_type": job}).json()["job_run_id"], burst))
    rules, patterns, merged = (ended(client, id) for id in ids)
    assert {rules["status"], patterns["status"], merged["status"]} == {"completed"}
    assert merged["completed_at"] < patterns["completed_at"] < rules["completed_at"]


def test_insights_are_listed_newest_first_under_both_names(client: httpx2.Client) -> None:
    entity = {"name": "Acme", "type": "company"}
    client.post(
        "/insights",
        json=[{"content": f"Fact {n}.", "entities": [entity], "confidence": 0.9, "evidence": [{"excerpt": "seen"}]} for n in range(30)],
    )
    body = client.get("/insights").json()
    assert body["data"] == body["insights"]
    assert len(body["data"]) == 20
    assert len(client.get("/insights?limit=1000").json()["data"]) == 30
    one = body["data"][0]
    assert {
        "id",
        "workspace_id",
        "content",
        "type",
        "type_description",
        "entities",
        "confidence",
        "confidence_level",
        "target",
        "evidence",
        "created_at",
    } <= set(one)
    assert type(one["workspace_id"]) is str
    assert one["target"] == {"type": "entity", "entity_type": "company", "hint": "Acme"}
    assert one["confidence_level"] in ("low", "medium", "high", "very_high")
    assert {"excerpt", "artifact"} <= set(one["evidence"][0])
    assert [i["created_at"] for i in body["data"]] == sorted((i["created_at"] for i in body["data"]), reverse=True)


@pytest.mark.parametrize("query", ["last=30m", "last=2h", "last=1h30m", "last=1d", "last=1w",
                                   "from=2020-01-01T00:00:00Z", "from=2020-01-01T00:00:00%2B02:00",
                                   "from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z", "limit=100"])  # fmt: skip
def test_ranges_of_insights(client: httpx2.Client, query: str) -> None:
    client.post("/insights", json={"content": "Dana prefers email."})
    answer = client.get(f"/insights?{query}")
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == 1


@pytest.mark.parametrize("query", ["last=", "last=-1h", "last=0s", "last=5", "last=1y",
                                   "last=1h&from=2020-01-01T00:00:00Z", "limit=0", "limit=-3", "limit=x",
                                   "from=2021-01-01T00:00:00Z&to=2020-01-01T00:00:00Z", "from=yesterday", "from=",
                                   "to=2020-01-01", "last=999999999w"])  # fmt: skip
def test_wrong_ranges_are_400(client: httpx2.Client, query: str) -> None:
    must_be_problem(client.get(f"/insights?{query}"), 400)


def test_merged_insights_are_not_listed(client: httpx2.Client) -> None:
    client.post("/insights", json=[{"content": "Dana prefers email.", "entities": [{"name": "Dana"}]} for _ in range(3)])
    ended(client, client.post("/compounding/trigger", json={"job_type": "consolidation"}).json()["job_run_id"])
    assert len(client.get("/insights").json()["data"]) == 1


def test_the_same_idempotency_key_gives_the_same_run(client: httpx2.Client) -> None:
    once = {"Idempotency-Key": "load-42"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/compounding/trigger", json={"job_type": "metrics"}, headers=once), range(8)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.text for a in answers}) == 1
    must_be_problem(client.post("/compounding/trigger", json={"job_type": "decay_sweep"}, headers=once), 409)


def test_an_unchanged_run_answers_304(client: httpx2.Client) -> None:
    id = client.post("/compounding/trigger", json={"job_type": "metrics"}).json()["job_run_id"]
    ended(client, id)
    tag = client.get(f"/compounding/jobs/{id}").headers["ETag"]
    answer = client.get(f"/compounding/jobs/{id}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_long_poll_answers_when_the_run_ends(client: httpx2.Client) -> None:
    id = client.post("/compounding/trigger", json={"job_type": "metrics"}).json()["job_run_id"]
    assert client.get(f"/compounding/jobs/{id}?wait=10").json()["status"] == "completed"


def test_fields_that_are_not_the_clients_are_never_stored(client: httpx2.Client) -> None:
    hostile = {
        "content": "Dana prefers email.",
        "id": "mine",
        "workspace_id": 999,
        "created_at": "1999-01-01T00:00:00Z",
        "standing": "merged",
        "version": 7,
    }
    made = client.post("/insights", json=hostile).json()
    stored = client.get(f"/insights/{made['id']}").json()
    assert stored["id"] != "mine"
    assert stored["workspace_id"] != "999"
    assert not stored["created_at"].startswith("1999")
    assert (stored["standing"], stored["version"]) == ("active", 1)
    must_be_problem(client.post("/insights", json={"content": "x", "confidence": 9}), 400)


def test_good_items_of_a_list_are_kept_and_bad_ones_named(client: httpx2.Client) -> None:
    answer = client.post("/insights", json=[{"content": "Good."}, {"content": ""}, 5, {"content": "Also good."}, {"content": "x\x00y"}])
    assert answer.status_code == 201
    assert [e["index"] for e in answer.json()["errors"]] == [1, 2, 4]
    assert len(answer.json()["ids"]) == 2


def test_an_error_never_repeats_what_an_insight_says(client: httpx2.Client) -> None:
    content = f"Dana is ill, {CANARY}. "
    for wrong in ({"content": content * 500}, {"content": content, "confidence": content}, {"content": content, "entities": [[content]]}):
        must_be_problem(client.post("/insights", json=wrong), 400)
    id = client.post("/insights", json={"content": content}).json()["id"]
    must_be_problem(client.patch(f"/insights/{id}", json={"content": content, "pinned": content}), 400)
    must_be_problem(client.patch(f"/insights/{id}", json={"content": content}, headers={"If-Match": '"9"'}), 409)
    must_be_problem(client.post(f"/insights/{id}/reinforce", json={"excerpt": content, "kind": content}), 400)
