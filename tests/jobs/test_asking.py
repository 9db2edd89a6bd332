"""Questions are asked per group, within a budget; people's answers about merges measure merging, and can pause it."""

from dataclasses import replace
from itertools import combinations

import pytest

from compoundry.job import Merge, Plan, Propose, Withdraw
from compoundry.jobs.consolidation import Policy, plan
from compoundry.model import Candidate, CandidateStatus, Reason
from tests.jobs.test_consolidation import DAY, NEAR, applied, insight, kinds, look

RESTRICTED = [insight(f"r{n}", f"Dana is a {word} person.", "Dana") for n, word in enumerate(("real", "kind", "calm"))]
PAIRS = [
    (insight(f"a{n}", f"{who} prefers email.", who), insight(f"b{n}", f"{who} prefers e-mail", who))
    for n, who in enumerate(("Dana", "Miguel"))
]
ALL = replace(NEAR, audit_share=1.0)


def questions(made: Plan) -> list[Candidate]:
    return [c.candidate for c in made.changes if isinstance(c, Propose) and c.candidate.status == "open"]


def answered(n: int, status: CandidateStatus, kind: str = "audit", **facts: bool) -> Candidate:
    return Candidate(f"q{n}", kind, (f"x{n}", f"y{n}"), Reason("x", "x", facts), 0.9, DAY, status, DAY, "ann")  # type: ignore[arg-type]


def test_sentences_that_are_all_near_each_other_are_one_question() -> None:
    (asked,) = questions(plan(look(*RESTRICTED), NEAR, DAY))
    assert sorted(asked.subjects) == ["r0", "r1", "r2"]
    assert asked.reason.text.startswith("3 near sentences.")
    assert asked.reason.facts["sentences"] == 3


def test_what_was_asked_about_a_group_binds_each_of_its_pairs() -> None:
    view = look(*RESTRICTED)
    after = applied(view, plan(view, NEAR, DAY))
    refused = replace(after, candidates=tuple(replace(c, status="rejected") for c in after.candidates), compared={})
    assert not plan(refused, NEAR, DAY).changes


def test_no_pair_is_lost_when_groups_are_made() -> None:
    rows = [
        insight(f"{n}", f"Dana is a {word} person.", "Dana")
        for n, word in enumerate(("real", "kind", "calm", "tall", "loud", "wise", "fair", "neat", "bold", "keen"))
    ]
    found = questions(plan(look(*rows), NEAR, DAY))
    pairs = [pair for asked in found for pair in combinations(sorted(asked.subjects), 2)]
    assert len(pairs) == len(set(pairs)) == 45
    assert max(len(asked.subjects) for asked in found) == 8


def test_a_budget_leaves_the_least_sure_for_later_and_says_so() -> None:
    view = look(*RESTRICTED, *(insight(f"m{n}", f"Miguel sold {what} boats.", "Miguel") for n, what in enumerate(("old", "new"))))
    policy = replace(NEAR, questions=1)
    made = plan(view, policy, DAY)
    (note,) = made.notes
    assert (note.code, note.facts["left_out"], len(questions(made))) == ("questions_left_out", 1, 1)
    late = {d.insight for d in made.dispositions if d.outcome == "postponed"}
    assert late
    done = replace(applied(view, made), candidates=tuple(replace(q, status="rejected") for q in questions(made)))
    compared = {i.id: i.version for i in view.insights if i.id not in late}
    assert {s for q in questions(plan(replace(done, compared=compared), policy, DAY)) for s in q.subjects} == late


def test_a_share_of_merges_is_audited_and_a_preview_asks_the_same() -> None:
    view = look(*PAIRS[0])
    (asked,) = questions(plan(view, ALL, DAY))
    assert (asked.kind, asked.subjects) == ("audit", ("b0", "a0"))
    assert plan(view, ALL, DAY).hash == plan(view, ALL, DAY).hash
    assert not questions(plan(view, replace(ALL, audit_share=0.0), DAY))


def test_the_same_words_need_no_audit() -> None:
    assert not questions(plan(look(insight("a", "Dana likes tea.", "Dana"), insight("b", "Dana likes tea.", "Dana")), ALL, DAY))


def test_an_audit_of_what_is_not_merged_any_more_is_taken_back() -> None:
    asked = replace(answered(1, "open"), subjects=("b0", "a0"))
    apart = replace(answered(2, "rejected", "merge"), subjects=("a0", "b0"))
    made = plan(look(*PAIRS[0], candidates=(asked, apart)), ALL, DAY)
    assert [type(c) for c in made.changes] == [Withdraw]


def test_wrong_merges_pause_merging_and_what_would_be_merged_is_asked() -> None:
    wrong = tuple(answered(n, "rejected") for n in range(5))
    made = plan(look(*PAIRS[0], candidates=wrong), ALL, DAY)
    assert not kinds(made, Merge)
    (asked,) = questions(made)
    assert (asked.kind, asked.reason.facts["sure"]) == ("merge", True)
    assert [note.code for note in made.notes] == ["merge_precision", "merging_paused"]
    assert made.notes[0].facts["high"] < ALL.precision_target  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["audit", "merge"])
def test_right_answers_let_merging_go_on(kind: str) -> None:
    right = tuple(answered(n, "accepted", kind, sure=True) for n in range(100))
    made = plan(look(*PAIRS[0], candidates=(*right, answered(200, "rejected"))), ALL, DAY)
    assert kinds(made, Merge)
    assert [note.code for note in made.notes] == ["merge_precision"]
    assert made.notes[0].text.startswith("Of the last 101 automatic merges that people looked at, 100 were right: 99%")


def test_answers_about_what_was_never_sure_say_nothing_about_automatic_merges() -> None:
    unsure = tuple(answered(n, "rejected", "merge") for n in range(9))
    assert not plan(look(*PAIRS[0], candidates=unsure), ALL, DAY).notes


def test_the_defaults_audit_few_and_leave_nothing_out() -> None:
    assert (Policy().audit_share, Policy().questions) == (0.05, 0)
