"""Consolidation merges what is surely the same fact, asks about the rest, and says so about every insight."""

import sys
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compoundry.encoders.hashed import Hashed
from compoundry.errors import MissingExtra
from compoundry.job import Merge, Plan, Propose, Reinforce, Supersede, View, Withdraw, canonical, same_id
from compoundry.jobs.consolidation import Policy, plan
from compoundry.model import Candidate, Entity, Insight, Reason
from compoundry.text.guards.finding import Finding, Told
from compoundry.text.merging import pairing
from compoundry.text.merging.bounds import bounded
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.verdict import Verdict, judge

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEAR = Policy(merge_at=0.3, review_at=0.3)


def insight(id: str, content: str, *about: str, day: int = 0, **more: object) -> Insight:
    at = DAY + timedelta(days=day)
    made = Insight(id, content, "fact", tuple(Entity(n.lower(), n) for n in about), 0.7, at, at, source="agent")
    return replace(made, **more)  # type: ignore[arg-type]


def look(*insights: Insight, **more: object) -> View:
    view = View(1, insights, Hashed().encode([i.content for i in insights]), "hashed-512")
    return replace(view, **more)  # type: ignore[arg-type]


def kinds(made: Plan, kind: type) -> list[tuple[str, ...]]:
    return [(c.insight, c.into) for c in made.changes if isinstance(c, Merge) and kind is Merge] or [
        c.candidate.subjects for c in made.changes if isinstance(c, Propose) and kind is Propose
    ]


def applied(view: View, made: Plan) -> View:
    """Return the view after a plan, the way the store would show it."""
    gone = {c.insight: c for c in made.changes if isinstance(c, Merge | Supersede)}
    here = [i for i in view.insights if i.id not in gone]
    for change in made.changes:
        if isinstance(change, Merge):
            loser = next(i for i in view.insights if i.id == change.insight)
            here = [
                replace(
                    i,
                    evidence=(*i.evidence, *loser.evidence),
                    entities=tuple(dict.fromkeys((*i.entities, *loser.entities))),
                    version=i.version + 1,
                )
                if i.id == change.into
                else i
                for i in here
            ]
        if isinstance(change, Reinforce):
            here = [replace(i, evidence=(*i.evidence, change.evidence)) if i.id == change.insight else i for i in here]
    withdrawn = {c.candidate.id for c in made.changes if isinstance(c, Withdraw)}
    asked = [replace(c, status="withdrawn") if c.id in withdrawn else c for c in view.candidates]
    asked += [c.candidate for c in made.changes if isinstance(c, Propose)]
    return replace(look(*here), candidates=tuple(asked))


def test_the_same_words_are_merged_and_the_clearest_sentence_survives() -> None:
    view = look(insight("a", "dana prefers e-mail", "Dana"), insight("b", "Dana prefers email.", "Dana", day=3))
    made = plan(view, NEAR, DAY)
    assert kinds(made, Merge) == [("a", "b")]
    assert {d.insight: d.outcome for d in made.dispositions} == {"a": "merged", "b": "survived"}


def test_the_same_words_about_two_people_are_two_facts() -> None:
    view = look(insight("a", "Prefers email.", "Dana"), insight("b", "Prefers email.", "Miguel"))
    assert not plan(view, NEAR, DAY).changes


def test_the_same_words_about_two_people_of_one_company_are_not_merged() -> None:
    view = look(insight("a", "Prefers email.", "Dana", "Northwind"), insight("b", "Prefers email.", "Miguel", "Northwind"))
    made = plan(view, NEAR, DAY)
    assert [c.candidate.reason.text for c in made.changes if isinstance(c, Propose)] == ["One is about Dana, the other about Miguel."]
    assert not kinds(made, Merge)


def test_the_same_words_about_two_things_with_names_of_their_own_are_asked_about_and_near_ones_left_alone() -> None:
    same = [insight(id, "The driver lets a local user run code.", "Acme", external_id=id) for id in ("CVE-2024-1", "CVE-2024-2")]
    other = insight("CVE-2024-3", "The driver lets a remote user run code.", "Acme", external_id="CVE-2024-3")
    made = plan(look(*same, other), NEAR, DAY)
    assert [(c.candidate.subjects, c.candidate.reason.code) for c in made.changes if isinstance(c, Propose)] == [
        (("CVE-2024-2", "CVE-2024-1"), "designation")
    ]


def test_the_same_words_in_two_rows_are_one_fact_whatever_the_rows_are_called() -> None:
    view = look(*(insight(id, "Dana prefers email.", "Dana", external_id=id) for id in ("MEM-17", "MEM-18")))
    assert kinds(plan(view, NEAR, DAY), Merge)


