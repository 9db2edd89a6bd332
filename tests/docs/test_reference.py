"""Nothing that a user can set, call, type or run into is without a word of explanation."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from compoundry import errors
from compoundry.settings import Settings
from tools import reference


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return dict(reference.pages())


def test_every_setting_is_explained(pages: dict[str, str]) -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"COMPOUNDRY_{name.upper()}" in pages["settings.md"]


def test_every_command_and_option_is_explained() -> None:
    for words, command in reference.commands():
        assert command.help, words
        assert not [p.name for p in command.params if not p.help], words


def test_every_call_and_parameter_is_explained() -> None:
    assert not [where for where, text in _told_by_http() if not text]


def test_every_error_is_explained() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.CompoundryError)]
    for kind in kinds[1:]:
        assert re.search(rf"─ {kind.__name__}\b.*\w\w", errors.__doc__ or ""), kind.__name__


def _told_by_http() -> Iterator[tuple[str, Any]]:
    for path, operations in reference.openapi()["paths"].items():
        for method, operation in operations.items():
            yield f"{method} {path}", operation.get("description")
            for parameter in operation.get("parameters", []):
                if parameter["in"] != "path":
                    yield f"{method} {path}: {parameter['name']}", parameter.get("description")
