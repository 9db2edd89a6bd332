"""Turn nouns into rows and rows into nouns; fields and columns have the same names."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Table

from compoundry.model import Candidate, Evidence, Insight, Pattern, Reason, Rule, Snapshot
from compoundry.store import tables
from compoundry.store.tables import UtcTime

Noun = Insight | Evidence | Candidate | Pattern | Rule | Snapshot

TABLES: Final[Mapping[str, Table]] = {
    "insight": tables.insights,
    "evidence": tables.evidence,
    "candidate": tables.candidates,
    "pattern": tables.patterns,
    "rule": tables.rules,
    "snapshot": tables.snapshots,
}


def to_row(noun: Noun) -> dict[str, Any]:
    """Return the columns of a noun, in values that JSON can hold.

    >>> to_row(Snapshot("s", datetime(2026, 1, 2), {"insights": 3}))
    {'id': 's', 'at': '2026-01-02T00:00:00', 'figures': {'insights': 3}}
    """
    return {f.name: _plain(getattr(noun, f.name)) for f in fields(noun)}


def candidate(row: Row[Any]) -> Candidate:
    """Read a candidate."""
    return Candidate(**{**_columns(row), "subjects": tuple(row.subjects), "reason": Reason(**row.reason)})


def pattern(row: Row[Any]) -> Pattern:
    """Read a pattern."""
    lists = {name: tuple(getattr(row, name)) for name in ("evidence", "typical", "entities", "interval")}
    return Pattern(**{**_columns(row), **lists, "reason": Reason(**row.reason)})


def rule(row: Row[Any]) -> Rule:
    """Read a rule."""
    return Rule(**{**_columns(row), "evidence": tuple(row.evidence), "clashes": tuple(row.clashes), "reason": Reason(**row.reason)})


def snapshot(row: Row[Any]) -> Snapshot:
    """Read a snapshot."""
    return Snapshot(row.id, row.at, row.figures)


def storable(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the JSON spelling of times back into times, where the column holds a time."""
    return {name: _timely(table, name, value) for name, value in values.items()}


def _timely(table: Table, name: str, value: Any) -> Any:
    if isinstance(value, str) and isinstance(table.c[name].type, UtcTime):
        return datetime.fromisoformat(value)
    return value


def _columns(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "workspace_id"}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Reason():
            return {"code": value.code, "text": value.text, "facts": dict(value.facts)}
        case tuple():
            return [_plain(v) for v in value]
        case Mapping():
            return dict(value)
        case _:
            return value
