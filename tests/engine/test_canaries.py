"""What a workspace asserts fails a run that would break it: all of it is listed, and nothing is applied."""

from typing import Any

import pytest

from compoundry.app import Parts
from compoundry.errors import Invalid
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


def test_what_was_merged_into_another_before_is_protected_there(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, TWINS[:2])
    before = run(parts, caller, "consolidation")
    (merged,) = [entry.subject for _, entry in runs.changes(parts.app, caller, before.id) if entry.kind == "merge"]
    (other,) = learn(parts, caller, [said("Dana likes green tea", "Dana", day=4)])
    asserted(parts, caller, never_merge=[[merged, other.id]])
    assert run(parts, caller, "consolidation").state == "failed"


def test_believing_less_counts_as_affecting_nothing(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, [said(f"Dana likes the tea of {place}.", "Dana", day=-300) for place in ("Assam", "Uji", "Darjeeling")])
    asserted(parts, caller, most_affected=0.05, affected_from=0)
    done = run(parts, caller, "decay_sweep")
    assert (done.state, done.counts.affected) == ("completed", 3)


def test_a_preview_counts_what_it_affects_as_the_run_would(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, [said("Dana called about the invoice.", "Dana", day=day, type="event") for day in (0, 3, 9)])
    shown = run(parts, caller, "consolidation", dry_run=True)
    asserted(parts, caller, most_affected=0.05, affected_from=0)
    assert [finish(parts, runs.apply(parts.app, caller, shown.id)).state, run(parts, caller, "consolidation").state] == ["failed"] * 2


@pytest.mark.parametrize(
    ("canaries", "said_back"),
    [
        ({"must_stay": ["nobody"]}, "no insight 'nobody'"),
        ({"never_merge": [["a"]]}, "pairs of two"),
        ({"never_merge": [["a", "a"]]}, "pairs of two"),
        ({"never_merge": ["ab"]}, "pairs of two"),
        ({"must_stay": [["a"]]}, "insight ids"),
        ({"most_affected": 5}, "from 0 to 1"),
        ({"affected_from": -1}, "0 or more"),
    ],
)
def test_an_assertion_that_protects_nothing_is_refused(parts: Parts, caller: Caller, canaries: dict[str, Any], said_back: str) -> None:
    with pytest.raises(Invalid, match=said_back):
        asserted(parts, caller, **canaries)


def test_what_is_merged_already_cannot_be_asserted_to_stay_two(parts: Parts, caller: Caller) -> None:
    a, b = (one.id for one in learn(parts, caller, TWINS[:2]))
    run(parts, caller, "consolidation")
    with pytest.raises(Invalid, match="unmerge them first"):
        asserted(parts, caller, never_merge=[[a, b]])
    with pytest.raises(Invalid, match="is merged already"):
        asserted(parts, caller, must_stay=[a, b])


def test_what_keeps_to_the_assertions_is_applied(parts: Parts, caller: Caller) -> None:
    ids = [one.id for one in learn(parts, caller, TWINS)]
    asserted(parts, caller, never_merge=[[ids[0], ids[2]]], most_affected=0.05)
    assert run(parts, caller, "consolidation").counts.affected == 4
