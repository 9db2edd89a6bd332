"""Spell times, reasons and unknown values the way clients read them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from compoundry.model import Candidate, Pattern, Reason, Rule, Snapshot


def moment(at: datetime | None) -> str | None:
    """Write a time as RFC 3339 in UTC with a Z."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def reason(why: Reason) -> dict[str, Any]:
    """Shape a reason."""
    return {"code": why.code, "text": why.text, "facts": dict(why.facts)}


def present(body: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what isn't known: clients crash on null."""
    return {name: value for name, value in body.items() if value is not None}


def spelled(value: Any) -> Any:
    return moment(value) if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value


def between_ms(start: datetime | None, end: datetime | None) -> int:
    return max(0, round((end - start).total_seconds() * 1_000)) if start and end else 0


def noun(found: Candidate | Pattern | Rule | Snapshot) -> dict[str, Any]:
    """Shape a finding: its fields, times spelled out, unknown ones left out."""
    return {name: spelled(value) for name, value in asdict(found).items() if value is not None}
