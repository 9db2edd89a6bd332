"""Reviewing by keys decides the focused row and nothing else."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.queue import Queue, review
from compoundry.cli.where import Where
from tests.cli.conftest import written
from tests.cli.typed import Prompt


@pytest.fixture
def asked(prompt: Prompt, tmp_path: Path) -> Prompt:
    """Give a database where five questions wait."""
    old = [{"id": f"o{n}", "content": f"Old fact {n}.", "created_at": f"2019-01-0{n + 1}T00:00:00Z", "confidence": 0.6} for n in range(5)]
    prompt.json("import", str(written(tmp_path / "old.jsonl", old)))
    prompt.json("run", "decay_sweep")
    assert len(prompt.json("candidates")["data"]) == 5
    return prompt


@pytest.fixture
def desk(asked: Prompt) -> Iterator[Desk]:
    """Give the desk behind that prompt."""
    with open_desk(Where(database=asked.place[1])) as opened:
        yield opened


def pressed(desk: Desk, keys: str) -> Queue:
    return review(desk, keys, lambda queue: None, kind=None)


def test_only_the_focused_row_is_decided(desk: Desk, asked: Prompt) -> None:
    before = [c["id"] for c in asked.json("candidates")["data"]]
    queue = pressed(desk, "jjarq")
    assert [(c.id, c.status) for c in queue.decided] == [(before[2], "accepted"), (before[3], "rejected")]
    assert [c["id"] for c in asked.json("candidates")["data"]] == [before[0], before[1], before[4]]


def test_the_focus_stays_inside(desk: Desk) -> None:
    assert pressed(desk, "kkk").focus == 0
    assert pressed(desk, "jjjjjjjjj").focus == 4
    assert pressed(desk, "jjjja").focus == 3


def test_a_decision_is_taken_back(desk: Desk, asked: Prompt) -> None:
    before = asked.json("candidates")["data"]
    queue = pressed(desk, "ajruuq")
    assert queue.decided == ()
    assert {c["id"] for c in asked.json("candidates")["data"]} == {c["id"] for c in before}


def test_what_somebody_else_decided_is_said_and_goes(desk: Desk, asked: Prompt) -> None:
    first = asked.json("candidates")["data"][0]["id"]

    def keys() -> Iterator[str]:
        asked.json("reject", first)
        yield "a"

    queue = review(desk, keys(), lambda queue: None, kind=None)
    assert (len(queue.waiting), queue.decided) == (4, ())
    assert "rejected already" in queue.said
    assert asked.json("candidate", first)["status"] == "rejected"


def test_an_empty_queue_takes_every_key(desk: Desk) -> None:
    assert pressed(desk, "aaaaajkarx").waiting == ()


def test_it_works_on_a_terminal_and_leaves_it_as_it_was(asked: Prompt) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "compoundry", "review", "--json", *asked.place]
    process = subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    _seen(ours, "5 waiting")
    os.write(ours, b"\x1b[B")
    os.write(ours, b"a")
    _seen(ours, "1 decided")
    os.write(ours, b"q")
    shown = _seen(ours, "\x1b[?1049l")
    assert process.stdout is not None
    assert '"waiting": 4' in process.stdout.read()
    assert process.wait(timeout=20) == 0
    assert "\x1b[?25h" in shown, "the cursor is back"


def test_without_a_terminal_it_says_what_to_use(asked: Prompt) -> None:
    said = asked("review")
    assert said.code == 2
    assert "accept and reject" in said.err


def _seen(terminal: int, wanted: str) -> str:
    """Read the terminal until it shows something."""
    shown, until = "", time.monotonic() + 20
    while wanted not in shown and time.monotonic() < until:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                shown += os.read(terminal, 65_536).decode(errors="replace")
            except OSError:
                break
    assert wanted in shown
    return shown


def test_a_report_from_a_session_without_the_rule_says_what_it_counts_for(prompt: Prompt, tmp_path: Path) -> None:
    lesson = {"id": "l", "content": "Always write a test first.", "created_at": "2026-01-01T00:00:00Z", "confidence": 0.9}
    prompt.json("import", str(written(tmp_path / "lesson.jsonl", [lesson])))
    prompt.json("run", "playbook_synthesis")
    prompt.json("accept-many", "rule")
    prompt.json("policy", "playbook_synthesis", "hold_out=0.5")
    sessions = [f"s{n}" for n in range(12)]
    given = {s: bool(prompt.json("playbook", "--session", s)["rules"]) for s in sessions}
    (rule,) = prompt.json("rules")["data"]
    for session in (next(s for s in sessions if given[s]), next(s for s in sessions if not given[s])):
        said = prompt("outcome", rule["id"], "helped", "--session", session).out
        assert ("went without it" in said) is not given[session]
        assert "helped 1, harmed 0" in said
