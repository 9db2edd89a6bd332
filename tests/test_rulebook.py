"""Rules are followed through their use: outcomes, lift, versions, files."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from compoundry import Workspace
from compoundry.errors import Invalid, NotFound
from compoundry.model import Rule
from compoundry.text.rulefiles import Unread, Written, rules_in

LESSON = "When the export times out, restart the queue worker first."
FILE = """---
description: Python rules
globs: "*.py"
---
# Style

- **Always** use `ruff` before a commit.
- If a test fails, stop and read it
  before changing anything.
- Tips:
- x

```
- not a rule
```
<!-- compoundry:begin -->
- ours already
<!-- compoundry:end -->
"""


@pytest.fixture
def ws(database_url: str) -> Iterator[Workspace]:
    """Give an embedded workspace, on both databases in turn."""
    with Workspace.open(database_url, encoder="hashed") as opened:
        yield opened


@pytest.fixture
def rule(ws: Workspace) -> Rule:
    """Give an active rule that came from a lesson."""
    ws.add(LESSON, entities=["Northwind"], confidence=0.8)
    ws.run("playbook_synthesis")
    ws.accept(ws.candidates(kind="rule")[0])
    (made,) = ws.rules(status="active")
    return made


def test_outcomes_move_a_rule_and_harm_retires_it(ws: Workspace, rule: Rule) -> None:
    for _ in range(2):
        ws.report(rule.id, "harmed", note="made it worse")
    ws.run("playbook_synthesis")
    assert [r.status for r in ws.rules()] == ["active"], "two outcomes are too few to judge by"
    for _ in range(8):
        ws.report(rule.id, "harmed")
    ws.run("playbook_synthesis")
    (gone,) = ws.rules()
    assert (gone.status, gone.reason.code, gone.harmed) == ("retired", "harms", 10)
    ws.run("playbook_synthesis")
    assert [r.status for r in ws.rules()] == ["retired"], "its evidence stands, and it stays retired"


def test_not_applicable_counts_for_nothing(ws: Workspace, rule: Rule) -> None:
    after = ws.report(rule.id, "not_applicable", note="no export here")
    assert (after.helped, after.harmed) == (0, 0)
    assert [(o.outcome, o.note) for o in ws.reported(rule.id)] == [("not_applicable", "no export here")]
    with pytest.raises(Invalid, match="helped, harmed"):
        ws.report(rule.id, "great")
    with pytest.raises(NotFound):
        ws.report("nothing", "helped")


def test_a_rule_held_out_shows_its_lift(ws: Workspace, rule: Rule) -> None:
    ws.configure("playbook_synthesis", hold_out=0.5)
    shown = {f"s{n}": "restart the queue worker" in ws.playbook(session=f"s{n}").casefold() for n in range(40)}
    assert 8 < sum(shown.values()) < 32
    assert shown["s7"] == ("restart the queue worker" in ws.playbook(session="s7").casefold()), "a session always sees the same"
    for session, had_it in shown.items():
        ws.report(rule.id, "helped" if had_it else "harmed", session=session)
    lift = ws.lift(rule.id)
    assert (lift.exposed, lift.withheld) == (sum(shown.values()), 40 - sum(shown.values()))
    assert lift.difference == 1
    assert lift.low is not None
    assert lift.low > 0.5
    assert ws.rules()[0].harmed == 0, "what went wrong without it isn't its fault"


def test_every_version_of_a_rule_is_told(ws: Workspace, rule: Rule) -> None:
    chain = ws.why_rule(rule.id)
    assert [i.content for i in chain.insights] == [LESSON]
    assert [entry.kind for _, entry in chain.decisions] == ["advise", "decide", "decide"]
    assert (chain.pattern, chain.rules) == (None, [rule])


def test_a_rule_stays_itself_when_its_insight_is_merged_into_another(ws: Workspace, rule: Rule) -> None:
    ws.add(LESSON, entities=["Northwind"], confidence=0.8, observed_at=datetime.now(UTC) - timedelta(days=9))
    ws.run("consolidation")
    ws.run("playbook_synthesis")
    assert [(r.id, r.status) for r in ws.rules()] == [(rule.id, "active")]


def test_a_rule_goes_and_comes_back_with_its_evidence_as_often_as_it_likes(ws: Workspace) -> None:
    ws.add(LESSON, confidence=0.8, source="wiki")
    ws.run("playbook_synthesis")
    for decided in (False, False, True):
        if decided:
            ws.accept(ws.candidates(kind="rule")[0])
        ws.trust("wiki", 0)
        archiving = ws.run("decay_sweep")
        assert ws.run("playbook_synthesis").state == "completed"
        assert [(r.status, r.reason.text) for r in ws.rules()] == [("retired", "the insight that it rested on was archived")]
        assert ws.candidates(kind="rule") == []
        ws.trust("wiki", 1)
        archiving.revert()
        ws.run("playbook_synthesis")
        assert [r.status for r in ws.rules()] == ["active" if decided else "candidate"], "what a person decided stays"


def test_unchanged_input_makes_no_new_version(ws: Workspace, rule: Rule) -> None:
    assert ws.run("playbook_synthesis").changes == []


def test_rules_that_contradict_each_other_are_flagged_and_repeats_are_one(ws: Workspace) -> None:
    for lesson in ("Always deploy on a Friday.", "Never deploy on a Friday.", "Never deploy on a Friday!", "Always write a test first."):
        ws.add(lesson, confidence=0.9)
    ws.run("playbook_synthesis")
    rules = {r.do: r for r in ws.rules()}
    assert len(rules) == 3
    assert rules["Always deploy on a Friday"].clashes == (rules["Never deploy on a Friday"].id,)
    assert rules["Always write a test first"].clashes == ()
    assert "contradicts 1 other here" in ws.playbook()


def test_a_file_of_rules_is_read_with_its_conditions_and_its_gaps() -> None:
    read = rules_in(FILE)
    written = [(one.when, one.do, one.section) for one in read if isinstance(one, Written)]
    assert written == [
        ("you work on *.py", "Always use ruff before a commit", "Style"),
        ("you work on *.py and a test fails", "Stop and read it before changing anything", "Style"),
    ]
    assert [one.why for one in read if isinstance(one, Unread)] == ["too short to be a rule", "too short to be a rule"]


def test_importing_a_file_twice_adds_nothing_and_can_be_taken_back(ws: Workspace) -> None:
    before = ws.state_hash()
    done = ws.import_rules(FILE, name="rules.mdc")
    assert (len(done.new), done.known) == (2, 0)
    assert {(r.source, r.status) for r in ws.rules()} == {("imported", "active")}
    again = ws.import_rules(FILE, name="rules.mdc")
    assert (len(again.new), again.known, again.run) == (0, 2, None)
    ws.run("playbook_synthesis")
    assert len(ws.rules(status="active")) == 2, "imported rules need no evidence"
    assert done.run is not None
    assert ws.runs()[-1].revert().state == "completed"
    assert ws.state_hash() == before
    with pytest.raises(Invalid, match="no rules"):
        ws.import_rules("# Only a heading")


def test_the_block_for_agents_keeps_its_bytes(ws: Workspace, rule: Rule) -> None:
    block = ws.playbook("agents")
    assert rule.do in block
    ws.add("When a payment fails, tell the customer first.", confidence=0.9)
    ws.run("playbook_synthesis")
    assert ws.playbook("agents") == block, "a candidate is not advice yet"
    assert ws.playbook("skill").startswith("---\nname: team-playbook\n")
    assert ws.playbook(max_tokens=1) == "# Playbook\n\nNo rules to show.\n"
    with pytest.raises(Invalid, match="format"):
        ws.playbook("pdf")


def test_a_renamed_pattern_keeps_its_name(ws: Workspace) -> None:
    now = datetime.now(UTC)
    for n, who in enumerate(("Northwind", "Lakeside", "Hillcrest", "Bellwood", "Oakridge")):
        ws.add(f"{who} complains that exports are slow.", entities=[who], observed_at=now - timedelta(days=20 - n))
    for n in range(30):
        ws.add(f"Person {n} likes topic number {n * 7919 % 1009}.", entities=[f"Person {n}"], observed_at=now - timedelta(days=n))
    ws.run("pattern_detection")
    pattern = next(p for p in ws.patterns() if "exports" in p.label)
    assert ws.rename(pattern.id, "Exports are slow for many").named_by
    ws.add("Pinewood complains that exports are slow.", entities=["Pinewood"], observed_at=now)
    ws.run("pattern_detection")
    again = next(p for p in ws.patterns() if p.id == pattern.id)
    assert (again.label, again.support) == ("Exports are slow for many", pattern.support + 1)
    assert ws.why_pattern(pattern.id).pattern == again


def test_a_rule_is_the_same_noun_everywhere(rule: Rule) -> None:
    assert replace(rule, helped=1) != rule


def test_a_filter_with_a_word_that_nothing_is_called_is_refused(ws: Workspace) -> None:
    with pytest.raises(Invalid, match="kind: must be one of theme, habit"):
        ws.patterns(kind="themes")
    with pytest.raises(Invalid, match="status: must be one of candidate, active"):
        ws.rules(status="accepted")
    assert ws.patterns(kind="theme", trend="rising") == []


def test_a_playbook_can_be_read_back(ws: Workspace, tmp_path: Path) -> None:
    """What is exported as Markdown comes back with its conditions, exceptions and standing, and only once."""
    told = (
        "When the log says: disk full, remove old snapshots first unless a backup is running.",
        "Before a release, run `make test` with the flag --all [twice].",
        "Never deploy on a Friday unless the on-call engineer agrees.",
        "Always answer within a day.",
    )
    for n, lesson in enumerate(told):
        ws.add(lesson, entities=["Northwind"], confidence=0.9 - n / 100)
    ws.run("playbook_synthesis")
    for candidate in ws.candidates(kind="rule")[:2]:
        ws.accept(candidate)
    page, before = str(ws.playbook()), ws.state_hash()
    assert [len(ws.import_rules(page).new), ws.state_hash()] == [0, before], "it knows what it has written itself"
    with Workspace.open(tmp_path / "other.db", encoder="hashed") as other:
        assert len(other.import_rules(page).new) == len(told)
        assert {_told(r) for r in other.rules()} == {_told(r) for r in ws.rules()}
        assert len(other.candidates(kind="rule")) == 2, "what nobody has reviewed waits there, too"
        assert (len(other.import_rules(page).new), len(other.import_rules(str(other.playbook())).new)) == (0, 0)
        other.run("playbook_synthesis")
        assert {_told(r) for r in other.rules()} == {_told(r) for r in ws.rules()}


def _told(rule: Rule) -> tuple[str, str, str, str]:
    return rule.when, rule.do.replace("`", "'"), rule.unless, rule.status
