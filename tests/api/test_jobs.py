"""What can be done with runs, row by row of the contract, over a real socket."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from compoundry.app import assemble
from compoundry.settings import Settings
from compoundry.store import tables
from tests.api.test_contract import ended, must_be_problem
from tests.server import Served, new_key, serving

TWINS = [{"content": "Dana prefers email.", "entities": [{"name": "Dana"}]} for _ in range(3)]
TOLD = {"type", "message", "attempt", "at_stage", "retryable", "trace_id"}


@pytest.fixture(scope="module")
def idle_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('idle')}/idle.db"


@pytest.fixture(scope="module")
def idle(idle_url: str) -> Iterator[Served]:
    """Give a server whose runs nobody carries out."""
    new_key(idle_url)
    with serving(idle_url, "--no-worker") as running:
        yield running


@pytest.fixture
def waiting(idle: Served, idle_url: str) -> Iterator[httpx2.Client]:
    """Give a client of a new workspace there."""
    with idle.client(new_key(idle_url)) as made:
        yield made


def trigger(client: httpx2.Client, job_type: str, **more: object) -> str:
    id: str = client.post("/compounding/trigger", json={"job_type": job_type, **more}).json()["job_run_id"]
    return id


def test_runs_are_listed_newest_first_page_by_page_and_narrowed(waiting: httpx2.Client) -> None:
    made = [trigger(waiting, job, dry_run=dry) for dry in (True, False) for job in ("metrics", "decay_sweep", "consolidation")]
    seen, cursor = [], ""
    while True:
        page = waiting.get(f"/compounding/jobs?limit=4{cursor}").json()
        seen += [run["job_run_id"] for run in page["data"]]
        if "next_cursor" not in page:
            break
        cursor = f"&cursor={page['next_cursor']}"
        if len(seen) == 4:
            trigger(waiting, "metrics")  # what comes later doesn't move the pages
    assert seen == made[::-1]
    narrowed = waiting.get("/compounding/jobs?job_type=metrics&status=accepted&dry_run=true").json()["data"]
    assert [run["job_run_id"] for run in narrowed] == [made[0]]
    assert waiting.get("/compounding/jobs?status=completed").json()["data"] == []
    for wrong in ("status=paused", "limit=0", "dry_run=maybe"):
        must_be_problem(waiting.get(f"/compounding/jobs?{wrong}"), 400)


def test_a_run_that_has_not_ended_says_when_to_ask_again(waiting: httpx2.Client) -> None:
    id = trigger(waiting, "metrics")
    answer = waiting.get(f"/compounding/jobs/{id}?wait=0.3")
    assert (answer.json()["status"], answer.headers["Retry-After"].isdecimal()) == ("accepted", True)
    again = waiting.get(f"/compounding/jobs/{id}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert waiting.get(f"/compounding/jobs/{id}", headers={"If-None-Match": '"another"'}).status_code == 200
    for wrong in ("-1", "61", "soon", ""):
        must_be_problem(waiting.get(f"/compounding/jobs/{id}?wait={wrong}"), 400)
    progress = waiting.get(f"/compounding/jobs/{id}/progress").json()
    assert (progress["stage"], progress["processed"], progress["total"]) == ("accepted", 0, 0)
    assert progress["updated_at"].endswith("Z")


def test_a_waiting_run_is_cancelled_at_once_and_tried_again_as_a_new_one(waiting: httpx2.Client) -> None:
    id = trigger(waiting, "metrics")
    cancelled = waiting.post(f"/compounding/jobs/{id}/cancel").json()
    assert (cancelled["status"], cancelled["errors"], cancelled["error_details"]["type"]) == ("failed", 1, "cancelled")
    assert set(cancelled["error_details"]) >= TOLD
    must_be_problem(waiting.post(f"/compounding/jobs/{id}/cancel"), 409)
    again = waiting.post(f"/compounding/jobs/{id}/retry").json()
    assert again["job_run_id"] != id
    assert again["subject"] == id
    must_be_problem(waiting.post(f"/compounding/jobs/{again['job_run_id']}/retry"), 409)


def test_the_way_of_a_run_is_streamed_and_taken_up_again(client: httpx2.Client) -> None:
    client.post("/insights", json=TWINS)
    id = trigger(client, "consolidation")
    told = events(client, id)
    assert told[-1]["event"] == "run.completed"
    assert told[-1]["data"]["status"] == "completed"
    assert [e["event"] for e in events(client, id, last=told[0]["id"])][-1] == "run.completed"
    assert events(client, id, last=told[-1]["id"]) == []


def events(client: httpx2.Client, id: str, *, last: str = "") -> list[dict[str, Any]]:
    """Read the stream of a run to its end."""
    with client.stream("GET", f"/compounding/jobs/{id}/events", headers={"Last-Event-ID": last} if last else {}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join(answer.iter_text()).replace("\r\n", "\n")
    found = [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in text.split("\n\n") if "data:" in block]
    return [{**one, "data": json.loads(one["data"])} for one in found]


def test_a_preview_is_shown_applied_and_taken_back(client: httpx2.Client) -> None:
    client.post("/insights", json=TWINS)
    dry = trigger(client, "consolidation", dry_run=True)
    affected = ended(client, dry)["insights_affected"]
    assert affected >= 2
    shown = client.get(f"/compounding/jobs/{dry}/changes").json()["data"]
    first = client.get(f"/compounding/jobs/{dry}/changes?limit=1").json()
    assert first["data"] == shown[:1]
    assert client.get(f"/compounding/jobs/{dry}/changes?cursor={first['next_cursor']}").json()["data"] == shown[1:]
    assert all(change["why"]["text"] and {"before", "after"} <= set(edit) for change in shown for edit in change["edits"])
    applied = client.post(f"/compounding/jobs/{dry}/apply").json()["job_run_id"]
    assert ended(client, applied)["insights_affected"] == affected
    assert client.get(f"/compounding/jobs/{applied}/changes").json()["data"] == shown
    assert len(client.get("/insights").json()["data"]) == 1
    assert f"applied already, as run {applied}" in must_be_problem(client.post(f"/compounding/jobs/{dry}/apply"), 409)["message"]
    must_be_problem(client.post(f"/compounding/jobs/{dry}/revert"), 409)
    reverted = client.post(f"/compounding/jobs/{applied}/revert").json()["job_run_id"]
    assert ended(client, reverted)["status"] == "completed"
    assert len(client.get("/insights").json()["data"]) == 3
    must_be_problem(client.post(f"/compounding/jobs/{applied}/revert"), 409)


def test_a_preview_that_no_longer_fits_is_refused_and_says_what_changed(client: httpx2.Client) -> None:
    one, *_ = client.post("/insights", json=TWINS).json()["ids"]
    dry = trigger(client, "consolidation", dry_run=True)
    ended(client, dry)
    client.patch(f"/insights/{one}", json={"content": "Dana prefers calls."})
    told = must_be_problem(client.post(f"/compounding/jobs/{dry}/apply"), 409)
    assert one in json.dumps(told["details"])


def test_taking_back_keeps_later_edits_and_lists_them(client: httpx2.Client) -> None:
    client.post("/insights", json=TWINS)
    run = trigger(client, "consolidation")
    ended(client, run)
    merged = client.get(f"/compounding/jobs/{run}/changes").json()["data"][0]["subject"]
    client.request("DELETE", f"/insights/{merged}")
    reverted = client.post(f"/compounding/jobs/{run}/revert").json()["job_run_id"]
    told = ended(client, reverted)
    assert told["status"] == "completed"
    kept = [change for change in client.get(f"/compounding/jobs/{reverted}/changes").json()["data"] if change["change"] == "keep"]
    assert len(kept) == told["errors"] >= 1


def test_a_failed_run_says_what_where_and_whether_to_try_again(client: httpx2.Client, sqlite_url: str) -> None:
    one, other, *_ = client.post("/insights", json=TWINS).json()["ids"]
    client.put("/policy/canaries", json={"must_stay": [one, other]})
    told = ended(client, trigger(client, "consolidation"))["error_details"]
    assert set(told) >= TOLD
    assert (told["type"], told["attempt"], told["at_stage"], told["retryable"]) == ("too_much", 1, "plan", False)
    assert len(told["trace_id"]) == 32
    assert len(client.get("/insights").json()["data"]) == 3, "nothing was applied"


@pytest.mark.parametrize("path", ["", "/progress", "/changes", "/dispositions", "/events"])
def test_a_run_that_is_none_is_404_everywhere(client: httpx2.Client, path: str) -> None:
    for id in ("nobody", "00000000-0000-0000-0000-000000000000"):
        must_be_problem(client.get(f"/compounding/jobs/{id}{path}"), 404)
    for verb in ("apply", "revert", "cancel", "retry"):
        must_be_problem(client.post(f"/compounding/jobs/nobody/{verb}"), 404)


def test_no_writing_call_lets_a_client_choose_what_is_not_its_own(client: httpx2.Client, sqlite_url: str) -> None:
    stolen = {
        "id": "stolen-id",
        "workspace_id": 1,
        "created_at": "1999-01-01T00:00:00Z",
        "version": 4_711,
        "standing": "merged",
        "state": "completed",
    }
    insight = client.post("/insights", json={"content": "Dana prefers email.", **stolen}).json()["id"]
    client.patch(f"/insights/{insight}", json={"content": "Dana prefers calls.", **stolen, "standing": "active"})
    client.post(f"/insights/{insight}/reinforce", json=stolen)
    client.post("/compounding/trigger", json={"job_type": "metrics", **stolen})
    client.put("/compounding/schedules", json={"job_type": "metrics", "cron": "0 3 * * *", "next_at": "1999-01-01T00:00:00Z", **stolen})
    client.post("/rules/import", json={"document": "- Always test first.\n", **stolen})
    parts = assemble(Settings(encoder="hashed"), sqlite_url)
    with parts.app.database.read() as connection:
        for table in (tables.insights, tables.evidence, tables.runs, tables.schedules, tables.rules):
            rows = "\n".join(str(dict(row._mapping)) for row in connection.execute(table.select()))
            for secret in ("stolen-id", "'version': 4711"):
                assert secret not in rows, table.name
            if table not in (tables.insights, tables.evidence):  # those may have been observed long ago
                assert "datetime(1999" not in rows, table.name
    parts.close()
