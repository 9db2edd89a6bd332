"""Give the command line a database with insights, and a server on the same database."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from compoundry.settings import settings
from tests.cli.typed import Prompt, typed
from tests.made import said
from tests.server import ALL_SCOPES, serving

LINES = [
    said("Dana prefers email over phone calls.", "Dana", day=0, id="d1"),
    said("Dana prefers email over phone calls.", "Dana", day=3, id="d2", source="crm"),
    said("Dana prefers email over phone calls.", "Dana", day=9, id="d3", source="notes"),
    said("Northwind complains that exports are slow.", "Northwind", day=4, id="n1"),
    said("Lakeside complains that exports are slow.", "Lakeside", day=8, id="l1"),
    said("Hillcrest complains that the exports are slow.", "Hillcrest", day=15, id="h1"),
    said("Miguel likes hiking.", "Miguel", day=-390, id="m1", confidence=0.3),
]


@dataclass(frozen=True)
class House:
    """Hold a database with a workspace, both ways to it, and what is in it."""

    url: str
    local: Prompt
    remote: Prompt
    file: Path


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the tester's environment out."""
    for name in ("DATABASE_URL", "URL", "API_KEY", "WORKSPACE", "DEBUG"):
        monkeypatch.delenv(f"COMPOUNDRY_{name}", raising=False)
    monkeypatch.setenv("COMPOUNDRY_ENCODER", "hashed")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    """Give insights as lines of a file."""
    return [dict(line) for line in LINES]


@pytest.fixture
def prompt(tmp_path: Path) -> Prompt:
    """Give a command line on a new database with one workspace."""
    there = Prompt(("--database", f"sqlite:///{tmp_path}/own.db"))
    there.json("workspace", "create", "Acme")
    return there


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a database with insights and a server on it; the tests of a module share it."""
    folder = tmp_path_factory.mktemp("house")
    file, url = folder / "lines.jsonl", f"sqlite:///{folder}/house.db"
    written(file, LINES)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COMPOUNDRY_ENCODER", "hashed")
        settings.cache_clear()
        local = Prompt(("--database", url))
        local.json("workspace", "create", "Acme")
        local.json("import", str(file))
        key = local.json("key", "create", "--workspace", "1", "--scopes", ALL_SCOPES)["key"]
        with serving(url) as served:
            yield House(url, local, Prompt(("--url", served.url, "--api-key", key)), file)


def written(file: Path, given: Sequence[dict[str, Any]]) -> Path:
    """Write a file of JSON lines."""
    file.write_text("".join(json.dumps(line) + "\n" for line in given))
    return file


__all__ = ["House", "Prompt", "typed", "written"]
