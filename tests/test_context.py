"""Texts are cut into insights in the background, once each, and questions are answered with what is known."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from compoundry.app import Parts, assemble
from compoundry.client import Client
from compoundry.engine.encoding import encode_missing
from compoundry.engine.notes import take_one
from compoundry.errors import Conflict, Invalid, LostRun, NotFound
from compoundry.model import Caller
from compoundry.service import access, asking, insights, telling
from compoundry.service.runs import Idempotency
from compoundry.settings import Settings
from compoundry.store import artifacts
from compoundry.store.database import clock
from compoundry.text.notes import sentences
from tests.made import learn, said
from tests.server import BASE, new_key, ready_url, serving, start
from tests.talker import talking

NOTES = """Call of Tuesday
Dana prefers email over phone calls. She hates voicemail.
- Acme Corp. wants single sign-on before launch.
- How are you?
When an export times out, restart the queue worker first.
"""
CUT = [
    "Dana prefers email over phone calls.",
    "Acme Corp. wants single sign-on before launch.",
    "When an export times out, restart the queue worker first.",
]


def known(parts: Parts, caller: Caller) -> list[str]:
    return [one.content for one in insights.recent(parts.app, caller, limit=1_000)]


def test_a_text_is_cut_into_what_it_says_about_somebody(parts: Parts, caller: Caller) -> None:
    told = telling.tell(parts.app, caller, NOTES, context="call notes")
    assert (told.state, known(parts, caller)) == ("pending", [])
    assert take_one(parts.shop) is not None
    assert take_one(parts.shop) is None
    done = telling.artifact(parts.app, caller, told.id)
    assert done.state == "completed"
    assert done.result is not None
    assert [one["content"] for one in done.result["insights"]] == CUT
    assert [(e["name"], e["type"], e["action"]) for e in done.result["entities_extracted"]] == [
        ("Dana", "thing", "created"),
        ("Acme Corp", "company", "created"),
    ]
    assert {name: done.result[name] for name in ("entities_created", "entities_updated", "insights_created")} == {
        "entities_created": 2,
        "entities_updated": 0,
        "insights_created": 3,
    }
    (about,) = insights.recent(parts.app, caller, entity="Dana")
    assert about.evidence[0].artifact == {"type": "text", "artifact_id": told.id, "context": "call notes"}


def test_known_names_are_found_as_they_are_written(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, [said("the export job runs at night", "export job", "SSO")])
    told = telling.tell(parts.app, caller, "Yesterday the export job failed twice. SSO is broken. A cat sat there.")
    take_one(parts.shop)
    done = telling.artifact(parts.app, caller, told.id)
    assert done.result is not None
    assert [(e["name"], e["action"]) for e in done.result["entities_extracted"]] == [("export job", "updated"), ("SSO", "updated")]


def test_a_long_text_without_a_line_break_is_cut_in_time_that_grows_with_it() -> None:
    assert len(sentences("Dana likes tea. Dr. Lee met her at Acme Inc. yesterday. " * 10_000)) == 20_000


def test_a_late_worker_changes_nothing(parts: Parts, caller: Caller) -> None:
    told = telling.tell(parts.app, caller, NOTES)
    with parts.app.database.write() as connection:
        held = artifacts.claim(connection, clock(connection), lease_s=-1)
    assert held is not None
    assert take_one(parts.shop) is not None, "the lease of the first one is over"
    with pytest.raises(LostRun), parts.app.database.write() as connection:
        artifacts.complete(connection, held, {}, clock(connection))
    assert len(known(parts, caller)) == len(CUT)
    assert telling.artifact(parts.app, caller, told.id).attempt == 2


def test_a_text_that_kills_its_workers_is_given_up(parts: Parts, caller: Caller) -> None:
    told = telling.tell(parts.app, caller, NOTES)
    for _ in range(parts.shop.attempts):
        with parts.app.database.write() as connection:
            artifacts.claim(connection, clock(connection), lease_s=-1)
    take_one(parts.shop)
    given_up = telling.artifact(parts.app, caller, told.id)
    assert (given_up.state, given_up.error[:8], known(parts, caller)) == ("failed", "given up", [])


def test_a_repeated_call_is_told_once(parts: Parts, caller: Caller, stranger: Caller) -> None:
    once = Idempotency("key", "digest")
    assert telling.tell(parts.app, caller, NOTES, once=once) == telling.tell(parts.app, caller, NOTES, once=once)
    with pytest.raises(Conflict):
        telling.tell(parts.app, caller, NOTES, once=Idempotency("key", "other"))
    with pytest.raises(NotFound):
        telling.artifact(parts.app, stranger, telling.tell(parts.app, caller, NOTES).id)
    with pytest.raises(Invalid):
        telling.tell(parts.app, caller, " \n")


def test_a_question_is_answered_in_the_words_that_are_known(parts: Parts, caller: Caller) -> None:
    telling.tell(parts.app, caller, NOTES)
    take_one(parts.shop)
    reply = asking.ask(parts.app, caller, "Does Dana prefer email over phone calls?", session="mine")
    assert (reply.answer, reply.known, reply.session) == ("Dana prefers email over phone calls. [1]", True, "mine")
    assert [(entity.name, count) for entity, count in reply.about] == [("Dana", 1)]


@pytest.mark.parametrize("question", ["Does Lakeside prefer email over phone calls?", "quantum chromodynamics", "Who won the world cup?"])
def test_what_is_not_known_is_not_made_up(parts: Parts, caller: Caller, question: str) -> None:
    telling.tell(parts.app, caller, NOTES)
    take_one(parts.shop)
    reply = asking.ask(parts.app, caller, question)
    assert (reply.answer[:12], reply.known, list(reply.quoted)) == ("I don't know", False, [])


def test_what_is_only_about_the_name_is_said_to_be_the_nearest(parts: Parts, caller: Caller) -> None:
    telling.tell(parts.app, caller, NOTES)
    take_one(parts.shop)
    encode_missing(parts.shop, caller.workspace_id)
    reply = asking.ask(parts.app, caller, "Does Dana prefer email over Friday night?")
    assert reply.quoted
    assert (reply.answer.startswith("I don't know for sure"), reply.known, reply.weak) == (True, False, True)


def test_an_existing_client_tells_polls_and_asks(tmp_path: Path) -> None:
    """Speak as public clients do: a host-only URL, paths from /api/developers on, nulls for what they don't know."""
    url = f"sqlite:///{tmp_path}/told.db"
    key = new_key(url)
    with serving(url) as served, httpx2.Client(base_url=served.url + BASE, headers={"Authorization": f"Bearer {key}"}, timeout=20) as http:
        told = http.post("/context/text", json={"content": NOTES, "context": None})
        assert told.status_code == 202
        done = _polled(http, told.json()["artifact_id"])
        assert set(done) >= {"operation_id", "status", "result", "created_at", "completed_at"}
        assert (done["status"], "error" in done, 0 < done["operation_id"] < 2**53) == ("completed", False, True)
        asked = http.post("/context/ask", json={"query": "Does Dana prefer email over phone calls?"}).json()
        assert set(asked) == {"answer", "session_id", "entity_references", "entities_considered", "signals_used", "metadata"}
        assert asked["answer"] == "Dana prefers email over phone calls. [1]"
        assert asked["signals_used"][0]["content"] == CUT[0]
        assert http.get("/context/artifacts/nobody").status_code == 404
        with Client(served.url, key) as client:
            assert client.context.artifact(client.context.tell("Miguel likes hiking."))["status"] in ("pending", "processing", "completed")
            assert client.context.ask("Who won the world cup?")["metadata"]["known"] is False


