"""Build settings from what a workspace has chosen, over the defaults."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TypeVar

from compoundry.errors import Invalid

P = TypeVar("P")


def settings_of(section: str, kind: type[P], settings: Mapping[str, object]) -> P:
    """Build settings from what a workspace has chosen, over the defaults; raise Invalid for names and values that don't fit."""
    defaults = kind()
    known = {f.name: getattr(defaults, f.name) for f in fields(kind)}  # type: ignore[arg-type]
    for name, value in settings.items():
        if name not in known:
            raise Invalid(f"{section} has no setting {name!r}; it has {', '.join(sorted(known)) or 'none'}")
        if not storable(value):
            raise Invalid(f"{section}: {name} holds a character that is no text")
        if not _fits(value, known[name]):
            raise Invalid(f"{section}: {name} must be {_like(known[name])}, not {value!r}")
    return kind(**settings)


def _like(default: object) -> str:
    match default:
        case Mapping():
            return "an object of numbers by name"
        case str() | bool() | int() | float():
            return f"like {default!r}"
        case _:
            return "a list"


def storable(value: object) -> bool:
    r"""Tell whether both databases can store a JSON value: its texts hold no NUL and no half of a surrogate pair.

    >>> storable({"said": ["yes", "no"]}), storable(["a\0"])
    (True, False)
    """
    match value:
        case str():
            return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
        case Mapping():
            return all(storable(name) and storable(one) for name, one in value.items())
        case Sequence():
            return all(storable(one) for one in value)
        case _:
            return True


def _fits(value: object, default: object) -> bool:
    match default:
        case bool() | str():
            return type(value) is type(default)
        case int() | float():
            return _number(value) and (isinstance(default, float) or isinstance(value, int))
        case Mapping():
            return isinstance(value, Mapping) and all(isinstance(name, str) and _number(v) for name, v in value.items())
        case Sequence():
            return isinstance(value, Sequence) and not isinstance(value, str) and all(_text_or_texts(v) for v in value)
        case _:
            return False


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text_or_texts(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, Sequence) and all(isinstance(v, str) for v in value))