def test_a_value_that_the_newer_sentence_says_was_changed_is_asked_about_as_an_update() -> None:
    told = (
        insight("a", "Dana set the trip budget to $200 for May.", "Dana"),
        insight("b", "The trip budget was raised to $250.", "Dana", day=9),
    )
    made = plan(look(*told), NEAR, DAY)
    assert [(c.candidate.kind, c.candidate.reason.code) for c in made.changes if isinstance(c, Propose)] == [("update", "revised")]
    assert not [c for c in made.changes if isinstance(c, Supersede)]


def test_what_is_no_nearer_than_the_crowd_is_not_asked() -> None:
    unsure = Verdict("unsure", matched=7)
    assert bounded(unsure, 0.78, Policy()).relation == "unsure"
    assert bounded(unsure, 0.78, Policy(), crowding=0.5).relation == "different"


def test_merging_copies_thins_no_crowd_so_that_nothing_new_is_asked() -> None:
    copies = [insight(f"i{n}", "Dana Reyes prefers email over phone calls.") for n in range(5)]
    others = ["When Dana Reyes calls, check the usage report first.", "When Priya Nair calls, check the usage report first."]
    before = look(
        *copies, insight("i5", "Tom Becker prefers email over phone calls."), *(insight(f"i{n}", o) for n, o in enumerate(others, 6))
    )
    made = plan(before, Policy(), DAY)
    assert len(kinds(made, Merge)) == 4
    assert plan(applied(before, made), Policy(), DAY).changes == ()


def test_a_newer_value_is_asked_about_and_supersedes_when_it_says_so() -> None:
    asked = plan(look(insight("a", "Dana has 200 employees.", "Dana"), insight("b", "Dana has 250 employees.", "Dana", day=1)), NEAR, DAY)
    assert [c.candidate.kind for c in asked.changes if isinstance(c, Propose)] == ["update"]
    sure = plan(
        look(insight("a", "Dana has 200 employees.", "Dana"), insight("b", "Dana has 250 employees now.", "Dana", day=1)), NEAR, DAY
    )
    assert [(c.insight, c.by) for c in sure.changes if isinstance(c, Supersede)] == [("a", "b")]


LATER = [
    ("Dana works from Istanbul.", "Dana used to work from Istanbul.", "update"),
    ("Dana prefers written updates over calls.", "Dana prefers calls over written updates now.", "update"),
    ("Acme Foods plans to open a clinic in Cleveland.", "Acme Foods opened a clinic in Cleveland.", "update"),
    ("Dana prefers written updates over calls.", "Dana prefers calls over written updates.", "contradiction"),
]


@pytest.mark.parametrize(("older", "newer", "kind"), LATER)
def test_a_change_is_asked_about_as_what_it_is_and_the_newer_one_would_stay(older: str, newer: str, kind: str) -> None:
    made = plan(look(insight("b", older, "Dana"), insight("a", newer, "Dana", day=40)), NEAR, DAY)
    assert [(c.candidate.kind, c.candidate.subjects) for c in made.changes] == [(kind, ("b", "a"))]  # type: ignore[union-attr]


def test_two_events_with_two_values_and_an_event_beside_a_lesson_are_not_asked_about() -> None:
    asked = (f"Raj asked for a {n}% discount before signing." for n in (10, 15))
    assert not plan(look(*(insight(f"{n}", text, "Raj", day=n * 30) for n, text in enumerate(asked))), NEAR, DAY).changes
    told = ("If the nightly import fails, check the disk on db-2.", "The nightly import failed because the disk on db-2 was full.")
    assert not plan(look(*(insight(f"{n}", text, "Team", day=n * 30) for n, text in enumerate(told))), NEAR, DAY).changes


def test_a_contradiction_is_no_part_of_a_question_about_merging() -> None:
    told = (
        "Dana prefers short written updates over calls.",
        "Dana would rather get a written update than a call.",
        "Dana prefers calls over written updates.",
    )
    made = plan(look(*(insight(f"{n}", text, "Dana") for n, text in enumerate(told))), NEAR, DAY)
    asked = {(c.candidate.kind, frozenset(c.candidate.subjects)) for c in made.changes if isinstance(c, Propose)}
    assert {pair for kind, pair in asked if kind == "contradiction"} == {frozenset("02"), frozenset("12")}
    assert not [pair for kind, pair in asked if kind == "merge" and "2" in pair]


def test_a_denial_is_asked_about_as_a_contradiction() -> None:
    made = plan(look(insight("a", "Dana eats meat.", "Dana"), insight("b", "Dana does not eat meat.", "Dana")), NEAR, DAY)
    assert [(c.candidate.kind, c.reason.code) for c in made.changes if isinstance(c, Propose)] == [("contradiction", "negation")]