def _polled(http: httpx2.Client, id: str) -> dict[str, Any]:
    for _ in range(200):
        found: dict[str, Any] = http.get(f"/context/artifacts/{id}").json()
        if found["status"] in ("completed", "failed"):
            return found
        time.sleep(0.05)
    raise AssertionError("the text was not taken apart")


def test_each_text_is_taken_apart_once_though_workers_are_killed(database_url: str) -> None:
    parts = assemble(Settings(encoder="hashed"), database_url)
    caller = access.operator(access.create_workspace(parts.app, "Told").id)
    told = [telling.tell(parts.app, caller, f"Person{n}a likes tea {n}. Person{n}b hates tea {n}.") for n in range(30)]
    for n in range(2):
        process = start("serve", "--port", "0", "--database", database_url, COMPOUNDRY_LEASE_S="1")
        ready_url(process)
        time.sleep(0.1 * n)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
    with serving(database_url, COMPOUNDRY_LEASE_S="1"):
        for _ in range(200):
            ended = [telling.artifact(parts.app, caller, one.id).state for one in told]
            if set(ended) == {"completed"}:
                break
            time.sleep(0.1)
    found = known(parts, caller)
    parts.close()
    assert set(ended) == {"completed"}
    assert (len(found), len(set(found))) == (60, 60)


def test_a_language_model_helps_where_it_is_asked_and_invents_nothing(database_url: str) -> None:
    said = [
        {"content": "Dana hates voicemail.", "names": ["Dana"]},
        {"content": "Dana hates voicemail since 2019.", "names": ["Dana"]},
        {"content": "Dana never prefers email.", "names": ["Dana"]},
        {"content": "Eve prefers email.", "names": ["Eve"]},
        {"content": "Somebody prefers email.", "names": []},
        "Dana prefers email.",
    ]
    with talking(lambda text: f"Here you are:\n```json\n{json.dumps(said)}\n```") as talk:
        parts = assemble(Settings(encoder="hashed", chat=f"small@{talk.url}", extractor="chat"), database_url)
        caller = access.operator(access.create_workspace(parts.app, "Helped").id)
        telling.tell(parts.app, caller, NOTES)
        take_one(parts.shop)
        assert set(known(parts, caller)) == {*CUT, "Dana hates voicemail."}
        assert len(talk.asked) == 1
    telling.tell(parts.app, caller, "Miguel likes hiking.")
    take_one(parts.shop)
    assert "Miguel likes hiking." in known(parts, caller), "the model is away, the rules are not"
    parts.close()


def test_no_model_is_asked_by_default(parts: Parts, database_url: str) -> None:
    assert parts.shop.extractor is None
    with pytest.raises(Invalid, match="names no model"):
        assemble(Settings(encoder="hashed", extractor="chat"), database_url)
