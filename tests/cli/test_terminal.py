"""A terminal gets tables, a pipe gets columns, and neither is steered by what agents wrote."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from compoundry.cli import clean
from tests.cli.conftest import House, written
from tests.cli.typed import Prompt, typed

ANSI = re.compile(r"\x1b")
NASTY = "\x1b[2J\x1b]0;owned\x07\x9b31mred\u202etxt.exe [bold red]no markup[/] \r\nnext\ttab"


def on_terminal(args: Sequence[str], **environment: str) -> tuple[int, str]:
    """Carry out a command with a terminal as its output; return its exit code and all it wrote."""
    ours, theirs = pty.openpty()
    known = {name: value for name, value in os.environ.items() if not name.startswith("COMPOUNDRY_") and name != "NO_COLOR"}
    command = [sys.executable, "-m", "compoundry", *args]
    environment = {**known, "COMPOUNDRY_ENCODER": "hashed", "TERM": "xterm", **environment}
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=environment)
    os.close(theirs)
    written_bytes = b""
    with suppress(OSError):
        while chunk := os.read(ours, 65_536):
            written_bytes += chunk
    os.close(ours)
    return process.wait(timeout=30), written_bytes.decode()


def test_a_terminal_gets_colour_unless_told_otherwise(house: House) -> None:
    coloured = on_terminal(["insights", *house.local.place])
    plain = on_terminal(["insights", *house.local.place], NO_COLOR="1")
    assert coloured[0] == plain[0] == 0
    assert ANSI.search(coloured[1])
    assert "\x1b[3" not in plain[1]
    assert "Dana prefers email" in plain[1]


def test_no_color_leaves_help_and_errors_without_escapes() -> None:
    for args in (["--help"], ["run", "--help"], ["frobnicate"], ["runs", "--url", "http://127.0.0.1:9", "--api-key", "x"]):
        assert not re.search(r"\x1b\[[0-9;]*[34]\d", on_terminal(args, NO_COLOR="1")[1]), args


@pytest.mark.parametrize("line", ["insights", "runs", "candidates", "playbook", "metrics", "--help", "run --help", "jobs"])
def test_a_pipe_gets_no_escapes_at_all(house: House, line: str) -> None:
    place = () if line in ("--help", "run --help", "jobs") else house.local.place
    said = typed(*line.split(), *place)
    assert not ANSI.search(said.out + said.err)


def test_a_pipe_gets_the_same_columns_for_every_row(house: House) -> None:
    rows = house.local("insights").rows
    assert [set(row) for row in rows] == [{"id", "type", "about", "confidence", "day", "content"}] * len(rows)
    assert rows[0]["about"] == "Hillcrest"


def test_what_agents_wrote_does_not_steer_a_terminal(prompt: Prompt, tmp_path: Path) -> None:
    prompt.json("import", str(written(tmp_path / "nasty.jsonl", [{"content": NASTY, "entities": [{"name": "Eve\x1b[31m"}]}])))
    code, shown = on_terminal(["insights", *prompt.place], NO_COLOR="1")
    assert code == 0
    assert "[bold red]no markup[/]" in " ".join(shown.split())
    for dangerous in ("\x1b[2J", "\x1b]0", "\x07", "\x9b", "\u202e", "owned"):
        assert dangerous not in shown
    assert len(prompt("insights").rows) == 1
    raw = prompt("insights", "--json").out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", raw)
    assert prompt.json("insights")["data"][0]["content"] == NASTY


def test_cleaning_keeps_words_of_every_script() -> None:
    for text in ("東京タワー", "Ünïcödé", "नमस्ते", "👩‍👩‍👧 emoji", "שלום"):
        assert clean.line(text).replace("\u200d", "") == text.replace("\u200d", "")


def test_ctrl_c_ends_a_command_within_a_second(prompt: Prompt, tmp_path: Path) -> None:
    many = [{"content": f"Fact {n} about topic {n % 97} and {n % 89}.", "entities": [{"name": f"E{n % 5}"}]} for n in range(3_000)]
    prompt.json("import", str(written(tmp_path / "many.jsonl", many)))
    command = [sys.executable, "-m", "compoundry", "run", "consolidation", *prompt.place]
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a suite in the background is deaf to it, and so are its children
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hears)
    while process.poll() is None and [run["status"] for run in prompt.json("runs")["data"]] != ["running"]:
        time.sleep(0.01)
    if process.poll() is not None:
        pytest.skip("the run ended before it could be interrupted")
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=20)
    assert (process.returncode, time.monotonic() - began < 1.0) == (130, True)
    assert "interrupted" in err
    (run,) = prompt.json("runs")["data"]
    assert prompt.json("status", run["job_run_id"], "--wait")["status"] == "completed", "the next command takes the run over"


def test_a_server_says_one_line_and_stops_when_told(prompt: Prompt) -> None:
    command = [sys.executable, "-m", "compoundry", "serve", "--port", "0", *prompt.place]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert re.fullmatch(r"serving http://127\.0\.0\.1:\d+\n", process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")


def test_a_worker_carries_out_what_a_server_without_one_accepts(prompt: Prompt) -> None:
    waiting = prompt.json("run", "metrics", "--no-wait")["job_run_id"]
    process = subprocess.Popen([sys.executable, "-m", "compoundry", "worker", *prompt.place], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "working on sqlite:///" in process.stdout.readline()
    try:
        assert prompt.json("status", waiting, "--wait", "--timeout", "20")["status"] == "completed"
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
