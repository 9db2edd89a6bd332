"""Edit rows in bulk, after checking that they are what the edits expect."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from compoundry.store.batches import Entry
from compoundry.store.effects import Effect
from compoundry.store.rows import TABLES, storable
from compoundry.store.vectors import voided

_CHUNK = 500
_ASKED = "candidate"
"""What waits from the moment at which it is stored: a plan reads no clock, and says of which day the finding is."""


def act(connection: Connection, workspace_id: int, edits: Iterable[Effect], now: datetime) -> None:
    """Edit the rows, in bulk: inserts, then updates, then deletes."""
    inserts, updates, deletes = _sorted(edits)
    for noun, rows in inserts.items():
        table = TABLES[noun]
        stamp = {"created_at": now} if noun == _ASKED else {}
        connection.execute(insert(table), [{"workspace_id": workspace_id, **storable(table, row), **stamp} for row in rows])
    for (noun, columns), changed in updates.items():
        _update(connection, workspace_id, TABLES[noun], columns, changed, now)
    for noun, ids in deletes.items():
        table = TABLES[noun]
        gone = delete(table).where(table.c.workspace_id == workspace_id, table.c.id == bindparam("gone"))
        connection.execute(gone, [{"gone": id} for id in ids])


def blocked(connection: Connection, workspace_id: int, written: Sequence[Entry]) -> dict[int, str]:
    """Find entries whose rows are not what they expect; by position in `written`, with the reason."""
    expected = _expected(written)
    current = _current(connection, workspace_id, expected)
    clashes = {key: why for key, columns in expected.items() if (why := clash(key, columns, current.get(key)))}
    return {n: clashes[key] for n, entry in enumerate(written) for e in entry.effects if (key := (e.noun, e.id)) in clashes}


Inserts = dict[str, list[Mapping[str, Any]]]
Updates = dict[tuple[str, tuple[str, ...]], list[tuple[str, Mapping[str, Any]]]]


def _sorted(edits: Iterable[Effect]) -> tuple[Inserts, Updates, dict[str, list[str]]]:
    inserts, updates, deletes = defaultdict(list), defaultdict(list), defaultdict(list)
    for edit in edits:
        if edit.after is None:
            deletes[edit.noun].append(edit.id)
        elif edit.before is None:
            inserts[edit.noun].append(edit.after)
        else:
            updates[edit.noun, tuple(edit.after)].append((edit.id, edit.after))
    return inserts, updates, deletes


def _update(
    connection: Connection,
    workspace_id: int,
    table: Table,
    columns: Sequence[str],
    changed: Sequence[tuple[str, Mapping[str, Any]]],
    now: datetime,
) -> None:
    values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    values["version"] = table.c.version + 1
    if {"standing", "content"} & set(columns):
        values["changed_at"] = now
    this = update(table).where(table.c.workspace_id == workspace_id, table.c.id == bindparam("this")).values(values)
    rows = [{"this": id, **{f"new_{k}": v for k, v in storable(table, after).items()}} for id, after in changed]
    connection.execute(this, rows)
    if "content" in columns:
        voided(connection, workspace_id, [id for id, _ in changed])


Key = tuple[str, str]


def _expected(written: Sequence[Entry]) -> dict[Key, Mapping[str, Any] | None]:
    """Collect what the rows should hold before the first edit touches them; None for absent."""
    expected: dict[Key, Mapping[str, Any] | None] = {}
    for edit in (e for entry in written for e in entry.effects):
        key = (edit.noun, edit.id)
        known = expected.setdefault(key, None if edit.before is None else {})
        if known is not None and edit.before:
            expected[key] = {**edit.before, **known}
    return expected


def _current(connection: Connection, workspace_id: int, expected: Mapping[Key, Any]) -> dict[Key, Mapping[str, Any]]:
    current: dict[Key, Mapping[str, Any]] = {}
    ids: dict[str, list[str]] = defaultdict(list)
    for noun, id in expected:
        ids[noun].append(id)
    for noun, wanted in ids.items():
        table = TABLES[noun]
        for chunk in chunked(wanted):
            rows = connection.execute(select(table).where(table.c.workspace_id == workspace_id, table.c.id.in_(chunk)))
            current |= {(noun, row.id): dict(row._mapping) for row in rows}
    return current


def clash(key: Key, columns: Mapping[str, Any] | None, row: Mapping[str, Any] | None) -> str | None:
    """Say how a row isn't what an edit expects; None when it is."""
    noun, id = key
    if columns is None:
        return f"{noun} {id} exists already" if row is not None else None
    if row is None:
        return f"{noun} {id} is gone"
    wanted = storable(TABLES[noun], columns)
    stamped = {"version", "created_at"} if noun == _ASKED else {"version"}
    differing = [name for name, value in wanted.items() if name not in stamped and row[name] != value]
    return f"{noun} {id} was changed since: {', '.join(differing)}" if differing else None


def chunked(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids, as many at a time as a query takes well."""
    remaining = iter(ids)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk
