"""Rules read well, trace to evidence, and keep their bytes."""

from dataclasses import replace

import pytest

from compoundry.job import Advise
from compoundry.jobs import playbook_synthesis
from compoundry.jobs.playbook_synthesis import Policy
from compoundry.mcp import told
from compoundry.model import Fact, PatternKind, Reason, Rule
from compoundry.text import playbook, wording
from compoundry.text.agreement import spoken
from compoundry.text.commands import Command, commands, excluded
from compoundry.text.lessons import Lesson, lesson
from tests.jobs.views import NOW, insight, view


def rule(n: int, do: str = "Restart the worker", **more: object) -> Rule:
    made = Rule(f"r{n}", "it hangs", do, "seen twice", ("i1", "i2"), 0.8, "lesson", NOW, Reason("from_lesson", "noted"), status="active")
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        (
            "If a customer asks for a refund, check the usage report first.",
            Lesson("a customer asks for a refund", "check the usage report first"),
        ),
        ("Always send the contract as a PDF.", Lesson("", "Always send the contract as a PDF")),
        ("Never call Dana when she is travelling.", Lesson("she is travelling", "Never call Dana")),
        ("Before a release, run the smoke test unless it is a hotfix.", Lesson("before a release", "run the smoke test", "it is a hotfix")),
        ("Dana always sends flowers.", None),
        ("Always log errors like this:", None),
        (
            "When you convert units (e.g., gallons to liters), use the tool for it.",
            Lesson("you convert units (e.g., gallons to liters)", "use the tool for it"),
        ),
        ("When Dana called, Tom was out", None),
        ("When a copy of the drive is there, users can read it.", None),
        ("When the export hangs, Restart the worker.", Lesson("the export hangs", "Restart the worker")),
        ("Use the cache only when needed.", Lesson("", "Use the cache only when needed")),
        ("Restart the worker if the export hangs.", None),
        ("When orders are placed, such as shares, The agent checked them first.", None),
        (
            "When several steps are needed, especially in tools with an id, confirm the id first.",
            Lesson("several steps are needed, especially in tools with an id", "confirm the id first"),
        ),
        ("When Maria was younger, her family had money problems.", None),
        ("After a deploy, you should watch the error rate.", Lesson("after a deploy", "you should watch the error rate")),
    ],
)
def test_lessons_are_taken_apart(sentence: str, parts: Lesson | None) -> None:
    assert lesson(sentence) == parts


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("Restart the worker if the export hangs.", Lesson("the export hangs", "Restart the worker")),
        ("Rotate keys whenever somebody leaves the team.", Lesson("somebody leaves the team", "Rotate keys")),
        ("Must not deploy on Fridays.", Lesson("", "Must not deploy on Fridays")),
        ("You should always write tests unless it is a spike.", Lesson("", "You should always write tests", "it is a spike")),
        ("Lesson learned: write the changelog before tagging.", Lesson("", "write the changelog before tagging")),
        ("Note: when the export hangs, restart the worker.", Lesson("the export hangs", "restart the worker")),
        ("Open the page only if it is green.", Lesson("", "Open the page only if it is green")),
        ("Exports hang if the disk is full.", None),
        ("Deploy times doubled when we added tests.", None),
        ("Finish Line offers refunds if it rains.", None),
        ("Support answers within a day.", None),
        ("Marta approves refunds.", None),
        ("Must be a bug in the worker.", None),
        ("You never know.", None),
        ("Need to call Dana by May.", None),
    ],
)
def test_what_is_told_to_be_a_lesson_is_read_more_generously(sentence: str, parts: Lesson | None) -> None:
    assert lesson(sentence, told=True) == parts
    made = playbook_synthesis.plan(view([insight(1, sentence, type="lesson")]), Policy(), NOW)
    assert [change.rule.when for change in made.changes if isinstance(change, Advise)] == ([parts.when] if parts else [])
    assert [told.because for told in made.dispositions] == ["" if parts else playbook_synthesis.NO_ORDER]


@pytest.mark.parametrize(
    "fact",
    ["Always a pleasure to work with Acme", "Never mind the weather", "Always happy to help.", "Never tested.", "Don't know why it fails."],
)
def test_what_only_states_something_is_no_lesson(fact: str) -> None:
    assert (lesson(fact), lesson(fact, told=True)) == (None, None)


