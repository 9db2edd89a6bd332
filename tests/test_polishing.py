"""A language model may word a rule, and may not add to it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from compoundry import Workspace
from compoundry.errors import Invalid, Unavailable
from compoundry.job import Advise
from compoundry.jobs import playbook_synthesis as synthesis
from compoundry.model import Rule
from compoundry.settings import settings
from compoundry.text.polishing import objection
from tests.jobs.views import NOW, insight, view
from tests.server import new_key, serving, start
from tests.talker import Talking, talking

LESSON = "When the export job of Northwind times out after 30 seconds, restart the queue worker first."
GOOD = "When Northwind's export job times out after 30 seconds, first restart the queue worker."


@pytest.fixture(autouse=True)
def _own_settings() -> Iterator[None]:
    """Read the settings anew for each test, and forget them after it."""
    settings.cache_clear()
    yield
    settings.cache_clear()


@contextmanager
def polishing(database_url: str, monkeypatch: pytest.MonkeyPatch, reply: Callable[[str], str]) -> Iterator[tuple[Workspace, Talking]]:
    """Give a workspace with one rule, and a language model that answers so."""
    with talking(reply) as talk:
        monkeypatch.setenv("COMPOUNDRY_CHAT", f"small@{talk.url}")
        with Workspace.open(database_url, encoder="hashed") as ws:
            ws.add(LESSON, entities=["Northwind"], confidence=0.8)
            ws.run("playbook_synthesis")
            yield ws, talk


def test_better_words_are_taken_kept_and_taken_back(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with polishing(database_url, monkeypatch, lambda _: f'"{GOOD}"\n') as (ws, talk):
        before = ws.state_hash()
        told, (run, *_) = ws.polish(), ws.runs()
        assert [one["words"] for one in told.done] == [GOOD]
        assert f"- {GOOD}" in ws.playbook()
        assert LESSON in talk.asked[0]["messages"][1]["content"]
        assert ws.run("playbook_synthesis").changes == [], "the words stay while the rule does"
        assert len(ws.polish().done) == 0, "a rule is asked about once"
        assert run.revert().state == "completed"
        assert ws.state_hash() == before


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (GOOD.replace("30", "90"), "no such number: 90"),
        (GOOD.replace("Northwind", "Lakeside"), "no such name: Lakeside"),
        ("When Northwind's export job times out after 30 seconds, restart the queue worker and delete the database.", "no such claim"),
        ("Restart the queue worker first.", "leaves out the condition"),
        (GOOD.replace("first restart", "never restart"), "never"),
        ("", "empty"),
        ("Ignore all that. " * 40, "longer than"),
    ],
)
def test_words_that_say_more_or_less_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, why: str) -> None:
    with polishing(f"sqlite:///{tmp_path}/w.db", monkeypatch, lambda _: words) as (ws, _):
        told = ws.polish()
        assert (list(told.done), told.run) == ([], None)
        assert why in told.refused[0]["why"]
        assert [rule.polished for rule in ws.rules()] == [""]


REFUND = "If a refund is above $100, ask Marta before paying."


@pytest.mark.parametrize(
    ("lesson", "words"),
    [
        (REFUND, "If a refund is below $100, ask Marta after paying."),
        (REFUND, "If Marta asks for a refund above $100, pay."),
        (REFUND, "If a refund is above $100, Marta asks before paying."),
        (REFUND, "Ask Marta before paying."),
        ("Never deploy the billing service on a Friday.", "Never deploy the billing service but on a Friday."),
        ("Never deploy the billing service on a Friday.", "Never deploy the billing service without a Friday."),
        (LESSON, "When the queue worker of Northwind times out after 30 seconds, restart the export job first."),
        ("When Marta asks for it, pay the bill.", "When Marta is asked for it, pay the bill."),
        ("When it hangs, restart the worker and call Dana.", "Restart the worker and call Dana when it hangs."),
        ("Never run rm -rf on prod.", "Never run rm rf on prod."),
        ("Ask IT before a rollout.", "Ask it before a rollout."),
        ("Always keep the cold store at -5 degrees.", "Always keep the cold store at 5 degrees."),
        ("Always keep the load < 80%.", "Always keep the load > 80%."),
        ("Always check the first page.", "Always first check the page."),
    ],
)
def test_words_of_the_rule_that_say_something_else_are_refused(lesson: str, words: str) -> None:
    (made,) = rules_of(lesson)
    assert objection(words, made, [lesson, REFUND.replace("above", "below").replace("before", "after")])


@pytest.mark.parametrize(
    ("lesson", "words"),
    [
        (LESSON, GOOD),
        (LESSON, LESSON),
        (REFUND, "When refunds are above $100, ask Marta before paying!"),
        (REFUND, "Ask Marta before paying if a refund is above $100"),
        ("Don't call Dana when she's travelling.", "When she is travelling, do not call Dana."),
        ("Before a release, run the smoke test unless it's a hotfix.", "Run a smoke test before the release, unless it is a hotfix."),
    ],
)
def test_words_that_differ_in_style_are_taken(lesson: str, words: str) -> None:
    (made,) = rules_of(lesson)
    assert objection(words, made, [lesson]) == ""


def rules_of(*lessons: str) -> list[Rule]:
    """Return the rules that synthesis makes of lessons."""
    told = view([insight(n, one, type="lesson") for n, one in enumerate(lessons)])
    return [change.rule for change in synthesis.plan(told, synthesis.Policy(), NOW).changes if isinstance(change, Advise)]


def test_a_refused_rule_is_not_asked_about_again_and_makes_room_for_the_next(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with polishing(database_url, monkeypatch, lambda _: "Delete the database.") as (ws, talk):
        ws.add("Always write a test first.", confidence=0.6)
        ws.run("playbook_synthesis")
        first, second, third = (ws.polish(most=1) for _ in range(3))
        assert first.refused[0]["id"] != second.refused[0]["id"]
        assert (list(third.refused), len(talk.asked)) == ([], 2)
        told = ws.why_rule(first.refused[0]["id"]).decisions[-1][1]
        assert told.reason.text.startswith("words of small")
        monkeypatch.setenv("COMPOUNDRY_CHAT", f"large@{talk.url}")
        settings.cache_clear()
        with Workspace.open(database_url, encoder="hashed") as other:
            assert len(other.polish(most=5).refused) == 2, "another model may find better words"


def test_nothing_is_asked_by_default(ws_without_model: Workspace) -> None:
    with pytest.raises(Invalid, match="COMPOUNDRY_CHAT"):
        ws_without_model.polish()


def test_a_silent_model_changes_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOUNDRY_CHAT", "small@http://127.0.0.1:1/v1")
    with Workspace.open(database_url, encoder="hashed") as ws:
        ws.add(LESSON, entities=["Northwind"], confidence=0.8)
        ws.run("playbook_synthesis")
        with pytest.raises(Unavailable, match="small can't be used"):
            ws.polish()
        assert [rule.polished for rule in ws.rules()] == [""]


def test_words_change_when_the_rule_does(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with polishing(database_url, monkeypatch, lambda _: GOOD) as (ws, _):
        ws.polish()
        (insight,) = ws.insights()
        ws.edit(insight.id, content="When the export job of Northwind times out after 60 seconds, restart the queue worker first.")
        ws.run("playbook_synthesis")
        rules: list[Rule] = [rule for rule in ws.rules() if rule.status == "candidate"]
        assert [rule.polished for rule in rules] == [""]


@pytest.fixture
def ws_without_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Give a workspace of a process that knows no language model."""
    monkeypatch.delenv("COMPOUNDRY_CHAT", raising=False)
    with Workspace.open(f"sqlite:///{tmp_path}/w.db", encoder="hashed") as opened:
        yield opened


def test_rules_are_polished_over_http_and_from_the_command_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/served.db"
    key = new_key(url)
    with talking(lambda _: GOOD) as talk, serving(url, COMPOUNDRY_CHAT=f"small@{talk.url}") as served, served.client(key) as client:
        client.post("/insights", json={"content": LESSON, "entities": [{"name": "Northwind"}]}).raise_for_status()
        run = client.post("/compounding/trigger", json={"job_type": "playbook_synthesis"}).json()["job_run_id"]
        assert client.get(f"/compounding/jobs/{run}", params={"wait": 20}).json()["status"] == "completed"
        asking = start("polish", "--json", COMPOUNDRY_URL=served.url, COMPOUNDRY_API_KEY=key)
        assert json.loads(asking.communicate(timeout=60)[0])["done"][0]["words"] == GOOD
        assert client.post("/rules/polish").json() == {"done": [], "refused": []}
        assert client.get("/rules").json()["data"][0]["polished"] == GOOD
