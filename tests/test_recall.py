"""What is known is found by its words and by its meaning."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from compoundry import Workspace
from compoundry.app import Parts
from compoundry.engine.encoding import encode_missing
from compoundry.errors import Invalid
from compoundry.model import Caller
from compoundry.service.recalling import recall
from tests.made import learn, said

NOW = datetime.now(UTC)


@pytest.fixture
def ws(database_url: str) -> Iterator[Workspace]:
    """Give an embedded workspace that knows a few things, on both databases in turn."""
    with Workspace.open(database_url, encoder="hashed") as opened:
        opened.add("Dana prefers email over phone calls.", entities=["Dana"], observed_at=NOW - timedelta(days=9))
        opened.add("Miguel likes hiking in the mountains.", entities=["Miguel"], observed_at=NOW - timedelta(days=2))
        opened.add("Northwind pays its invoices late.", entities=["Northwind"])
        yield opened


def test_the_best_answer_comes_first(ws: Workspace) -> None:
    assert ws.recall("How does Dana want to be reached, by email?")[0].insight.content.startswith("Dana prefers")
    assert ws.recall("late invoices", limit=1)[0].insight.content.startswith("Northwind")
    assert ws.recall("quantum chromodynamics") == []


def test_new_and_changed_insights_are_found_at_once(ws: Workspace) -> None:
    assert ws.recall("blue whales") == []
    id = ws.add("Lakeside sells blue whales.")
    assert [r.insight.id for r in ws.recall("blue whales")] == [id]
    ws.edit(id, content="Lakeside sells red pandas.")
    assert ws.recall("blue whales") == []
    ws.edit(id, standing="archived")
    assert ws.recall("red pandas") == []


def test_an_entity_a_time_and_a_budget_narrow_it(ws: Workspace) -> None:
    assert ws.recall("hiking email invoices", entity="Miguel")[0].insight.content.startswith("Miguel")
    assert {r.insight.entities[0].name for r in ws.recall("hiking email invoices", as_of=NOW - timedelta(days=5))} == {"Dana"}
    whole = ws.recall("hiking email invoices")
    assert len(ws.recall("hiking email invoices", max_tokens=12)) < len(whole)


@pytest.mark.parametrize(("query", "limit"), [("  ", 3), ("email", 0), ("email", 1_000)])
def test_nonsense_is_refused(ws: Workspace, query: str, limit: int) -> None:
    with pytest.raises(Invalid):
        ws.recall(query, limit=limit)


def test_vectors_that_come_later_are_searched_with_the_same_words(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, [said("Dana prefers email over phone calls."), said("Northwind pays its invoices late.")])
    by_words = recall(parts.app, caller, "prefer email")
    encode_missing(parts.shop, caller.workspace_id)
    by_both = recall(parts.app, caller, "prefer email")
    assert [r.insight.id for r in by_both] == [r.insight.id for r in by_words]
    assert by_both[0].words == by_words[0].words
    assert by_both[0].meaning > by_words[0].meaning == 0
