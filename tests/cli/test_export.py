"""A workspace is written into a file and comes back; text that wants to be more stays text."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import House, written
from tests.cli.typed import Prompt

HOSTILE = [
    '=HYPERLINK("http://evil.example","click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\x1b[2J\x1b[31mred",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "# not a heading",
    "- not an item\n- second",
    "--> out of the comment",
    "---\ntitle: not front matter\n---",
    "``` not code",
    "| not | a | table |",
    "https://evil.example/?q=1",
]


@pytest.mark.parametrize("place", ["local", "remote"])
def test_what_was_exported_is_imported_into_an_empty_workspace(house: House, prompt: Prompt, tmp_path: Path, place: str) -> None:
    source: Prompt = getattr(house, place)
    source.json("run", "consolidation")
    file = tmp_path / "whole.jsonl"
    told = source.json("export", str(file))
    assert told["lines"] == len(file.read_bytes().splitlines())
    assert source("export", str(file)).code == 2, "a file isn't overwritten unasked"
    assert source("export", str(file), "--force").code == 0
    done = prompt.json("import", str(file))
    assert done["restored"]["insights"] == 7
    assert prompt("import", str(file)).code == 5
    assert {i["id"] for i in prompt.json("insights")["data"]} == {i["id"] for i in source.json("insights")["data"]}
    assert prompt("export", "-").out == ""  # bytes go to the real stdout, past the one that this test reads


def test_a_table_holds_no_formula_and_comes_back(prompt: Prompt, tmp_path: Path) -> None:
    prompt.json("import", str(written(tmp_path / "hostile.jsonl", [{"content": text, "entities": ["=1+1"]} for text in HOSTILE])))
    prompt.json("export", str(tmp_path / "sheet.csv"), "--format", "csv")
    text = (tmp_path / "sheet.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(HOSTILE)
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert "\x1b" not in text
    assert "\u202e" not in text
    again = Prompt(("--database", f"sqlite:///{tmp_path}/again.db"))
    again.json("workspace", "create", "Again")
    assert again.json("import", str(tmp_path / "sheet.csv"))["added"] == len(HOSTILE)
    assert '=HYPERLINK("http://evil.example","click")' in {i["content"] for i in again.json("insights")["data"]}


def test_a_page_holds_no_markup(prompt: Prompt, tmp_path: Path) -> None:
    prompt.json("import", str(written(tmp_path / "hostile.jsonl", [{"content": text} for text in HOSTILE])))
    prompt.json("export", str(tmp_path / "page.md"), "--format", "markdown")
    page = (tmp_path / "page.md").read_text()
    head, *items = page.splitlines()
    assert head == "# Insights"
    assert len([line for line in items if line]) == len(HOSTILE), "each insight is one line"
    assert all(line.startswith("- ") for line in items if line)
    assert not any(sign in page for sign in ("<", "-->", "](", "\x1b", "https://", "```"))


def test_a_format_that_is_none_is_refused(prompt: Prompt, tmp_path: Path) -> None:
    assert prompt("export", str(tmp_path / "x"), "--format", "xml").code == 2
    assert list(tmp_path.glob("x*")) == []