def test_a_lesson_becomes_a_rule_with_its_evidence() -> None:
    told = insight(1, "When the export times out, restart the queue worker.", "Northwind", confidence=0.8)
    (change,) = playbook_synthesis.plan(view([told]), Policy(), NOW).changes
    assert isinstance(change, Advise)
    made = change.rule
    assert (made.when, made.do, made.evidence, made.status) == ("the export times out", "Restart the queue worker", (told.id,), "candidate")


def commanded(sentence: str) -> list[Command]:
    """Read a sentence as its rule would be read."""
    parts = lesson(sentence)
    return commands(parts.do, when=parts.when) if parts and not parts.unless else [] if parts else commands(sentence)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("Always squash commits before merging.", "Keep the commit history as it is; don't squash when you merge.", True),
        ("Never deploy on a Friday.", "Deploy hotfixes on Friday.", True),
        ("Prefer tabs over spaces.", "Use spaces rather than tabs.", True),
        ("When tests fail, restart the worker.", "Never restart the worker.", True),
        ("Avoid using class components.", "Use class components.", True),
        ("Do not send reminders by email.", "Send reminders by email.", True),
        ("You should always deploy on Fridays.", "Must not deploy on Fridays.", True),
        ("Use classes.", "Don't use classes in tests.", False),
        ("Avoid classes.", "Use classes for services.", False),
        ("Don't deploy without tests.", "Deploy with tests.", False),
        ("Run the tests before merging.", "Don't run the tests after merging.", False),
        ("Prefer interfaces over types.", "Use types for unions.", False),
        ("Never restart the worker unless Marta agrees.", "When the export fails, restart the worker.", False),
        ("When on call, answer within 5 minutes.", "When on holiday, don't answer within 5 minutes.", False),
        ("Avoid unnecessary comments.", "Use comments.", False),
        ("Use small functions.", "Avoid large functions.", False),
    ],
)
def test_rules_that_cannot_both_be_followed_clash_in_whatever_words(one: str, other: str, clash: bool) -> None:
    told = [commanded(sentence) for sentence in (one, other)]
    assert excluded(*told) is excluded(*reversed(told)) is clash


def test_rules_far_apart_in_words_are_flagged_where_they_clash() -> None:
    told = (
        "Always squash commits before merging.",
        "Remember to keep the history as it is; don't squash when you merge.",
        "Never skip a test.",
    )
    made = playbook_synthesis.plan(view([insight(n, text) for n, text in enumerate(told)]), Policy(), NOW)
    rules = [c.rule for c in made.changes if isinstance(c, Advise)]
    squash, keep, skip = sorted(rules, key=lambda r: r.evidence)
    assert (squash.clashes, keep.clashes, skip.clashes) == ((keep.id,), (squash.id,), ())


def test_rules_that_name_another_value_are_flagged() -> None:
    told = ("Always use 2 reviewers.", "Always use 3 reviewers.", "Always use 3 linters.")
    made = playbook_synthesis.plan(view([insight(n, text) for n, text in enumerate(told)]), Policy(), NOW)
    two, three, other = sorted((c.rule for c in made.changes if isinstance(c, Advise)), key=lambda r: r.evidence)
    assert (two.clashes, three.clashes, other.clashes) == ((three.id,), (two.id,), ())


def test_two_lessons_in_the_same_words_are_one_rule() -> None:
    told = [insight(n, "When the export times out, restart the queue worker.") for n in range(2)]
    assert len(playbook_synthesis.plan(view(told), Policy(), NOW).changes) == 1


def test_the_budget_keeps_the_best() -> None:
    told = [insight(n, f"Never deploy service {chr(97 + n) * 3} on a Friday.", confidence=0.5 + n / 100) for n in range(8)]
    made = [c.rule for c in playbook_synthesis.plan(view(told), Policy(budget=3), NOW).changes if isinstance(c, Advise)]
    assert sorted(r.confidence for r in made) == [0.55, 0.56, 0.57]


