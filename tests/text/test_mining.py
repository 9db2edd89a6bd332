"""What recurs is found and what is chance is not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compoundry.job import Notice
from compoundry.jobs import pattern_detection
from compoundry.jobs.pattern_detection import Policy
from compoundry.model import Candidate, Insight, Pattern, PatternStatus
from compoundry.text.mining.chance import believable, binomial_tail, hypergeometric_tail
from compoundry.text.mining.gist import Gist, gist
from compoundry.text.mining.graph import EXACT, NEIGHBOURS, neighbour_edges
from compoundry.text.mining.subjects import without_subject
from tests.jobs.views import NOW, applied, insight, view

CUSTOMERS = ("Northwind", "Lakeside", "Hillcrest", "Bellwood", "Tamsin")
NOISE = (
    "{} plays the cello.", "{} has twin daughters.", "{} asked for a Spanish menu.", "{} bakes bread at night.", "{} owns two boats.",
    "{} grew up on a farm.", "{} fears the new tax law.", "{} reads about bees.", "{} keeps old maps.", "{} hired a caterer.",
)  # fmt: skip


def noise() -> list[Insight]:
    """Make sentences that nobody repeats."""
    return [insight(100 + n, text.format(f"Person {n}"), f"Person {n}", day=n * 9) for n, text in enumerate(NOISE)]


def found(insights: list[Insight]) -> list[Pattern]:
    return [c.pattern for c in pattern_detection.plan(view(insights), Policy(), NOW).changes if isinstance(c, Notice)]


def test_the_same_complaint_of_several_customers_is_a_theme() -> None:
    complaints = [insight(n, f"{who} complains that report exports are slow.", who, day=n * 11) for n, who in enumerate(CUSTOMERS)]
    (theme,) = [p for p in found([*complaints, *noise()]) if p.kind == "theme"]
    assert theme.support == 5
    assert set(theme.evidence) == {i.id for i in complaints}
    assert theme.label == "5 people complain that report exports are slow (since January 2026)"


def test_ten_copies_of_one_sentence_are_no_theme() -> None:
    copies = [insight(n, "Northwind complains that report exports are slow.", "Northwind") for n in range(10)]
    assert found([*copies, *noise()]) == []


def test_what_one_does_on_many_days_is_a_habit() -> None:
    moves = [insight(n, "Dana moved the Friday meeting again.", "Dana", day=n * 21) for n in range(6)]
    others = [insight(50 + n, text.format("Dana"), "Dana", day=n * 5) for n, text in enumerate(NOISE)]
    (habit,) = [p for p in found([*moves, *others]) if p.kind == "habit"]
    assert habit.support == 6
    assert habit.label == "Dana moved the Friday meeting (on 6 days since January 2026)"
    assert set(habit.evidence) == {i.id for i in moves}


@pytest.mark.parametrize(
    ("told", "recurs"),
    [
        (("Dana is the CTO.", "Dana works as the CTO.", "The CTO of the firm is Dana.", "Dana is our CTO."), False),
        (("Dana has 40 employees.", "Dana employs forty people.", "Dana has forty employees.", "Dana has 45 employees now."), False),
        (("Dana uses AWS.", "Dana runs on AWS.", "Dana moved from AWS to Azure.", "Dana uses Azure."), False),
        (("Dana is late for standup.", "Dana was late for standup again.", "Dana came late to standup.", "Dana is late to standup."), True),
        (("Dana prefers email.", "Dana likes emails better.", "Dana prefers e-mail.", "Dana prefers emails."), True),
    ],
)
def test_a_fact_told_again_is_no_habit(told: tuple[str, ...], recurs: bool) -> None:
    """Only what happens or is done is a habit, and what can come and go."""
    repeated = [insight(n, text, "Dana", day=n * 9) for n, text in enumerate(told)]
    others = [insight(50 + n, text.format("Dana"), "Dana", day=n * 5) for n, text in enumerate(NOISE)]
    same = np.tile(np.eye(1, 20, dtype=np.float32), (4, 1))  # as near each other as vectors can be, and far from all else
    vectors = np.concatenate([same, np.eye(20, dtype=np.float32)[1 : 1 + len(others)], np.eye(20, dtype=np.float32)[11:14]])
    strangers = [insight(80 + n, f"Ada {said}.", "Ada", day=n) for n, said in enumerate(("sails", "sings", "skis"))]
    shown = view([*repeated, *others, *strangers])
    plan = pattern_detection.plan(replace(shown, vectors=vectors, model="made"), Policy(), NOW)
    habits = [c.pattern for c in plan.changes if isinstance(c, Notice) and c.pattern.kind == "habit"]
    assert bool(habits) == recurs


def test_what_is_not_shared_is_not_claimed() -> None:
    """A label says outright only what most sentences bear out, and else names the phrase that they share."""
    told = ("moved to a house with a garden", "weeds the garden on Sundays", "grows beans in the garden", "sold a garden gnome")
    rows = [insight(n, f"Dana {said}.", "Dana", day=n * 9) for n, said in enumerate(told)]
    found = gist([[i.content] for i in rows], [i.content for i in rows], names=["Dana"], usual=lambda word: 0.01)
    assert found == Gist(None, "garden")


def test_a_label_has_a_verb_and_whole_parentheses() -> None:
    told = [
        "Acme Router RV320 and the portal fail",
        "Acme Router RV320 with (old firmware) stops",
        "Acme Router RV320 and a switch (old) stall",
    ]
    said = gist([[text] for text in told], told, names=["Acme"], usual=lambda word: 0.01)
    assert said.claim is None, "a name alone says nothing"
    assert said.topic.count("(") == said.topic.count(")")


def test_praise_that_goes_both_ways_is_no_habit() -> None:
    told = [insight(n, "Dana appreciates Tom's kind support.", "Dana", day=n * 7) for n in range(6)]
    back = [insight(20 + n, "Tom is grateful for Dana's help.", "Tom", day=n * 7 + 1) for n in range(6)]
    one_way = [insight(40 + n, "Lakeside praises Dana's onboarding calls.", "Lakeside", day=n * 9) for n in range(6)]
    habits = [p for p in found([*told, *back, *one_way, *noise()]) if p.kind == "habit"]
    assert [set(p.evidence) for p in habits] == [{i.id for i in one_way}]


def test_a_habit_is_more_ones_own_than_the_others() -> None:
    """What everybody does as often as Dana isn't what Dana does."""
    people = ("Dana", "Tom", "Mia", "Lee", "Ann", "Max")
    told = [insight(100 * k + n, f"{who} waters the office plants.", who, day=n * 7) for k, who in enumerate(people) for n in range(4)]
    assert [p for p in found([*told, *noise()]) if p.kind == "habit"] == []


