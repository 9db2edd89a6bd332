"""What people say is held to the same on every face: no empty sentence, no endless one, nothing that is quietly left out."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from compoundry import Workspace
from compoundry.errors import Conflict, Invalid

LONG = "x" * 5_000
EARLIER, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def ws(database_url: str) -> Iterator[Workspace]:
    """Give an embedded workspace, on both databases in turn."""
    with Workspace.open(database_url, encoder="hashed") as opened:
        yield opened


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"content": " "}, "content: may not be blank"),
        ({"content": LONG}, "content: must have at most 4000 characters"),
        ({"content": "a\0b"}, "content: may not contain the character NUL or half a surrogate pair"),
        (
            {"contents": "Dana prefers letters."},
            "an insight has no 'contents' to change; it has content, type, pinned, standing, recheck_at",
        ),
        ({"type": "  "}, "type: may not be blank"),
        ({"recheck_at": "soon"}, "recheck_at: must be a date or time like 2026-01-31T09:00:00Z"),
    ],
)
def test_an_edit_that_would_spoil_an_insight_is_refused(ws: Workspace, wrong: dict[str, Any], said: str) -> None:
    id = ws.add("Dana prefers email.")
    with pytest.raises(Invalid) as refused:
        ws.edit(id, **wrong)
    assert refused.value.message == said
    assert ws.insight(id).content == "Dana prefers email."


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weight": 5.0}, "weight: must be less than or equal to 1"),
        ({"kind": "maybe"}, "kind: must be 'confirmed', 'contradicted', 'observed', 'outcome' or 'retrieved'"),
        ({"excerpt": "a\0b"}, "excerpt: may not contain the character NUL or half a surrogate pair"),
        ({"source": LONG}, "source: must have at most 400 characters"),
    ],
)
def test_evidence_that_is_none_is_refused(ws: Workspace, wrong: dict[str, Any], said: str) -> None:
    id = ws.add("Dana prefers email.")
    with pytest.raises(Invalid) as refused:
        ws.reinforce(id, **wrong)
    assert refused.value.message == said


def asked(ws: Workspace) -> str:
    """Leave a rule as a candidate, and return its id."""
    ws.add("Never deploy the billing service on a Friday.")
    ws.run("playbook_synthesis")
    return ws.candidates(kind="rule")[0].id


@pytest.mark.parametrize("wrong", [{"content": ""}, {"content": LONG}, {"note": LONG}])
def test_words_that_say_nothing_or_too_much_decide_nothing(ws: Workspace, wrong: dict[str, Any]) -> None:
    id = asked(ws)
    with pytest.raises(Invalid):
        ws.accept(id, **wrong)
    assert ws.candidate(id).status == "open"


@pytest.mark.parametrize("choice", [{"content": "Never deploy on a Friday."}, {"keep": "x"}, {"only": ["x", "y"]}])
def test_a_choice_that_a_candidate_does_not_leave_is_refused_and_not_dropped(ws: Workspace, choice: dict[str, Any]) -> None:
    id, (name,) = asked(ws), choice
    with pytest.raises(Invalid) as refused:
        ws.accept(id, **choice)
    assert refused.value.message.startswith(f"{name}: a rule is accepted as it is")
    assert ws.candidate(id).status == "open"


def test_who_decides_what_is_decided_learns_how_to_take_it_back(ws: Workspace) -> None:
    id = asked(ws)
    run = ws.accept(id)
    with pytest.raises(Conflict, match=f"the candidate was accepted already; to decide anew, revert run {run.record.id}"):
        ws.reject(id)
    run.revert()
    ws.reject(id)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda ws: ws.candidates(status="closed"), "status: must be one of open, accepted, rejected, withdrawn"),
        (lambda ws: ws.candidates(kind="habit"), "kind: must be one of merge, update, contradiction, audit, confirm, pattern, rule"),
        (lambda ws: ws.accept_many("merge", at_least=95), "at_least: must be less than or equal to 1"),
        (lambda ws: ws.accept_many("contradiction"), "kind: must be 'merge', 'update', 'audit', 'confirm', 'pattern' or 'rule'"),
        (
            lambda ws: ws.metrics(since=LATER, until=EARLIER),
            "from: lies after to; swap them",
        ),
        (
            lambda ws: ws.import_rules("<!-- compoundry:begin -->\n- Never deploy on a Friday.\n<!-- compoundry:end -->"),
            "document: holds no rules; each must be an item of a list, outside the block that Compoundry has written",
        ),
        (lambda ws: ws.rename("none", LONG), "label: must have at most 400 characters"),
        (lambda ws: ws.report("none", "helped", note=LONG), "note: must have at most 2000 characters"),
    ],
)
def test_a_word_that_nothing_is_called_is_refused(ws: Workspace, ask: Callable[[Workspace], object], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(ws)
    assert refused.value.message == said
