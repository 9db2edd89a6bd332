"""A listener hears everything once and in order, wherever it left off."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest

from compoundry.app import Parts
from compoundry.client import Client
from compoundry.client.streaming import Event, Reader
from compoundry.model import Caller
from compoundry.service import happening
from compoundry.store import events as store
from tests.made import learn, run, said
from tests.server import Served, new_key

BASE = "/api/developers/v1"


def heard(client: httpx2.Client, path: str, *, most: int, last: str = "", lines: list[str] | None = None) -> Iterator[Event]:
    """Read so many events of a stream."""
    reader, seen = Reader(last_id=last), 0
    headers = {"Last-Event-ID": last} if last else {}
    with client.stream("GET", path, headers=headers, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if lines is not None:
                lines.append(line)
            if event := reader.take(line):
                yield event
                seen += 1
                if seen == most:
                    return


def test_a_stream_of_insights_follows_the_contract(client: httpx2.Client) -> None:
    for n in range(25):
        client.post("/insights", json={"content": f"Fact {n}."})
    lines: list[str] = []
    stream = heard(client, "/insights/stream", most=2, lines=lines)
    first = next(stream)
    assert lines[0].startswith(": connected workspace_id=")
    assert " token_id=" in lines[0]
    assert (first.type, first.data["insight_count"], len(first.data["insights"])) == ("insight.replay", 20, 20)
    assert set(first.data) == {"workspace", "insights", "insight_count", "emitted_at"}
    assert {"name", "slug"} <= set(first.data["workspace"])
    assert [i["content"] for i in first.data["insights"]] == [f"Fact {n}." for n in range(5, 25)]
    client.post("/insights", json=[{"content": "New one."}, {"content": "New two."}])
    live = next(stream)
    assert (live.type, [i["content"] for i in live.data["insights"]]) == ("insight.batch.created", ["New one.", "New two."])
    client.post("/insights", json={"content": "While nobody listened."})
    (missed,) = heard(client, "/insights/stream", most=1, last=live.id)
    assert [i["content"] for i in missed.data["insights"]] == ["While nobody listened."]


def test_a_run_is_followed_to_its_end(client: httpx2.Client) -> None:
    client.post("/insights", json={"content": "Dana leads sales."})
    id = client.post("/compounding/trigger", json={"job_type": "metrics"}).json()["job_run_id"]
    told = list(heard(client, f"/compounding/jobs/{id}/events", most=100))
    assert told[-1].type == "run.completed"
    assert told[-1].data["job_run_id"] == id
    assert {e.type for e in told[:-1]} <= {"run.progress"}
    assert client.get("/compounding/jobs/nothing/events").status_code == 404


def test_events_say_what_a_run_found_and_only_to_its_workspace(client: httpx2.Client, other: httpx2.Client) -> None:
    client.post("/insights", json={"content": "When the export times out, restart the queue worker first."})
    id = client.post("/compounding/trigger", json={"job_type": "playbook_synthesis"}).json()["job_run_id"]
    client.get(f"/compounding/jobs/{id}?wait=10")
    past = client.get("/events/past").json()["data"]
    assert [e["type"] for e in past] == ["insight.created", "run.accepted", "run.completed", "rule.created"]
    assert past[-1]["data"]["count"] == 1
    assert client.get(f"/events/past?after={past[1]['id']}&kind=rule.created").json()["data"] == [past[-1]]
    assert other.get("/events/past").json()["data"] == []
    for wrong in ("/events/past?kind=nonsense", "/events/past?after=x", "/events?kind=nonsense"):
        assert client.get(wrong).status_code == 400
    assert client.get("/insights/stream", headers={"Last-Event-ID": "nonsense"}).status_code == 400


def test_the_client_takes_a_broken_stream_up_again(served: Served, sqlite_url: str) -> None:
    with Client(served.url, new_key(sqlite_url)) as client:
        client.insights.add("Dana leads sales.")
        stream = client.events(after="0-0")
        first = next(stream)
        assert first.type == "insight.created"
        client.insights.add("Miguel likes hiking.")
        second = next(stream)
        assert (second.type, _place(second.id) > _place(first.id)) == ("insight.created", True)
        done = client.trigger("metrics").wait(10)
        assert [e.type for e in client.run_events(done.id)][-1] == "run.completed"


def test_a_reader_misses_nothing_of_many_writers(parts: Parts, caller: Caller) -> None:
    writers, each = 4, 25
    threads = [
        threading.Thread(target=lambda w=w: [learn(parts, caller, [said(f"Writer {w} says {n}.", day=1)]) for n in range(each)])
        for w in range(writers)
    ]
    heard_ids: list[str] = []
    at = "0-0"
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60
    while len(heard_ids) < writers * each and time.monotonic() < until:
        found = happening.events(parts.app, caller, after=at, kinds=["insight.created"], limit=7)
        heard_ids += [id for event in found for id in event.body["ids"]]
        at = found[-1].id if found else at
    for thread in threads:
        thread.join()
    assert len(heard_ids) == len(set(heard_ids)) == writers * each


def test_a_slow_transaction_is_never_overtaken(parts: Parts, caller: Caller) -> None:
    """On PostgreSQL a later event may commit first; it must wait for the earlier one. SQLite has one writer at a time."""
    if parts.app.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    now = datetime.now(UTC)
    with parts.app.database.engine.connect() as slow, slow.begin():
        store.record(slow, caller.workspace_id, "webhook.test", "slow", {}, now)
        with parts.app.database.write() as quick:
            store.record(quick, caller.workspace_id, "webhook.test", "quick", {}, now)
        assert happening.events(parts.app, caller) == []
    until = time.monotonic() + 30  # transactions of other databases in the cluster hold events back too
    while not (shown := happening.events(parts.app, caller)) and time.monotonic() < until:
        time.sleep(0.05)
    assert [e.subject for e in shown] == ["slow", "quick"]


def test_dry_runs_announce_their_end_and_nothing_found(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, [said("When the export times out, restart the queue worker first.", "Dana")])
    run(parts, caller, "playbook_synthesis", dry_run=True)
    while len(happening.events(parts.app, caller)) < 3:
        """On PostgreSQL, events are shown when no older transaction of any database runs any more."""
    assert [e.kind for e in happening.events(parts.app, caller)] == ["insight.created", "run.accepted", "run.completed"]


def _place(id: str) -> list[int]:
    """Read an event's id as its place: 0-10 comes after 0-9."""
    return [int(part) for part in id.split("-")]