def test_what_happens_again_reinforces_the_oldest_and_stays() -> None:
    view = look(*(insight(f"{n}", "Dana visited the clinic.", "Dana", day=n) for n in range(3)))
    made = plan(view, NEAR, DAY)
    assert [(c.insight, c.evidence.artifact["insight"]) for c in made.changes if isinstance(c, Reinforce)] == [("0", "1"), ("0", "2")]
    assert not plan(applied(view, made), NEAR, DAY).changes


def test_a_habit_of_verbs_that_may_mean_something_for_once_stays_readable() -> None:
    view = look(*(insight(f"{n}", "Dana moved the Friday meeting.", "Dana", day=n) for n in range(7)))
    made = plan(view, NEAR, DAY)
    assert [c.evidence.artifact["insight"] for c in made.changes if isinstance(c, Reinforce)] == [*"123456"]
    assert not [c for c in made.changes if isinstance(c, Merge)]


@pytest.mark.parametrize("status", ["open", "rejected"])
def test_what_a_person_was_asked_or_refused_is_neither_merged_nor_asked_again(status: str) -> None:
    pair = (insight("a", "Dana prefers email.", "Dana"), insight("b", "Dana prefers e-mail.", "Dana"))
    id = same_id("merge", "a", "b")
    known = Candidate(id, "merge", ("a", "b"), Reason("x", "x"), 0.9, DAY, status=status)  # type: ignore[arg-type]
    assert not plan(look(*pair, candidates=(known,)), NEAR, DAY).changes


def test_what_was_compared_is_not_compared_again() -> None:
    pair = (insight("a", "Dana prefers email.", "Dana"), insight("b", "Dana prefers e-mail.", "Dana"))
    assert not plan(look(*pair, compared={"a": 1, "b": 1}), NEAR, DAY).changes
    assert plan(look(*pair, compared={"a": 1}), NEAR, DAY).changes


def test_what_is_not_encoded_is_merged_only_when_it_is_spelled_the_same() -> None:
    pair = (insight("a", "Dana prefers email.", "Dana"), insight("b", "dana prefers e-mail", "Dana"))
    bare = replace(look(*pair, insight("c", "Dana likes email.", "Dana")), vectors=np.zeros((3, 0), dtype=np.float32), model="")
    assert kinds(plan(bare, NEAR, DAY), Merge) == [("b", "a")]


def test_an_insight_that_cannot_be_read_fails_alone() -> None:
    view = look(
        insight("a", "Dana prefers email.", "Dana"),
        insight("b", "Dana prefers e-mail.", "Dana"),
        insight("c", "Dana prefers email", "Dana"),
    )
    poisoned = replace(view, insights=(*view.insights[:2], replace(view.insights[2], observed_at=None)))  # type: ignore[arg-type]
    made = plan(poisoned, NEAR, DAY)
    assert {d.insight: d.outcome for d in made.dispositions}["c"] == "failed"
    assert len(kinds(made, Merge)) == 1


def test_what_two_sources_tell_of_one_day_is_asked_about_sooner() -> None:
    told = [
        insight("a", "Dana took her turtles out for a walk today.", "Dana", source="assistant"),
        insight("b", "Dana takes her two turtles out for a walk in the park.", "Dana", source="summary"),
    ]
    days = [insight(f"o{n}", f"Dana signed contract number {n}.", "Dana", day=n) for n in range(1, 10)]
    same_source = [replace(one, source="assistant") for one in told]
    another_day = [told[0], replace(told[1], observed_at=DAY + timedelta(days=4))]
    sooner = Policy(merge_at=0.99, near_at=0.3, review_at=0.7)  # the two are worth .66, and .09 more where they are told together
    asked = [
        kinds(plan(look(*these), sooner, DAY), Propose) for these in ([*told, *days], [*same_source, *days], [*another_day, *days], told)
    ]
    assert asked == [[("a", "b")], [], [], []]


def test_a_question_about_what_is_gone_is_taken_back() -> None:
    known = Candidate("q", "merge", ("a", "zz"), Reason("x", "x"), 0.9, DAY)
    made = plan(look(insight("a", "Dana prefers email.", "Dana"), candidates=(known,)), NEAR, DAY)
    assert [type(c) for c in made.changes] == [Withdraw]


def test_a_chain_is_not_merged_and_two_pinned_sentences_both_stay() -> None:
    pair = (insight("a", "Dana prefers email.", "Dana", pinned=True), insight("b", "Dana prefers e-mail.", "Dana", pinned=True))
    assert not kinds(plan(look(*pair), NEAR, DAY), Merge)


