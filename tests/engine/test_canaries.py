"""What a workspace asserts fails a run that would break it: all of it is listed, and nothing is applied."""

from typing import Any

import pytest

from compoundry.app import Parts
from compoundry.model import Caller
from compoundry.service import access, insights, runs
from tests.made import finish, learn, run, said

TWINS = [said(f"{who} likes green tea.", who) for who in ("Dana", "Miguel") for _ in range(2)]


def asserted(parts: Parts, caller: Caller, **canaries: Any) -> None:
    access.configure(parts.app, caller, "canaries", canaries)


def test_each_assertion_that_breaks_is_listed_and_nothing_is_applied(parts: Parts, caller: Caller) -> None:
    a, b, c, d = (one.id for one in learn(parts, caller, TWINS))
    asserted(parts, caller, never_merge=[[a, b]], must_stay=[c, d], most_affected=0.05, affected_from=1)
    failed = run(parts, caller, "consolidation")
    assert failed.error is not None
    broken = failed.error["details"]["broken"]  # type: ignore[index]
    assert [any(words in line for line in broken) for words in ("must never be merged", "must stay active", "at most 5%")] == [True] * 3
    assert (failed.state, len(broken), failed.counts.affected) == ("failed", 3, 0)
    assert {insights.one(parts.app, caller, id).standing for id in (a, b, c, d)} == {"active"}


@pytest.mark.parametrize("kept", [{"must_stay": 0}, {"never_merge": 0}])
def test_two_in_a_chain_of_merges_count_too(parts: Parts, caller: Caller, kept: dict[str, int]) -> None:
    ids = [one.id for one in learn(parts, caller, [said("Dana likes green tea.", "Dana")] * 3)]
    asserted(parts, caller, **{name: ids if name == "must_stay" else [[ids[0], ids[2]]] for name in kept})
    assert run(parts, caller, "consolidation").state == "failed"


def test_a_preview_from_before_the_assertion_is_not_applied_either(parts: Parts, caller: Caller) -> None:
    ids = [one.id for one in learn(parts, caller, TWINS)]
    shown = run(parts, caller, "consolidation", dry_run=True)
    asserted(parts, caller, never_merge=[ids[:2]])
    refused = finish(parts, runs.apply(parts.app, caller, shown.id))
    assert (refused.state, refused.error and refused.error["type"]) == ("failed", "too_much")
    assert {insights.one(parts.app, caller, id).standing for id in ids} == {"active"}


def test_what_keeps_to_the_assertions_is_applied(parts: Parts, caller: Caller) -> None:
    ids = [one.id for one in learn(parts, caller, TWINS)]
    asserted(parts, caller, never_merge=[[ids[0], ids[2]]], most_affected=0.05)
    assert run(parts, caller, "consolidation").counts.affected == 4
