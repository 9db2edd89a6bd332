"""Say what was believed at a time: take back, in thought, what runs and people have decided since."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select

from compoundry.columns import columns_of, micros
from compoundry.model import Insight
from compoundry.store import tables
from compoundry.store.batches import unpacked
from compoundry.store.effects import Effect
from compoundry.store.findings import Shelf
from compoundry.store.lineage import assembled, entities_of
from compoundry.store.rows import storable
from compoundry.text.belief import Policy, heard, weigh_all

T = TypeVar("T")
_STANDING = ("archive", "unarchive")  # what was believed then is computed anew, whatever was stored


class _Was(SimpleNamespace):
    """Hold a row as it was; it is read like any other."""

    @property
    def _mapping(self) -> Mapping[str, Any]:
        return vars(self)


def believed(connection: Connection, workspace_id: int, at: datetime, policy: Policy, trust: Mapping[str, float]) -> list[Insight]:
    """Return the insights that were active at a time, newest first, each believed as its evidence up to then says.

    Merges, archiving and better words count from the moment they were made; a fact that was superseded counts until a
    newer one, known at that time, took its place.
    """
    undone = _since(connection, workspace_id, "insight", at)
    table, pieces = tables.insights, tables.evidence
    known = select(table).where(table.c.workspace_id == workspace_id, table.c.created_at <= at)
    rows = {row.id: row for row in connection.execute(known.order_by(table.c.created_at.desc(), table.c.id.desc()))}
    then = [_then(row, undone.get(row.id)) for row in rows.values() if not _replaced(row, rows, at)]
    parents = {row.id: row.merged_into for row in then if row.standing == "merged"}
    entities = connection.execute(entities_of().where(tables.insight_entities.c.workspace_id == workspace_id))
    evidence = connection.execute(select(pieces).where(pieces.c.workspace_id == workspace_id, pieces.c.at <= at))
    found = list(assembled((row for row in then if row.standing == "active"), parents, entities, evidence))
    columns = columns_of([heard(i, trust) for i in found])
    then_believed = dict(zip(columns.ids, weigh_all(columns, at, policy).at(micros(at)).tolist(), strict=True))
    return [replace(i, confidence=round(then_believed[i.id], 4)) for i in found]


def shelved(connection: Connection, workspace_id: int, shelf: Shelf[T], at: datetime) -> list[T]:
    """Return patterns, rules or candidates as they were at a time, by id; those found later are left out."""
    undone = _since(connection, workspace_id, shelf.noun, at)
    rows = connection.execute(select(shelf.table).where(shelf.table.c.workspace_id == workspace_id).order_by(shelf.table.c.id))
    then = [(row, undone.get(row.id, {})) for row in rows]
    return [shelf.read(_Was(**{**row._mapping, **storable(shelf.table, before)})) for row, before in then if before is not None]


def _replaced(row: Row[Any], known: Mapping[str, Row[Any]], at: datetime) -> bool:
    return row.standing == "superseded" and row.valid_until <= at and row.superseded_by in known


def _then(row: Row[Any], before: Mapping[str, Any] | None) -> "_Was":
    """Return a row as it was; a superseded one that nothing had replaced yet was active."""
    was = {**row._mapping, **storable(tables.insights, before or {})}
    if was["standing"] == "superseded":
        was |= {"standing": "active", "superseded_by": None}
    return _Was(**was)


def _since(connection: Connection, workspace_id: int, noun: str, at: datetime) -> dict[str, dict[str, Any] | None]:
    """Collect, by id, what the columns of rows held at a time, where a later run changed them; None for rows made later."""
    run, found = tables.runs, []
    for table in (tables.changes, tables.batches):
        later = (
            select(table, run.c.ended_at)
            .join(run, (run.c.workspace_id == table.c.workspace_id) & (run.c.id == table.c.run_id))
            .where(table.c.workspace_id == workspace_id, run.c.state == "completed", ~run.c.dry_run, run.c.ended_at > at)
        )
        wanted = later if table is tables.changes else later.where(table.c.kind.in_(_STANDING))
        found += list(connection.execute(wanted)) if table is tables.changes or noun == "insight" else []
    before: dict[str, dict[str, Any] | None] = {}
    for row in sorted(found, key=lambda row: (row.ended_at, row.position), reverse=True):
        for effect in _edits(row):
            if effect.noun == noun:
                _take_back(before, effect)
    return before


def _edits(row: Row[Any]) -> Iterator[Effect]:
    """Return the edits of a row of the journal, the last one first."""
    if hasattr(row, "packed"):
        yield from (effect for entry in unpacked(row.packed) for effect in entry.effects)
    else:
        yield from (Effect(*e) for e in reversed(row.effects))


def _take_back(before: dict[str, dict[str, Any] | None], effect: Effect) -> None:
    known = before.get(effect.id)
    before[effect.id] = None if effect.before is None else {**(known or {}), **effect.before}