def test_a_huge_block_is_searched_through_a_graph_and_finds_the_same() -> None:
    said = [
        f"Dana {verb} {thing}." for verb in ("likes", "tests", "sells") for thing in ("tea", "maps", "the old boat", "12 cups", "e-mail")
    ]
    rows = [insight(f"{n:02d}", text, "Dana") for n, text in enumerate([*said, *(text.lower().rstrip(".") for text in said)])]
    exact, searched = plan(look(*rows), NEAR, DAY), plan(look(*rows), replace(NEAR, exact_up_to=3), DAY)
    assert len(kinds(exact, Merge)) == len(said)
    assert searched.hash == exact.hash


def test_a_huge_block_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    rows = [insight(f"{n}", f"Dana likes tea number {n}.", "Dana") for n in range(5)]
    with pytest.raises(MissingExtra, match=r"compoundry\[ann\]"):
        plan(look(*rows), replace(NEAR, exact_up_to=3), DAY)


def test_a_pair_that_is_two_facts_is_remembered_as_a_number_and_explained_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "judge", lambda *_: Verdict("different", (Finding("quantity", "another number " * 20, hard=True),)))
    rows = look(*(insight(f"{n:03d}", "Dana ran job 7.", "Dana") for n in range(200)))
    lineup, every = Lineup(rows), np.ones(200, dtype=np.bool_)
    held = pairing.Pairing(lineup, Policy(), Ledger(lineup.insights))
    tracemalloc.start()
    found, (kept, _) = held.fresh(every, ()), tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found, held.all()) == ([], [])
    assert kept < 200 * 199 / 2 * 200
    assert len(held.every(every, ())) == 200 * 199 / 2


def test_what_was_told_hundreds_of_times_in_the_same_words_is_judged_once_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [insight(f"{n:03d}", "The backup of Dana is complete.", "Dana", day=n % 2) for n in range(200)]
    others = (insight("x", "The backup of dana is complete", "Dana"), insight("y", "The backup of Miguel is complete.", "Miguel"))
    judged: list[Told] = []

    def counted(older: Told, newer: Told) -> Verdict:
        judged.append(newer)
        return judge(older, newer)

    monkeypatch.setattr(pairing, "judge", counted)
    into = _merged(plan(look(*told, *others), NEAR, DAY))
    assert {_end(into, gone) for gone in into} == {"000"}
    assert into.keys() == {i.id for i in told[1:]} | {"x"}
    assert len(judged) < 1.1 * len(told)


def _merged(made: Plan) -> dict[str, str]:
    return {c.insight: c.into for c in made.changes if isinstance(c, Merge)}


def test_copies_that_a_person_kept_apart_stay_apart() -> None:
    told = [insight(f"{n:03d}", "Dana prefers email.", "Dana") for n in range(60)]
    refused = Candidate(same_id("merge", "007", "008"), "merge", ("007", "008"), Reason("x", "x"), 0.9, DAY, "rejected", DAY, "me")
    into = _merged(plan(look(*told, candidates=(refused,)), NEAR, DAY))
    assert _end(into, "007") != _end(into, "008")
    assert len(into) == 58


WHO = st.sampled_from(["Dana", "Miguel"])
WHAT = st.sampled_from(
    [
        "likes tea",
        "likes tea.",
        "likes the tea",
        "likes green tea",
        "does not like tea",
        "has 3 cats",
        "has three cats",
        "has 4 cats",
        "visited Rome",
    ]
)
SAID = st.lists(st.tuples(WHO, WHAT, st.integers(0, 2), st.sets(st.sampled_from(["x", "y"]), max_size=2)), max_size=9)


def _insights(said: Sequence[tuple[str, str, int, set[str]]]) -> list[Insight]:
    return [insight(f"i{n}", f"{who} {what}", *sorted(about), day=day) for n, (who, what, day, about) in enumerate(said)]


@settings(max_examples=150, deadline=None)
@given(SAID, st.randoms())
def test_the_order_of_rows_changes_nothing(said: list[tuple[str, str, int, set[str]]], random: object) -> None:
    rows = _insights(said)
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert canonical(plan(look(*rows), NEAR, DAY)) == canonical(plan(look(*mixed), NEAR, DAY))


@settings(max_examples=150, deadline=None)
@given(SAID)
def test_every_insight_is_accounted_for_and_a_second_run_changes_nothing(said: list[tuple[str, str, int, set[str]]]) -> None:
    view = look(*_insights(said))
    made = plan(view, NEAR, DAY)
    made.must_account_for(view)
    into = {c.insight: c.into for c in made.changes if isinstance(c, Merge)}
    assert not {_end(into, gone) for gone in into} & set(into), "every chain of merges ends with one that stands"
    assert not plan(applied(view, made), NEAR, DAY).changes


def _end(into: dict[str, str], gone: str) -> str:
    for _ in into:
        gone = into.get(gone, gone)
    return gone
