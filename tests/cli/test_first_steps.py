"""Whoever types a command for the first time is told what to do next, and loses nothing by a slip."""

import json
from pathlib import Path

import pytest

from compoundry.settings import settings
from tests.cli.conftest import House
from tests.cli.test_terminal import on_terminal
from tests.cli.typed import Prompt, typed


@pytest.mark.parametrize(
    "line", ["insights", "runs", "why x", "key list", "workspace list", "import {lines}", "run metrics", "playbook", "mcp", "export {out}"]
)
def test_a_slip_in_the_name_of_a_database_makes_no_file(tmp_path: Path, line: str) -> None:
    (tmp_path / "lines.jsonl").write_text('{"content": "Dana prefers email."}\n')
    args = line.format(lines=tmp_path / "lines.jsonl", out=tmp_path / "out.jsonl").split()
    said = typed(*args, "--database", f"sqlite:///{tmp_path}/nowhere/slip.db")
    assert said.code == 2
    assert "compoundry workspace create" in said.err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("status x", "compoundry runs"),
        ("insight x", "compoundry insights"),
        ("candidate x", "compoundry candidates"),
        ("rename x y", "compoundry patterns"),
        ("outcome x helped", "compoundry rules"),
        ("playbook-of x", "compoundry playbooks"),
        ("webhook rotate x", "compoundry webhook list"),
    ],
)
def test_who_names_a_thing_that_is_not_there_learns_how_to_list_them(prompt: Prompt, line: str, hint: str) -> None:
    said = prompt(*line.split())
    assert said.code == 4
    assert f"list them with: {hint}" in said.err
    assert "GET" not in said.err


def test_a_plan_that_is_out_of_date_names_what_changed(house: House) -> None:
    dry = house.local.json("run", "consolidation", "--dry-run")["job_run_id"]
    first = house.local.json("insights", "--limit", "1")["data"][0]["id"]
    house.local.json("edit", first, "--content", "Something else altogether.")
    said = house.local("apply", dry)
    assert said.code == 5
    assert "1 insight changed since" in said.err
    assert first in said.err


def test_the_only_workspace_is_meant_by_keys_too(prompt: Prompt) -> None:
    made = prompt.json("key", "create", "--scopes", "record.read")
    assert [key["id"] for key in prompt.json("key", "list")["data"]] == [made["id"]]
    prompt.json("workspace", "create", "Globex")
    said = prompt("key", "list")
    assert said.code == 2
    assert "--workspace" in said.err


@pytest.mark.parametrize("line", ["doctor", "backup {file}", "restore {file}"])
def test_nobody_examines_another_database_than_the_one_behind_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("COMPOUNDRY_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    said = typed(*line.format(file=tmp_path / "saved.db").split())
    assert said.code == 2
    assert "--database" in said.err


def test_forgetting_asks_on_a_terminal(house: House) -> None:
    id = house.local.json("insights", "--limit", "1")["data"][0]["id"]
    code, _ = on_terminal(["forget", id, *house.local.place, "--yes"])
    assert code == 0
    assert house.local("insight", id).code == 4


def test_the_demo_leaves_bad_lines_out_and_says_which(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    good = [json.dumps({"content": f"Dana\u2028prefers email {n}.", "entities": ["Dana"]}, ensure_ascii=False) for n in range(3)]
    file.write_text("\n".join([*good, "{oops", '{"note": "no content"}', ""]))
    said = typed("demo", str(file))
    assert said.code == 0, said.err
    assert "line 4 is left out" in said.out
    assert "line 5 is left out: content: is missing" in said.out
    assert "5 lines" not in said.out


def test_the_demo_refuses_a_file_without_any_insight(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    said = typed("demo", str(tmp_path / "empty.jsonl"))
    assert said.code == 2
    assert "holds no insight" in said.err


@pytest.mark.parametrize(("name", "value"), [("LEASE_S", "abc"), ("LEASE_S", "-3"), ("LOG_FORMAT", "xml"), ("PORT", "http")])
def test_a_setting_that_can_not_be_understood_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"COMPOUNDRY_{name}", value)
    settings.cache_clear()
    said = typed("insights")
    assert said.code == 2
    assert f"COMPOUNDRY_{name}: " in said.err
    assert "pydantic" not in said.err


def test_a_kind_of_candidate_that_there_is_not_is_refused(prompt: Prompt) -> None:
    said = prompt("candidates", "--kind", "nope")
    assert said.code == 2
    assert "merge, update" in said.err
