"""Read the small things that all nouns are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

Body = Mapping[str, Any]


def moment(text: str | None) -> datetime | None:
    """Read an RFC 3339 time.

    >>> moment("2026-01-31T09:00:00Z").isoformat()
    '2026-01-31T09:00:00+00:00'
    """
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Reason:
    """Say why, for machines (`code`, `facts`) and for people (`text`)."""

    code: str
    text: str
    facts: Body = field(default_factory=dict)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a reason."""
        return cls(body.get("code", ""), body.get("text", ""), body.get("facts", {}))


def given(body: Body, *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names if body.get(name) is not None}