def test_what_follows_within_days_is_a_sequence() -> None:
    told = []
    for n, who in enumerate(CUSTOMERS):
        told += [
            insight(2 * n, f"{who} got an extended trial.", who, day=n * 55),
            insight(2 * n + 1, f"{who} signed the annual plan.", who, day=n * 55 + 4),
        ]
    (sequence,) = [p for p in found([*told, *noise()]) if p.kind == "sequence"]
    assert sequence.support == 5
    assert "extended trial”, “… signed the annual plan” follows within 14 days (5 of 5 people)" in sequence.label


def test_a_known_pattern_is_updated_and_a_rejected_one_stays_rejected() -> None:
    complaints = [insight(n, f"{who} complains that report exports are slow.", who, day=n * 11) for n, who in enumerate(CUSTOMERS)]
    first = view([*complaints[:4], *noise()])
    after = applied(first, pattern_detection.plan(first, Policy(), NOW))
    known = after.patterns
    grown = view([*complaints, *noise()], patterns=known)
    (change,) = pattern_detection.plan(grown, Policy(), NOW).changes
    assert isinstance(change, Notice)
    assert change.before == known[0]
    assert (change.pattern.id, change.pattern.support) == (known[0].id, 5)


def test_what_one_of_several_does_on_one_weekday_is_a_period() -> None:
    told = [insight(n, "Dana sends the weekly sales report.", "Dana", day=n * 7) for n in range(10)]
    told += [insight(20 + n, "Bellwood sends the weekly sales report.", "Bellwood", day=n * 11 + 1) for n in range(9)]
    told += [insight(40 + n, text.format("Dana"), "Dana", day=n * 5) for n, text in enumerate(NOISE)]
    (period,) = [p for p in found([*told, *noise()]) if p.kind == "period"]
    assert set(period.evidence) == {i.id for i in told[:10]}
    assert period.support == 10


