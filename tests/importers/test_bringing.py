"""Files of every kind go in as far as they are good, and never twice."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from compoundry.library import Workspace
from tests.cli.conftest import written
from tests.cli.typed import Prompt, typed
from tests.importers.test_formats import GRAPHITI, HINDSIGHT_LIST, LANGGRAPH, LETTA, MEM0


@pytest.fixture
def prompt(tmp_path: Path) -> Prompt:
    there = Prompt(("--database", f"sqlite:///{tmp_path}/own.db"))
    there.json("workspace", "create", "Acme")
    return there


@pytest.mark.parametrize(
    ("given", "added"), [(MEM0, 2), (HINDSIGHT_LIST, 1), (LETTA, 1), (LANGGRAPH, 3), (GRAPHITI, 1)], ids=lambda v: None
)
def test_another_tools_export_goes_in_once(prompt: Prompt, tmp_path: Path, given: Any, added: int) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(given))
    first, second = (prompt.json("import", str(file)) for _ in range(2))
    assert (first["added"], first["refused"], second["added"], second["known"]) == (added, 0, 0, added)
    assert first["lines"] == added + sum(first["left_out"].values())
    assert "read as" in prompt("import", str(file)).out


def test_csv_with_other_columns(prompt: Prompt, tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    file.write_text(
        "\ufeffnote;about;confidence;mood\n"
        '"Dana prefers email; always.";Dana;0.9;calm\n'
        "too;many;0.5;cells;here\n"
        '"two\nlines";"Dana; Acme";high;\n'
        "Acme renewed.;Acme;;\n"
    )
    told = prompt.json("import", str(file), "--map", "note=content", "--map", "about=entities")
    assert (told["added"], [error["line"] for error in told["errors"]], told["kept_as_metadata"]) == (2, [3, 5], {"mood": 1})
    newest = {i["content"]: i for i in prompt.json("insights")["data"]}
    assert newest["Dana prefers email; always."]["confidence"] == 0.9
    assert newest["Dana prefers email; always."]["metadata"] == {"mood": "calm"}
    assert newest["Acme renewed."]["entities"][0]["name"] == "Acme"
    assert prompt("import", str(file), "--map", "nonsense").code == 2


def test_parquet(prompt: Prompt, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet  # an extra: the test is skipped without it

    rows = [{"content": f"Fact {n}.", "entities": ["Dana"], "score_of_theirs": n, "id": str(n)} for n in range(2_500)]
    file = tmp_path / "facts.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(rows), file)
    first, second = (prompt.json("import", str(file)) for _ in range(2))
    assert (first["added"], second["known"], first["kept_as_metadata"]) == (2_500, 2_500, {"score_of_theirs": 2_500})


def test_parquet_without_its_extra_says_what_to_install(prompt: Prompt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    file = tmp_path / "facts.parquet"
    file.write_bytes(b"PAR1....PAR1")
    said = prompt("import", str(file))
    assert said.code != 0
    assert "pip install 'compoundry[parquet]'" in said.err


def test_rules_of_a_file_wait_for_review(prompt: Prompt, tmp_path: Path) -> None:
    file = tmp_path / "CLAUDE.md"
    file.write_text("# Rules\n- Always run the tests before you push.\n- Never commit secrets.\n")
    said = prompt("import", str(file))
    assert "compoundry import-rules" in said.out
    assert prompt.json("rules")["data"] == []
    assert {i["type"] for i in prompt.json("insights")["data"]} == {"rule"}


def test_the_library_reads_files_too(tmp_path: Path) -> None:
    file = written(tmp_path / "lines.jsonl", [{"content": "Dana left."}, {"content": ""}])
    with Workspace.open(tmp_path / "memory.db", encoder="hashed") as memory:
        report = memory.load(file)
        assert (report.added, [place for place, _ in report.bad]) == (1, [2])
        assert memory.load(file).known == 1


def test_a_file_that_is_not_there_or_empty(prompt: Prompt, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert prompt.json("import", str(empty))["lines"] == 0
    assert typed("import", str(tmp_path / "none.jsonl")).code == 2
