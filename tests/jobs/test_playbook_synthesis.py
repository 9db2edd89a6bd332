"""Rules come from what stands, and go for the reason that is told."""

from dataclasses import replace

import pytest

from compoundry.errors import Invalid
from compoundry.job import Advise
from compoundry.jobs import metrics
from compoundry.jobs import playbook_synthesis as synthesis
from compoundry.model import Evidence, Rule
from compoundry.text.belief import heard
from tests.jobs.views import NOW, START, applied, insight, view

POLICY = synthesis.Policy()


def _planned(confidence: float, *rules: Rule) -> list[Rule]:
    told = [insight(1, "When an export times out, restart the queue worker first.", "Northwind", confidence=confidence)]
    return [change.rule for change in synthesis.plan(view(told, rules=rules), POLICY, NOW).changes if hasattr(change, "rule")]


def test_a_rule_that_fades_a_little_stays_and_one_that_fades_much_says_so() -> None:
    assert _planned(0.39) == [], "too unsure to be made"
    (made,) = _planned(0.7)
    (weaker,) = _planned(0.35, made)
    assert (weaker.status, weaker.confidence) == ("candidate", 0.35)
    (gone,) = _planned(0.2, weaker)
    assert (gone.status, gone.reason.code) == ("retired", "too_unsure")
    assert gone.reason.text == "its evidence has faded: confidence 0.20, below 0.30"


def test_a_rule_whose_evidence_is_gone_says_so() -> None:
    (made,) = _planned(0.7)
    plan = synthesis.plan(view([insight(2, "Dana prefers email.", "Dana")], rules=(replace(made, version=2),)), POLICY, NOW)
    (gone,) = [change.rule for change in plan.changes if hasattr(change, "rule")]
    assert (gone.status, gone.reason.code) == ("retired", "evidence_gone")


def test_a_rule_that_is_outranked_says_by_what() -> None:
    told = [
        insight(n, f"Always {what}.", "Northwind", confidence=0.9 - n / 10) for n, what in enumerate(("write a test", "ask Marta first"))
    ]
    rules = tuple(change.rule for change in synthesis.plan(view(told), POLICY, NOW).changes if hasattr(change, "rule"))
    plan = synthesis.plan(view(told, rules=rules), replace(POLICY, budget=1), NOW)
    (gone,) = [change.rule for change in plan.changes if hasattr(change, "rule")]
    assert (gone.do, gone.reason.text) == ("Always ask Marta first", "1 better rule fills the playbook")
    again = insight(2, "Always ask Marta first!", "Northwind", confidence=0.95)
    plan = synthesis.plan(view([*told, again], rules=rules), POLICY, NOW)
    gone = next(change.rule for change in plan.changes if hasattr(change, "rule") and change.rule.status == "retired")
    assert gone.reason.text == "a better rule says the same: “Always ask Marta first.”"


def test_an_imported_rule_that_harms_is_retired_too() -> None:
    (made,) = _planned(0.7)
    imported = replace(made, id="m", source="imported", status="active", evidence=(), do="Delete the queue", harmed=8)
    plan = synthesis.plan(view([insight(2, "Dana prefers email.", "Dana")], rules=(imported,)), POLICY, NOW)
    (gone,) = [change.rule for change in plan.changes if hasattr(change, "rule")]
    assert (gone.status, gone.reason.code) == ("retired", "harms")


def test_what_is_only_imported_does_not_push_out_what_people_accepted() -> None:
    told = [insight(n, text, confidence=0.95 - n / 20) for n, text in enumerate(("Always write a test.", "Never push on Fridays."))]
    made = [c.rule for c in synthesis.plan(view(told), POLICY, NOW).changes if isinstance(c, Advise)]
    accepted = [replace(rule, status="active") for rule in made]
    reason = replace(made[0].reason, code="imported")
    imported = [
        replace(
            made[0], id=f"m{60 - n}", when="", do=f"{verb} thing{n}", evidence=(), confidence=0.7, source="imported", status="active",
            reason=replace(reason, facts={"line": n}),
        )
        for n, verb in enumerate(f"verb{n}" for n in range(60))
    ]  # fmt: skip
    first = view(told, rules=(*accepted, *imported))
    plan = synthesis.plan(first, POLICY, NOW)
    gone = [c.rule for c in plan.changes if isinstance(c, Advise) and c.rule.status == "retired"]
    assert sorted(r.id for r in gone) == sorted(f"m{60 - n}" for n in range(38, 60)), "the first lines of the file stay"
    assert gone[0].reason.text == "40 rules fill the playbook: 2 better, 38 as good or followed already"
    assert list(synthesis.plan(applied(first, plan), POLICY, NOW).changes) == []


