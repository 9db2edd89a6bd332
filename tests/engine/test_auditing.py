"""Audits of automatic merges: the answers are measured, a wrong merge is taken back for good, and budgets lose nothing."""

from typing import Any

import pytest

from compoundry.app import Parts
from compoundry.errors import Invalid
from compoundry.model import Caller, Candidate
from compoundry.service import access, explaining, insights, review, runs
from tests.made import finish, learn, run, said

PAIR = [said("Dana prefers email over phone calls.", "Dana"), said("dana prefers e-mail over phone calls", "Dana", day=3)]


@pytest.fixture
def audit(parts: Parts, caller: Caller) -> Candidate:
    """Give the question about an automatic merge."""
    chosen(parts, caller, audit_share=1.0)
    learn(parts, caller, PAIR)
    run(parts, caller, "consolidation")
    (asked,) = review.queue(parts.app, caller, kind="audit")
    return asked


def chosen(parts: Parts, caller: Caller, **settings: Any) -> None:
    access.configure(parts.app, caller, "consolidation", {"merge_at": 0.5, "review_at": 0.5, **settings})


def standing(parts: Parts, caller: Caller, id: str) -> str:
    return insights.one(parts.app, caller, id).standing


def test_a_right_merge_stays_and_is_counted(parts: Parts, caller: Caller, audit: Candidate) -> None:
    review.accept(parts.app, caller, audit.id)
    assert standing(parts, caller, audit.subjects[0]) == "merged"
    done = run(parts, caller, "consolidation")
    assert [note.facts["answers"] for note in runs.status(parts.app, caller, done.id).notes] == [1]


def test_a_wrong_merge_is_taken_back_for_good(parts: Parts, caller: Caller, audit: Candidate) -> None:
    _, decided = review.reject(parts.app, caller, audit.id, note="two addresses")
    assert standing(parts, caller, audit.subjects[0]) == "active"
    assert run(parts, caller, "consolidation").counts.affected == 0
    assert decided.counts.affected == 1
    told = explaining.why(parts.app, caller, audit.subjects[0])
    assert {c.kind: c.status for c in told.candidates} == {"audit": "rejected", "merge": "rejected"}


def test_a_refusal_holds_for_what_is_told_again_whichever_of_the_same_words_survive(parts: Parts, caller: Caller, audit: Candidate) -> None:
    review.unmerge(parts.app, caller, audit.subjects[0])
    for _ in range(4):
        learn(parts, caller, PAIR)
        done = run(parts, caller, "consolidation")
        assert (done.counts.affected, done.counts.created) == (4, 0), "each merges with its like, and nobody is asked again"
    assert len(insights.recent(parts.app, caller)) == 2


def test_a_refusal_holds_for_the_clearer_sentence_that_takes_the_place_of_a_refused_one(
    parts: Parts, caller: Caller, audit: Candidate
) -> None:
    review.unmerge(parts.app, caller, audit.subjects[0])
    learn(parts, caller, [said("Dana prefers e-mails over phone calls.", "Dana", day=5)])
    run(parts, caller, "consolidation")
    assert run(parts, caller, "consolidation").counts.affected == 0
    assert [asked.kind for asked in review.queue(parts.app, caller)] == ["audit"]


def test_taking_the_answer_back_merges_again_and_asks_again(parts: Parts, caller: Caller, audit: Candidate) -> None:
    _, decided = review.reject(parts.app, caller, audit.id)
    finish(parts, runs.revert(parts.app, caller, decided.id))
    assert standing(parts, caller, audit.subjects[0]) == "merged"
    assert review.one(parts.app, caller, audit.id).status == "open"


def test_unmerging_answers_the_audit_and_counts_once(parts: Parts, caller: Caller, audit: Candidate) -> None:
    review.unmerge(parts.app, caller, audit.subjects[0])
    assert review.one(parts.app, caller, audit.id).status == "rejected"
    done = run(parts, caller, "consolidation")
    assert [(note.facts["answers"], note.facts["value"]) for note in done.notes] == [(1, 0.0)]


def test_a_merge_that_nobody_sampled_counts_as_wrong_when_it_is_taken_back(parts: Parts, caller: Caller) -> None:
    chosen(parts, caller, audit_share=0.0)
    learn(parts, caller, PAIR)
    merged = run(parts, caller, "consolidation")
    (merge,) = [entry for _, entry in runs.changes(parts.app, caller, merged.id) if entry.kind == "merge"]
    review.unmerge(parts.app, caller, merge.subject)
    assert [note.facts["answers"] for note in run(parts, caller, "consolidation").notes] == [1]


def test_what_a_budget_leaves_out_is_asked_by_a_later_run(parts: Parts, caller: Caller) -> None:
    chosen(parts, caller, questions=1, merge_at=0.3, review_at=0.3, audit_share=0.0)
    learn(parts, caller, [said(f"{who} is a {word}person.", who) for who in ("Dana", "Miguel") for word in ("", "real ")])
    first = run(parts, caller, "consolidation")
    assert (first.counts.created, first.notes[0].facts["left_out"]) == (1, 1)
    assert run(parts, caller, "consolidation").counts.created == 0, "the queue is full"
    (asked,) = review.queue(parts.app, caller)
    review.reject(parts.app, caller, asked.id)
    assert run(parts, caller, "consolidation").counts.created == 1
    assert run(parts, caller, "metrics").state == "completed"


def test_part_of_a_group_can_be_accepted_and_the_others_stay_apart_for_good(parts: Parts, caller: Caller) -> None:
    chosen(parts, caller, merge_at=0.3, review_at=0.3, audit_share=0.0)
    learn(parts, caller, [said(f"Dana is a {word} person.", "Dana") for word in ("real", "kind", "calm")])
    run(parts, caller, "consolidation")
    (asked,) = review.queue(parts.app, caller)
    *same, other = asked.subjects
    with pytest.raises(Invalid, match="two or more"):
        review.accept(parts.app, caller, asked.id, only=[other])
    _, decided = review.accept(parts.app, caller, asked.id, only=same)
    assert [standing(parts, caller, id) for id in (*same, other)] == ["merged", "active", "active"]
    assert decided.counts.affected == 2
    assert run(parts, caller, "consolidation").counts.created == 0
