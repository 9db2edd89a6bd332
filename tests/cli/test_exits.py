"""A script can rely on exit codes and on where errors are said."""

from pathlib import Path

import pytest

from tests.cli.conftest import House, written
from tests.cli.typed import Prompt, typed

GONE = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("line", "code", "status"),
    [
        ("status " + GONE, 4, 404),
        ("insight " + GONE, 4, 404),
        ("accept " + GONE, 4, 404),
        ("reject " + GONE, 4, 404),
        ("run tidying", 2, 400),
        ("insights --last soon", 2, 400),
        ("insights --last 1d --from 2026-01-01T00:00:00Z", 2, 400),
        ("edit " + GONE, 2, 400),
        ("changes ../../workspaces", 4, 404),
        ("blast-radius nobody", 4, 404),
        ("schedule remove metrics", 4, 404),
    ],
)
@pytest.mark.parametrize("place", ["local", "remote"])
def test_errors_are_json_on_stderr_with_a_code(house: House, place: str, line: str, code: int, status: int) -> None:
    said = getattr(house, place)(*line.split(), "--json")
    assert (said.code, said.out) == (code, "")
    assert (said.error["code"], said.error["exit"]) == (status, code)
    assert said.error["message"]


@pytest.mark.parametrize("line", ["frobnicate", "run", "run metrics --dry-run=5", "runs --limit 0", "status", "import /no/such/file"])
def test_a_command_line_that_cannot_be_understood_ends_with_2(line: str) -> None:
    said = typed(*line.split(), "--json")
    assert (said.code, said.out, said.error["exit"]) == (2, "", 2)
    assert "--help" in typed(*line.split()).err


def test_where_to_look_may_be_said_before_the_command(house: House) -> None:
    option, place = house.local.place
    assert typed(option, place, "--json", "runs", "--limit", "3").code == 0
    assert typed("--profile", "nowhere", "runs").code == 2
    assert typed("--profile", "nowhere").code == 2


def test_two_workspaces_of_one_name_are_pointed_out(house: House) -> None:
    names = [house.local("workspace", "create", name) for name in ("twin", "twin")]
    assert ["the same name" in said.out for said in names] == [False, True]


def test_a_key_that_is_not_valid_ends_with_3(house: House) -> None:
    url = house.remote.place[1]
    assert typed("runs", "--url", url, "--api-key", "sk-wrong").code == 3
    assert typed("runs", "--url", url).code == 3


def test_a_key_that_lacks_a_scope_ends_with_3_and_names_it(house: House) -> None:
    made = house.local.json("key", "create", "--workspace", "1", "--scopes", "record.read")
    said = typed("run", "metrics", "--url", house.remote.place[1], "--api-key", made["key"])
    assert said.code == 3
    assert "record.write" in said.err


def test_a_revoked_key_ends_with_3(house: House) -> None:
    made = house.local.json("key", "create", "--workspace", "1", "--scopes", "record.read")
    house.local.json("key", "revoke", made["id"])
    assert typed("runs", "--url", house.remote.place[1], "--api-key", made["key"]).code == 3


def test_doing_what_was_done_ends_with_5(prompt: Prompt, house: House) -> None:
    prompt.json("import", str(house.file))
    run = prompt.json("run", "consolidation")["job_run_id"]
    prompt.json("revert", run)
    assert prompt("revert", run).code == 5


def test_a_server_that_is_not_there_ends_with_6_and_a_question() -> None:
    said = typed("runs", "--url", "http://127.0.0.1:9", "--api-key", "sk-x")
    assert said.code == 6
    assert "is the server running?" in said.err


def test_a_server_that_is_none_is_named(house: House) -> None:
    assert typed("runs", "--url", "memory.example.com", "--api-key", "sk-x").code == 2


def test_waiting_too_long_ends_with_7_and_the_run_goes_on(tmp_path: Path, house: House) -> None:
    many = [{"content": f"Fact number {n} about topic {n % 97}.", "entities": [{"name": f"E{n % 50}"}]} for n in range(4_000)]
    assert house.remote.json("import", str(written(tmp_path / "many.jsonl", many)))["added"] == 4_000
    run = house.remote("run", "consolidation", "--wait", "--timeout", "0.01")
    assert run.code == 7, run.err
    assert "goes on" in run.err


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert typed("runs", "--database", "mysql://localhost/x").code == 2
    assert typed("runs", "--database", f"sqlite:///{tmp_path}/empty.db").code == 2


def test_several_workspaces_must_be_told_apart(prompt: Prompt) -> None:
    prompt.json("workspace", "create", "Other")
    said = prompt("runs")
    assert said.code == 2
    assert "--workspace 1 or 2" in said.err
    assert prompt("runs", "--workspace", "2").code == 0
    assert prompt("runs", "--workspace", "3").code == 4


def test_workspaces_are_not_made_where_only_a_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOUNDRY_URL", "http://127.0.0.1:9")
    assert typed("workspace", "create", "Lost").code == 2


def test_the_environment_says_where_and_the_command_line_goes_first(house: House, prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOUNDRY_URL", house.remote.place[1])
    monkeypatch.setenv("COMPOUNDRY_API_KEY", house.remote.place[3])
    assert typed("insights", "--json").json["data"]
    assert prompt.json("insights")["data"] == []


def test_a_workspace_is_not_named_to_a_server(house: House) -> None:
    said = house.remote("run", "metrics", "--workspace", "2")
    assert said.code == 2
    assert "leave --workspace out" in said.err
