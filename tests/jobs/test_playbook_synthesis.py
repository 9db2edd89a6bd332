"""Rules come from what stands, and go for the reason that is told."""

from dataclasses import replace

from compoundry.jobs import playbook_synthesis as synthesis
from compoundry.model import Rule
from tests.jobs.views import NOW, insight, view

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
