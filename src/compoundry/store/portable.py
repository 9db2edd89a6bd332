"""Write a workspace's rows as lines, and read them back, on any database."""

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import JSON, BigInteger, Boolean, Column, Connection, Float, Integer, LargeBinary, String, Table, insert, select
from sqlalchemy.types import TypeDecorator

from compoundry.errors import Invalid
from compoundry.store import tables
from compoundry.store.state import bytewise
from compoundry.store.tables import UtcTime

_OF_RUNS: Final = (tables.changes, tables.batches, tables.dispositions)
MOVED: Final[tuple[Table, ...]] = (
    *(tables.entities, tables.insights, tables.insight_entities, tables.evidence, tables.vectors, tables.candidates, tables.patterns),
    *(tables.rules, tables.rule_outcomes, tables.exposures, tables.snapshots, tables.runs, *_OF_RUNS),
    *(tables.artifacts, tables.schedules),
)
"""What a workspace is, each table after those that it refers to."""

STAYS: Final[Mapping[str, str]] = {
    "workspaces": "its name and settings stand in the first line",
    "keys": "secrets never leave",
    "webhooks": "secrets never leave",
    "deliveries": "they belong to webhooks",
    "events": "a listener's place is that of this database",
    "answers": "they answer calls that were made here",
    "parts": "they belong to a run that is being worked out",
}
"""Why the other tables aren't moved."""

_ENDED: Final = ("completed", "failed")
_FETCH = 500
_WHOLE: Final = 2**63


def lines(connection: Connection, workspace_id: int, table: Table) -> Iterator[bytes]:
    """Write the rows of a table, in the order of their keys; runs and texts that haven't ended stay."""
    columns = [column for column in table.columns if column.name != "workspace_id"]
    mine = select(*columns).where(table.c.workspace_id == workspace_id)
    if table is tables.runs or table is tables.artifacts:
        mine = mine.where(table.c.state.in_(_ENDED))
    if table in _OF_RUNS:
        ended = select(tables.runs.c.id).where(tables.runs.c.workspace_id == workspace_id, tables.runs.c.state.in_(_ENDED))
        mine = mine.where(table.c.run_id.in_(ended))
    keys = [bytewise(connection, column) for column in table.primary_key.columns if column.name != "workspace_id"]
    for row in connection.execute(mine.order_by(*keys).execution_options(yield_per=_FETCH)):
        said = {str(name): _spelled(value) for name, value in row._mapping.items() if value is not None}
        yield orjson.dumps({str(table.name): said}, option=orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS) + b"\n"


def is_empty(connection: Connection, workspace_id: int) -> bool:
    """Tell whether a workspace holds nothing at all."""
    return all(connection.execute(select(1).where(t.c.workspace_id == workspace_id).limit(1)).first() is None for t in MOVED)


def put(connection: Connection, workspace_id: int, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store rows as they are, in this workspace."""
    if rows:
        connection.execute(insert(table), [{**row, "workspace_id": workspace_id} for row in rows])


def row(table: Table, given: object) -> dict[str, Any]:
    """Read a row; Invalid, naming the column, for anything that its table can't hold."""
    if not isinstance(given, dict):
        raise Invalid(f"{table.name}: a row must be a JSON object")
    columns = {column.name: column for column in table.columns if column.name != "workspace_id"}
    if strange := sorted(set(given) - set(columns)):
        raise Invalid(f"{table.name}: there is no column {strange[0]!r}; the export comes from another version")
    return {name: _value(table, column, given.get(name)) for name, column in columns.items()}


def _spelled(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _value(table: Table, column: Column[Any], given: Any) -> Any:
    if given is None:
        if not column.nullable:
            raise Invalid(f"{table.name}.{column.name}: is missing")
        return None
    read = _read(column, given)
    if read is None:
        raise Invalid(f"{table.name}.{column.name}: can't hold {str(given)[:60]!r}")
    return read


def _read(column: Column[Any], given: Any) -> Any:
    """Return what a column stores for a JSON value, or None when it doesn't fit."""
    kind = column.type
    match kind:
        case UtcTime():
            return _time(given)
        case Boolean():
            return given if isinstance(given, bool) else None
        case Integer() | BigInteger():
            return given if isinstance(given, int) and not isinstance(given, bool) and -_WHOLE <= given < _WHOLE else None
        case Float():
            return float(given) if isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given) else None
        case LargeBinary():
            return _bytes(given)
        case String():
            return given if isinstance(given, str) and len(given) <= (kind.length or len(given)) else None
        case JSON() | TypeDecorator():
            return given
        case _:
            return None


def _time(given: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _bytes(given: Any) -> bytes | None:
    try:
        return base64.b64decode(given, validate=True)
    except (TypeError, ValueError):
        return None