def test_a_crowded_place_is_no_theme() -> None:
    """What lies as near as the rows of a group all around it makes it a part of a crowd."""
    dice = np.random.default_rng(2)
    crowd = dice.normal(size=(400, 16)).astype(np.float32) + 2
    rows = crowd / np.linalg.norm(crowd, axis=1, keepdims=True)
    insights = [insight(n, f"Person {n} says something about number {n}.", f"Person {n}", day=n % 90) for n in range(400)]
    plan = pattern_detection.plan(replace(view(insights), vectors=rows), Policy(), NOW)
    assert [c for c in plan.changes if isinstance(c, Notice) and c.pattern.kind == "theme"] == []


def test_a_large_workspace_keeps_nearly_all_near_neighbours() -> None:
    dice = np.random.default_rng(4)
    centres = dice.normal(size=(60, 32))
    rows = (centres[dice.integers(0, 60, EXACT + 1_000)] + dice.normal(0, 0.3, (EXACT + 1_000, 32))).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    some = np.arange(0, len(rows), 500)
    nearest = (rows[some] @ rows.T).argsort(axis=1)[:, -6:-1]
    edges = neighbour_edges(rows, at_least=0.0)
    known = set(zip(edges.first.tolist(), edges.second.tolist(), strict=True))
    kept = [(min(n, m), max(n, m)) in known for n, mine in zip(some.tolist(), nearest.tolist(), strict=True) for m in mine if m != n]
    assert sum(kept) >= 0.9 * len(kept)


@pytest.mark.parametrize("size", [1, 20, 21, 1_400])
def test_the_nearest_are_those_that_sorting_all_would_find(size: int) -> None:
    rows = np.random.default_rng(7).normal(size=(size, 8)).astype(np.float32).round(1)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2.0)
    least = np.maximum(np.sort(cosines, axis=1)[:, -min(size, NEIGHBOURS)], 0.0)
    expected = {(min(a, b), max(a, b)) for a, b in np.argwhere(cosines >= least[:, None] - 1e-6).tolist()}
    edges = neighbour_edges(rows, at_least=0.0)
    assert set(zip(edges.first.tolist(), edges.second.tolist(), strict=True)) == expected


def test_dates_dealt_at_random_are_no_sequences() -> None:
    dice, reported = np.random.default_rng(3), 0
    for _ in range(20):
        told = []
        for n, who in enumerate(CUSTOMERS * 2):
            name = f"{who} {n}"
            told.append(insight(2 * n, f"{name} got an extended trial.", name, day=float(dice.uniform(0, 300))))
            told.append(insight(2 * n + 1, f"{name} signed the annual plan.", name, day=float(dice.uniform(0, 300))))
        reported += any(p.kind == "sequence" for p in found([*told, *noise()]))
    assert reported <= 2


def test_the_name_of_an_entity_does_not_make_sentences_alike() -> None:
    name, said = np.eye(8, dtype=np.float32)[0] * 2, np.eye(8, dtype=np.float32)[1:6]
    rows = (said + name) / np.linalg.norm(said + name, axis=1, keepdims=True)
    cosines = without_subject(rows, ["dana"] * 5) @ without_subject(rows, ["dana"] * 5).T
    assert float((rows @ rows.T)[0, 1]) > 0.75
    assert float(cosines[0, 1]) < 0.3