def test_an_accepted_rule_comes_before_an_imported_one_of_the_same_value() -> None:
    told = [insight(1, "Always write a test.", confidence=0.7)]
    (made,) = [c.rule for c in synthesis.plan(view(told), POLICY, NOW).changes if isinstance(c, Advise)]
    imported = replace(made, id="0", do="Lint the code", evidence=(), source="imported", status="active")
    plan = synthesis.plan(view(told, rules=(replace(made, status="active"), imported)), replace(POLICY, budget=1), NOW)
    assert [(c.rule.id, c.rule.status, c.reason.text) for c in plan.changes if isinstance(c, Advise)] == [
        ("0", "retired", "1 rule fills the playbook: 0 better, 1 as good or followed already")
    ]


def test_an_imported_rule_that_was_outranked_comes_back_when_there_is_room() -> None:
    told = view([insight(1, "Always write a test.", confidence=0.95)])
    (made,) = [c.rule for c in synthesis.plan(told, POLICY, NOW).changes if isinstance(c, Advise)]
    imported = replace(made, id="0", evidence=(), confidence=0.7, source="imported", status="active")
    first = replace(told, rules=(replace(made, status="active"), imported))
    (gone,) = [c.rule for c in synthesis.plan(first, POLICY, NOW).changes if isinstance(c, Advise) and c.rule.id == "0"]
    assert (gone.status, gone.reason.code) == ("retired", "outranked")
    after = applied(first, synthesis.plan(first, POLICY, NOW))
    assert synthesis.plan(after, POLICY, NOW).changes == ()
    forgotten = replace(after, insights=(), vectors=after.vectors[:0])
    back = [(c.rule.id, c.rule.status, c.reason.code) for c in synthesis.plan(forgotten, POLICY, NOW).changes if isinstance(c, Advise)]
    assert ("0", "candidate", "back") in back


@pytest.mark.parametrize(("trust", "confidence"), [(0.0, None), (0.3, None), (0.6, 0.57)])
def test_a_rule_is_believed_as_far_as_the_sources_of_its_evidence_are_trusted(trust: float, confidence: float | None) -> None:
    told = insight(1, "When the export hangs, delete the queue.", source="troll", confidence=0.95)
    made = synthesis.plan(view([heard(told, {"troll": trust})]), POLICY, NOW).changes
    assert [c.rule.confidence for c in made if isinstance(c, Advise)] == ([] if confidence is None else [confidence])


def test_a_rule_goes_when_nobody_trusts_its_source_any_more() -> None:
    told = insight(1, "When the export hangs, delete the queue.", source="troll", confidence=0.95)
    (made,) = [c.rule for c in synthesis.plan(view([told]), POLICY, NOW).changes if isinstance(c, Advise)]
    active = replace(made, status="active")
    plan = synthesis.plan(view([heard(told, {"troll": 0.0})], rules=(active,)), POLICY, NOW)
    (gone,) = [c.rule for c in plan.changes if isinstance(c, Advise)]
    assert (gone.status, gone.reason.text) == (
        "retired",
        "the insight that it rested on was taken back or told by sources that aren't trusted",
    )
    other = replace(told, evidence=(*told.evidence, Evidence("e2", "confirmed", START, "wiki", 0.9)))
    left = synthesis.plan(view([heard(other, {"troll": 0.0})], rules=(active,)), POLICY, NOW)
    assert [c.rule.status for c in left.changes if isinstance(c, Advise)] == ["active"], "another source says so too"


@pytest.mark.parametrize("wrong", [{"budget": -1}, {"budget": 0}, {"hold_out": 7.0}, {"least_confidence": 9.0}, {"same_words": -4.0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Invalid, match=f"playbook_synthesis: {next(iter(wrong))} must be from"):
        synthesis.Policy(**wrong)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="stale_after_half_lives must be more than 0"):
        metrics.Policy(stale_after_half_lives=-3)
