"""A profile says where in one word; what the command line says goes first, the environment last."""

from pathlib import Path

import pytest

from tests.cli.conftest import House
from tests.cli.typed import Prompt, typed


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a file for profiles."""
    monkeypatch.setenv("COMPOUNDRY_PROFILES", str(tmp_path / "profiles.toml"))
    monkeypatch.delenv("COMPOUNDRY_PROFILE", raising=False)
    return tmp_path / "profiles.toml"


def test_a_profile_names_a_server_or_a_database(house: House, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, url, _, key = house.remote.place
    file.write_text(f'[there]\nurl = "{url}"\napi_key = "{key}"\n[here]\ndatabase = "{house.url}"\nworkspace = 1\n')
    expected = house.local.json("insights")
    assert typed("insights", "--profile", "there", "--json").json == expected
    assert typed("insights", "--profile", "here", "--json").json == expected
    monkeypatch.setenv("COMPOUNDRY_PROFILE", "there")
    assert typed("insights", "--json").json == expected
    listed = typed("profiles", "--json").json["profiles"]
    assert (list(listed), listed["there"]["api_key"], key in typed("profiles").out) == (["there", "here"], "…", False)


def test_the_command_line_goes_before_the_profile_and_the_environment_after_it(
    house: House, prompt: Prompt, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f'[here]\ndatabase = "{house.url}"\nworkspace = 1\n')
    assert prompt.json("insights", "--profile", "here") == {"data": []}
    monkeypatch.setenv("COMPOUNDRY_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    monkeypatch.setenv("COMPOUNDRY_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("COMPOUNDRY_WORKSPACE", "77")
    assert typed("insights", "--profile", "here", "--json").json == house.local.json("insights", "--workspace", "1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no profile 'x'"),
        ("[x", "can't be read"),
        ("x = 1", "must be a table"),
        ("[x]\ncolour = 1", "has no 'colour'"),
        ('[x]\nworkspace = "1"', "must be a whole number"),
        ('[x]\nurl = "http://a"\ndatabase = "sqlite:///b"', "names a database and a server"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    said = typed("insights", "--profile", "x")
    assert (said.code, message in " ".join(said.err.split())) == (2, True), said.err


def test_a_workspace_of_the_environment_must_be_one(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOUNDRY_WORKSPACE", "first")
    assert prompt("insights").code == 2