@pytest.mark.parametrize(
    ("tries", "hits", "rate", "expected"), [(10, 0, 0.5, 1.0), (10, 10, 0.5, 0.5**10), (3, 1, 0.0, 0.0), (3, 1, 1.0, 1.0)]
)
def test_binomial_tails(tries: int, hits: int, rate: float, expected: float) -> None:
    assert binomial_tail(tries, hits, rate) == pytest.approx(expected)


def test_hypergeometric_tails_add_up_to_certainty() -> None:
    assert hypergeometric_tail(20, 7, 5, 0) == pytest.approx(1.0)
    assert believable([], 0.05) == []


COMPLAINTS = [insight(n, f"{who} complains that report exports are slow.", who, day=n * 11) for n, who in enumerate(CUSTOMERS)]


def known(*, status: PatternStatus = "candidate") -> tuple[Pattern, ...]:
    """Find the pattern of the complaints, as a workspace knows it."""
    first = view([*COMPLAINTS, *noise()])
    return tuple(replace(p, status=status, trend="steady") for p in applied(first, pattern_detection.plan(first, Policy(), NOW)).patterns)


def later(insights: list[Insight], *, q: float = 0.05, **more: Any) -> list[Notice]:
    """Look again; with `q` 0 nothing stands out from chance."""
    return [c for c in pattern_detection.plan(view(insights, **more), Policy(q=q), NOW).changes if isinstance(c, Notice)]


def test_a_pattern_whose_insights_are_gone_is_retired_and_says_how_they_went() -> None:
    fates = dict(zip([i.id for i in COMPLAINTS[2:]], ("merged", "merged", "archived"), strict=True))
    retracted = replace(COMPLAINTS[1], evidence=())
    (change,) = later([COMPLAINTS[0], retracted, *noise()], patterns=known(), fates=fates)
    assert (change.pattern.status, change.reason.code) == ("retired", "evidence_gone")
    told = "1 of its 5 insights is left: 2 were merged into others, 1 was archived, 1 was taken back or told by sources that aren't trusted"
    assert change.reason.text == told


def test_a_pattern_that_dips_is_weakened_and_not_retired() -> None:
    (change,) = later([*COMPLAINTS[:4], *noise()], q=0.0, patterns=known())
    assert (change.pattern.status, change.pattern.support, change.reason.code) == ("candidate", 4, "not_found")
    assert change.pattern.last_seen == COMPLAINTS[3].observed_at
    assert later([*COMPLAINTS[:4], *noise()], q=0.0, patterns=(change.pattern,)) == [], "nothing is new the second time"


@pytest.mark.parametrize(("status", "ends"), [("candidate", "retired"), ("accepted", "accepted")])
def test_a_pattern_that_is_long_silent_fades_and_comes_back_when_it_is_found_again(status: PatternStatus, ends: str) -> None:
    """What a person has accepted stays, and says that it fades."""
    talk = [insight(200, "Mia learns to sail.", "Mia", day=200)]
    (change,) = later([*COMPLAINTS, *noise(), *talk], q=0.0, patterns=known(status=status))
    assert (change.pattern.status, change.pattern.trend) == (ends, "fading")
    (again,) = later([*COMPLAINTS, *noise(), *talk], patterns=(change.pattern,))
    assert (again.pattern.status, again.reason.code) == (status, "back" if ends == "retired" else "theme")


def test_a_pattern_that_a_person_accepted_comes_back_as_such() -> None:
    (old,) = known()
    asked = Candidate(old.id, "pattern", old.evidence, old.reason, 0.5, NOW, "accepted")
    (change,) = later([*COMPLAINTS, *noise()], patterns=(replace(old, status="retired"),), candidates=(asked,))
    assert (change.pattern.status, change.reason.code) == ("accepted", "back")