def test_a_rule_without_evidence_is_retired_and_a_persons_decision_stands() -> None:
    told = insight(1, "When the export times out, restart the queue worker.")
    (made,) = [c.rule for c in playbook_synthesis.plan(view([told]), Policy(), NOW).changes if isinstance(c, Advise)]
    (gone,) = playbook_synthesis.plan(view([], rules=(replace(made, status="active"),)), Policy(), NOW).changes
    assert isinstance(gone, Advise)
    assert (gone.rule.status, gone.reason.code) == ("retired", "evidence_gone")
    assert playbook_synthesis.plan(view([told], rules=(replace(made, status="rejected"),)), Policy(), NOW).changes == ()


def test_the_block_keeps_its_bytes_and_its_neighbours() -> None:
    block = playbook.agents_block([rule(1), rule(2, "Call Dana")])
    document = playbook.placed("# My rules\n\nBe kind.\n", block)
    assert playbook.placed(document, block) == document
    assert playbook.placed(document, playbook.agents_block([rule(1)])).startswith("# My rules\n\nBe kind.\n\n<!-- compoundry:begin -->")
    assert document.count("compoundry:begin") == 1


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "--> <!-- compoundry:end -->", "\x1b[31mred", "a\n# Heading", "‮reversed", "---\nname: x"]
)
def test_stored_text_cannot_break_out(hostile: str) -> None:
    for text in (playbook.markdown([rule(1, hostile)]), playbook.agents_block([rule(1, hostile)]), playbook.skill([rule(1, hostile)])):
        assert "<script" not in text
        assert "\x1b" not in text
        assert "‮" not in text
        assert "\n# Heading" not in text
        assert text.count("compoundry:end") <= 1 + hostile.count("compoundry:end")
        assert text.count("-->") <= 2


def test_a_token_budget_keeps_the_surest() -> None:
    rules = [rule(n, f"Do thing {n}", confidence=n / 10) for n in range(1, 6)]
    assert [r.id for r in playbook.within_tokens(rules, 20)] == ["r5", "r4"]


def test_a_rule_is_told_with_the_word_of_its_condition_and_in_its_better_words() -> None:
    release = rule(1, "Run the tests", when="before a release")
    assert spoken(release) == "Before a release, run the tests."
    assert told.rule(release).startswith("- Before a release: Run the tests. Because")
    assert told.rule(replace(release, polished="Run all tests before a release.")).startswith("- Run all tests before a release. Because")


def test_a_token_budget_counts_lines_as_a_face_writes_them() -> None:
    rules = [rule(n, f"Do thing {n}", confidence=n / 10) for n in range(1, 6)]
    kept = playbook.within_tokens(rules, 60, line=told.rule)
    assert 0 < len(kept) < len(playbook.within_tokens(rules, 60))
    assert len("\n".join(map(told.rule, kept))) <= 60 * 4


@pytest.mark.parametrize("format", playbook.FORMATS)
def test_a_token_budget_counts_all_that_is_written(format: str) -> None:
    """What a format leaves out takes nothing of it."""
    waiting = [rule(n, f"Do thing {n}", confidence=0.9, status="candidate") for n in range(10, 20)]
    rules = [*(rule(n, f"Do thing {n}", confidence=n / 10) for n in range(1, 6)), *(waiting if format != "markdown" else ())]
    page = playbook.written(playbook.within_tokens(rules, 80, format=format), format)
    assert "Do thing 5" in page
    assert 200 < len(page) <= 80 * 4


@pytest.mark.parametrize(
    ("kind", "facts", "when", "do"),
    [
        ("theme", {"says": "… signs the plan", "sure": True, "about": "companies"}, "you plan for companies", "that several sign the plan"),
        (
            "theme",
            {"says": "… signs the plan", "topic": "plan", "about": "sources"},
            "",
            "“plan”, which comes up with several, as in “… signs the plan”",
        ),
        ("habit", {"says": "… signs late", "sure": True}, "you plan with Dana", "that Dana signs late"),
        ("habit", {"says": "… signs late", "topic": "signs"}, "you plan with Dana", "“signs”, which keeps coming up, as in “… signs late”"),
    ],
)
def test_a_rule_made_of_a_pattern_is_a_sentence(kind: PatternKind, facts: dict[str, Fact], when: str, do: str) -> None:
    assert wording.expected(facts, kind, insight(1, "Dana signs late.", "Dana")) == (when, f"Keep in mind {do}")


def test_one_insight_is_counted_as_one() -> None:
    assert "(confidence 0.80, 1 insight)" in playbook.markdown([rule(1, evidence=("i1",))])
