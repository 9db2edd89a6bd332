"""A run that is shown what is new, and whatever is about the same, decides what it decides when it is shown everything."""

from contextlib import suppress
from random import Random
from typing import Any

import pytest

from compoundry import jobs
from compoundry.app import Parts
from compoundry.engine import execution
from compoundry.errors import Conflict
from compoundry.job import View
from compoundry.model import Caller, Run
from compoundry.service import access, insights, review, runs
from compoundry.store.database import Connection
from compoundry.store.look import look
from tests.made import learn, run, said

_WHAT = [
    "prefers email over phone calls", "Prefers e-mail over phone calls.", "does not prefer email over phone calls", "has 200 employees",
    "now has 250 employees", "complained about slow exports", "complained about the slow exports", "renewed the licence",
    "asked for the audit log", "asked for an audit log", "uses the old audit log",
]  # fmt: skip
_LOOSE = {"merge_at": 0.3, "review_at": 0.3, "near_at": 0.3, "reworded_at": 0.4, "audit_share": 0.5}


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[View, View]]:
    """Collect what runs are shown, each with all that there is at that moment."""
    seen: list[tuple[View, View]] = []

    def looked(connection: Connection, workspace_id: int, **asked: Any) -> View:
        shown = look(connection, workspace_id, **asked)
        seen.append((shown, look(connection, workspace_id, **{**asked, "touched": None, "tick": lambda *_: None})))
        return shown

    monkeypatch.setattr(execution, "look", looked)
    return seen


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_is_the_same_when_only_what_is_touched_is_shown(
    parts: Parts, caller: Caller, looks: list[tuple[View, View]], seed: int
) -> None:
    dice = Random(seed)
    access.configure(parts.app, caller, "consolidation", _LOOSE)
    learn(parts, caller, [_told(dice) for _ in range(120)])
    shown = []
    for _ in range(10):
        ended = run(parts, caller, "consolidation")
        view, whole = looks[-1]
        job = jobs.named("consolidation")
        expected = job.module.plan(whole, job.policy(_LOOSE), ended.accepted_at)
        assert (ended.state, ended.plan_hash, ended.counts) == ("completed", expected.hash, expected.counts)
        assert sorted(view.ids) == sorted(whole.ids)
        shown.append(view.rest is None)
        _live(parts, caller, dice, ended)
    assert len(set(shown)) == 2, "some rounds are shown everything, some only what is touched"


def test_a_merge_that_makes_an_insight_be_about_more_has_that_looked_at_too(
    parts: Parts, caller: Caller, looks: list[tuple[View, View]]
) -> None:
    others = [said(f"Customer {n} {what}.", f"Customer {n}") for n in range(20) for what in ("renewed the licence", "has 200 employees")]
    here = [said("prefers email", "Dana", "Northwind"), said("Northwind opened an office.", "Northwind"), *others]
    learn(parts, caller, here)
    run(parts, caller, "consolidation")
    looks.clear()
    learn(parts, caller, [said("Prefers email.", "Dana")])
    ended = run(parts, caller, "consolidation")
    assert (ended.counts.scanned, ended.counts.affected) == (len(here) + 1, 2)
    assert [{i.content for i in view.insights} & {"prefers email", "Northwind opened an office."} for view, _ in looks] == [
        {"prefers email"},
        {"prefers email", "Northwind opened an office."},
    ]


def _told(dice: Random) -> dict[str, Any]:
    """Say something about one of thirty customers, at times about two, at times about nobody."""
    who = dice.sample([f"Customer {n}" for n in range(30)], dice.choices((0, 1, 2), (1, 12, 2))[0])
    return said(dice.choice(_WHAT), *who, day=dice.randrange(40))


def _live(parts: Parts, caller: Caller, dice: Random, ended: Run) -> None:
    """Let a little happen: somebody adds, edits, forgets, answers, or takes a run back."""
    known = [i.id for i in insights.recent(parts.app, caller, limit=100)]
    match dice.randrange(6):
        case 0:
            insights.edit(parts.app, caller, dice.choice(known), {"content": dice.choice(_WHAT)})
        case 1:
            insights.forget(parts.app, caller, dice.choice(known))
        case 2 | 3:
            for asked in review.queue(parts.app, caller, status="open", limit=3):
                answer = dice.choice((review.accept, review.reject))
                with suppress(Conflict):  # an answer before it may have merged what this one is about
                    answer(parts.app, caller, asked.id)
        case 4:
            run(parts, caller, "decay_sweep")
        case _:
            runs.revert(parts.app, caller, ended.id)
    learn(parts, caller, [_told(dice) for _ in range(dice.randrange(3))])
