"""A pattern is one thing: what it says, in which order or when, and on how much that is independent."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from compoundry.job import Notice, View, same_id
from compoundry.jobs import pattern_detection
from compoundry.jobs.pattern_detection import Policy
from compoundry.model import Insight, Pattern, PatternKind
from compoundry.text.wording import expected
from tests.jobs.views import NOW, START, applied, insight, view

FIRMS = ("Acme", "Borealis", "Cobalt", "Dunmore", "Elgin", "Fjord", "Gantry", "Helix", "Ivory", "Juniper")
OTHERS = (
    "opened an office in Lyon", "hired a data team", "sells garden furniture", "has its own warehouse", "rents cars",
    "trains apprentices", "runs a canteen", "uses paper invoices", "sponsors a football club", "bakes bread",
)  # fmt: skip


def talk(*, first: int = 500, every: int = 9) -> list[Insight]:
    """Make sentences that nobody repeats, about the same firms."""
    return [insight(first + n, f"{who} {said}.", who, day=n * every) for n, (who, said) in enumerate(zip(FIRMS, OTHERS, strict=True))]


def changes(shown: View) -> list[Notice]:
    return [c for c in pattern_detection.plan(shown, Policy(), NOW).changes if isinstance(c, Notice)]


def patterns(insights: list[Insight], kind: PatternKind) -> list[Pattern]:
    return [c.pattern for c in changes(view(insights)) if c.pattern.kind == kind]


def again(shown: View) -> View:
    """Apply what is found, and look once more."""
    return applied(shown, pattern_detection.plan(shown, Policy(), NOW))


def mondays_in_march() -> list[Insight]:
    """Have one firm do something on Mondays in March of two years."""
    days = [day for year in (2025, 2026) for n in range(31) if (day := START.replace(year=year, month=3, day=n + 1)).weekday() == 0]
    return [insight(n, "Acme audits its suppliers.", "Acme", day=(day - START).days) for n, day in enumerate(days)]


def test_a_weekday_and_a_month_on_the_same_insights_are_two_patterns() -> None:
    shown = view([*mondays_in_march(), *talk(every=29)])
    found = {c.pattern.reason.facts["when"]: c.pattern for c in changes(shown) if c.pattern.kind == "period"}
    assert set(found) == {"Mondays", "March"}
    assert found["Mondays"].evidence == found["March"].evidence
    assert found["Mondays"].id == same_id("pattern", "period", *found["Mondays"].evidence), "the more usual form keeps the plain id"
    assert found["March"].id != found["Mondays"].id
    assert changes(again(shown)) == [], "each is recognised as itself"


def test_each_calendar_is_recognised_after_it_was_retired() -> None:
    shown = again(view([*mondays_in_march(), *talk(every=29)]))
    gone = again(replace(shown, insights=shown.insights[9:], vectors=shown.vectors[9:]))
    assert {p.status for p in gone.patterns if p.kind == "period"} == {"retired"}
    back = again(replace(shown, patterns=gone.patterns))
    labels = {p.id: p.label for p in shown.patterns}
    assert {p.id: p.label for p in back.patterns} == labels


def followed(first: str, then: str) -> list[Insight]:
    """Have eight firms do one thing and four days later the other; what is about the one has the lower ids."""
    told = []
    for n, who in enumerate(FIRMS[:8]):
        start = n * 33
        told += [insight(n, f"{who} {first}.", who, day=start + 4 * (first > then))]
        told += [insight(100 + n, f"{who} {then}.", who, day=start + 4 * (first < then))]
    return told


def test_the_other_order_of_the_same_insights_is_another_pattern() -> None:
    """A person who has refused the one order has said nothing about the other."""
    rows = followed("asked for a discount", "signed the plan")
    shown = again(view([*rows, *talk()]))
    (known,) = [p for p in shown.patterns if p.kind == "sequence"]
    turned = [replace(i, observed_at=i.observed_at + timedelta(days=8 if i.id < "i0100" else 0)) for i in rows]
    refused = tuple(replace(p, status="rejected") if p == known else p for p in shown.patterns)
    later = view([*turned, *talk()], patterns=refused)
    (other,) = [c.pattern for c in changes(later) if c.before is None]
    assert other.kind == "sequence"
    assert other.evidence == known.evidence
    assert other.id != known.id
    assert changes(again(later)) == []


def test_a_new_pattern_never_takes_the_id_of_a_known_one() -> None:
    """A known pattern may rest on other insights by now than those that gave it its id."""
    shown = view([insight(n, f"{who} complains that exports are slow.", who, day=n * 11) for n, who in enumerate(FIRMS[:6])])
    shown = view([*shown.insights, *talk()])
    (theme,) = [c.pattern for c in changes(shown) if c.pattern.kind == "theme"]
    moved = replace(theme, evidence=("x1", "x2", "x3"), status="rejected")
    (fresh,) = [c for c in changes(replace(shown, patterns=(moved,))) if c.before is None]
    assert fresh.pattern.evidence == theme.evidence
    assert fresh.pattern.id != theme.id


def test_what_many_tell_of_one_day_is_no_period() -> None:
    """Six firms that report one outage are six firms, and one day."""
    outage = [insight(n, f"{who} reported that the login page was down.", who, day=101) for n, who in enumerate(FIRMS[:6])]
    assert patterns([*outage, *talk()], "period") == []


def test_a_period_of_several_counts_days_and_names_none_of_them() -> None:
    told = [
        insight(10 * week + n, f"{who} reported that the login page was down.", who, day=7 * week + 3)
        for week in range(8)
        for n, who in enumerate(FIRMS[:3])
    ]
    (period,) = patterns([*told, *talk()], "period")
    assert (period.support, period.reason.facts["out_of"]) == (8, 8)
    assert period.label == "3 people reported that the login page was down, mostly on Thursdays (8 of 8 days)"
    assert expected(period.reason.facts, "period", told[0])[1] == "Expect “… reported that the login page was down” or the like"


def test_a_busy_day_of_the_workspace_makes_no_other_weekday_rare() -> None:
    """An import of 200 notes on one Monday says nothing about Thursdays."""
    told = [insight(n, "Acme audits its suppliers.", "Acme", day=day) for n, day in enumerate((3, 10, 17, 24, 31, 32, 40))]
    imported = [insight(1000 + n, f"Person {n} keeps {n} old maps of {n} towns.", f"Person {n}", day=0) for n in range(200)]
    usual = [insight(2000 + n, f"Person {n} {said}.", f"Person {n}", day=3 + 7 * n) for n, said in enumerate(OTHERS)]
    assert patterns([*told, *imported, *usual], "period") == []


def near_each_other(seed: int, *, firms: int, times: int) -> list[Insight]:
    """Have each firm do two things some times within 13 days of its own, in any order."""
    dice, told = random.Random(seed), []
    for n in range(firms):
        start = dice.uniform(0, 300)
        for k, said in enumerate(("asked for a questionnaire", "requested a discount on seats") * times):
            told.append(insight(10 * n + k, f"{FIRMS[n]} {said}.", FIRMS[n], day=start + dice.uniform(0, 13)))
    return told


@pytest.mark.parametrize("times", [1, 3])
def test_what_only_comes_near_each_other_is_no_sequence(times: int) -> None:
    """Whether one comes first is as good as tossed, so that hardly any of 30 workspaces may report an order."""
    found = [patterns([*near_each_other(seed, firms=10, times=times), *talk()], "sequence") for seed in range(30)]
    assert sum(map(bool, found)) <= 2


def test_what_comes_in_any_order_goes_together() -> None:
    assert patterns([*near_each_other(1, firms=8, times=3), *talk()], "co_occurrence")


def test_what_mostly_comes_first_makes_a_sequence_of_one_order() -> None:
    """One of ten has it the other way round, and some say it twice."""
    told = followed("asked for a discount", "signed the plan")
    turned = [insight(200, "Ivory signed the plan.", "Ivory", day=270), insight(201, "Ivory asked for a discount.", "Ivory", day=275)]
    twice = [insight(210 + n, f"{who} asked for a discount.", who, day=n * 33 + 1) for n, who in enumerate(FIRMS[:3])]
    (sequence,) = patterns([*told, *turned, *twice, *talk()], "sequence")
    assert sequence.label == "After “… asked for a discount”, “… signed the plan” follows within 14 days (8 of 9 people)"


def told_in(artifact: dict[str, object], n: int, who: str, content: str, *, day: float) -> Insight:
    """Make an insight that stands on an artifact."""
    plain = insight(n, content, who, day=day)
    return replace(plain, evidence=tuple(replace(e, excerpt="Everybody hates slow exports.", artifact=artifact) for e in plain.evidence))


MAIL: dict[str, object] = {"id": "mail-1", "type": "email"}
TOLD: dict[str, object] = {"artifact_id": "t1", "type": "text"}


def complaints(*artifacts: dict[str, object]) -> list[Insight]:
    """Have a firm complain for each artifact."""
    about = zip(FIRMS, artifacts, strict=False)
    return [told_in(said, n, who, f"{who} complains that exports are slow.", day=n * 5) for n, (who, said) in enumerate(about)]


@pytest.mark.parametrize("artifact", [MAIL, TOLD])
def test_what_one_artifact_tells_of_many_is_one_source(artifact: dict[str, object]) -> None:
    assert [c.pattern for c in changes(view([*complaints(*[artifact] * 7), *talk()]))] == []


def test_artifacts_of_their_own_and_those_without_an_id_make_a_theme() -> None:
    mails = [{**MAIL, "id": f"mail-{n}"} for n in range(3)]
    (theme,) = patterns([*complaints(MAIL, MAIL, MAIL, *mails[:1], *mails[2:], {"file": "notes.md"}, {}), *talk()], "theme")
    assert theme.support == 5
    assert len(theme.evidence) == 5, "what adds no source is no evidence"
    assert theme.label.startswith("5 people complain")


def test_a_sequence_needs_sources_of_its_own() -> None:
    rows = followed("asked for a discount", "signed the plan")
    one = [replace(i, evidence=tuple(replace(e, artifact=MAIL) for e in i.evidence)) for i in rows]
    each = [replace(i, evidence=tuple(replace(e, artifact={"id": i.entities[0].id}) for e in i.evidence)) for i in rows]
    assert patterns([*one, *talk()], "sequence") == []
    assert patterns([*each, *talk()], "sequence")[0].support == 8


def test_a_known_pattern_that_rests_on_one_artifact_loses_its_support() -> None:
    shown = again(view([*complaints(*[{}] * 7), *talk()]))
    (theme,) = [p for p in shown.patterns if p.kind == "theme"]
    (change,) = changes(view([*complaints(*[MAIL] * 7), *talk()], patterns=(theme,)))
    assert (change.pattern.id, change.pattern.support) == (theme.id, 1)
