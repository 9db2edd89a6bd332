"""Edit rows in bulk, after checking that they are what the edits expect."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import ARRAY, Connection, Table, bindparam, column, delete, func, insert, select, update

from compoundry.counting import counted
from compoundry.errors import Stale
from compoundry.job import Disposition, Told
from compoundry.store import tables
from compoundry.store.batches import Batch, Entry
from compoundry.store.effects import Effect
from compoundry.store.rows import TABLES, storable
from compoundry.store.scanning import all_of
from compoundry.store.vectors import voided

_CHUNK = 500
_AT_ONCE = 20_000
_I = tables.insights


def act(connection: Connection, workspace_id: int, edits: Iterable[Effect], now: datetime) -> None:
    """Edit the rows, in bulk: inserts, then updates, then deletes."""
    inserts, updates, deletes = _sorted(edits)
    for noun, rows in inserts.items():
        table = TABLES[noun]
        connection.execute(insert(table), [{"workspace_id": workspace_id, **storable(table, row)} for row in rows])
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
    clash = {key: why for key, columns in expected.items() if (why := _clash(key, columns, current.get(key)))}
    return {n: clash[key] for n, entry in enumerate(written) for e in entry.effects if (key := (e.noun, e.id)) in clash}


def clashing(connection: Connection, workspace_id: int, written: Batch) -> dict[int, str]:
    """Find changes of a batch whose rows are not what they expect; by place, with the reason."""
    clash: dict[int, str] = {}
    for start in range(0, len(written), _CHUNK):
        ids = written.insights[start : start + _CHUNK]
        mine = select(_I.c.id, *(_I.c[name] for name in written.before)).where(_I.c.workspace_id == workspace_id, _I.c.id.in_(ids))
        current = {row.id: dict(row._mapping) for row in connection.execute(mine)}
        for place, id in enumerate(ids, start):
            (expected,) = written.entry(place).effects
            if why := _clash(("insight", id), expected.before, current.get(id)):
                clash[place] = why
    return clash


def change_many(connection: Connection, workspace_id: int, written: Batch, now: datetime) -> None:
    """Edit the rows of a batch; on PostgreSQL many rows a statement, on SQLite one statement over and over."""
    touched = {"changed_at": now} if "standing" in written.after else {}
    told = {name: values for name, values in written.after.items() if isinstance(values, np.ndarray)}
    same = {name: value for name, value in written.after.items() if name not in told}
    for start in range(0, len(written), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        columns = {"id": written.insights[part], **{name: values[part].tolist() for name, values in told.items()}}
        if connection.dialect.name == "postgresql":
            given = [bindparam(f"all_{name}", values, ARRAY(_I.c[name].type)) for name, values in columns.items()]
            rows = func.unnest(*given).table_valued(*(column(name, _I.c[name].type) for name in columns), name="told").render_derived()
            mine = update(_I).where(_I.c.workspace_id == workspace_id, _I.c.id == rows.c.id)
            connection.execute(mine.values(**{name: rows.c[name] for name in told}, **same, **touched, version=_I.c.version + 1))
        else:
            mine = update(_I).where(_I.c.workspace_id == workspace_id, _I.c.id == bindparam("new_id"))
            new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in told}
            names = [f"new_{name}" for name in columns]
            rows_given = [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
            connection.execute(mine.values(**new, **same, **touched, version=_I.c.version + 1), rows_given)


def must_be_current(connection: Connection, workspace_id: int, told: Sequence[Disposition]) -> None:
    """Raise Stale, naming what changed, unless every insight is as the plan saw it."""
    pairs = zip(told.insights, told.versions.tolist(), strict=True) if isinstance(told, Told) else ((d.insight, d.version) for d in told)
    seen = dict(pairs)
    mine = select(_I.c.id, _I.c.version).where(all_of(connection, _I, workspace_id), _I.c.standing == "active")
    rows = connection.execute(mine.execution_options(stream_results=True)).partitions(_AT_ONCE)
    same = sum(seen.get(id) == version for chunk in rows for id, version in chunk)
    if same != len(seen):
        current: dict[str, int] = {row.id: row.version for row in connection.execute(mine)}
        changed = sorted(id for id, version in seen.items() if current.get(id) != version)
        message = f"the plan is out of date: {counted(len(changed), 'insight')} changed since it was made; make a new one"
        raise Stale(message, {"changed": changed[:100]})


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
        for chunk in _chunked(wanted):
            rows = connection.execute(select(table).where(table.c.workspace_id == workspace_id, table.c.id.in_(chunk)))
            current |= {(noun, row.id): dict(row._mapping) for row in rows}
    return current


def _clash(key: Key, columns: Mapping[str, Any] | None, row: Mapping[str, Any] | None) -> str | None:
    noun, id = key
    if columns is None:
        return f"{noun} {id} exists already" if row is not None else None
    if row is None:
        return f"{noun} {id} is gone"
    wanted = storable(TABLES[noun], columns)
    differing = [name for name, value in wanted.items() if name != "version" and row[name] != value]
    return f"{noun} {id} was changed since: {', '.join(differing)}" if differing else None


def _chunked(ids: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk
