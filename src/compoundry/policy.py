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
        if not _fits(value, known[name]):
            raise Invalid(f"{section}: {name} must be like {known[name]!r}, not {value!r}")
    return kind(**settings)


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
