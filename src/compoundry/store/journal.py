"""Keep what runs decided: every change with its reason and its inverse, and what became of each insight."""

import heapq
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, Select, func, insert, select

from compoundry.changes import parts_of
from compoundry.job import Alike, Archive, Change, Disposition, Merge, Outcome, Plan, Reinforce, Restore, Supersede, Told
from compoundry.model import Evidence, Insight, Reason
from compoundry.store import packing, tables
from compoundry.store.batches import PACK, Batch, Entry, batch, joined, packed, unpacked
from compoundry.store.effects import Effect, effects, subject

__all__ = [
    "Entry", "Written", "about", "changes", "disposition", "dispositions", "entries", "keep_dispositions", "must_be_readable", "read",
    "size", "write", "written",
]  # fmt: skip

_C, _B, _D = tables.changes, tables.batches, tables.dispositions
_ROWS = 10_000
Written = Entry | Batch


def entries(plan: Plan, seen: Mapping[str, Insight]) -> list[Written]:
    """Spell a plan as journal entries, in its order; what a job could not take is listed last, and edits nothing."""
    changed = [one for part in parts_of(plan.changes) for one in _entries(part, seen)]
    return [
        *changed,
        *(Entry("set_aside", d.insight, Reason("set_aside", f"set aside: {d.because}"), ()) for d in _failed(plan.dispositions)),
    ]


def write(connection: Connection, workspace_id: int, run_id: str, written: Sequence[Written]) -> None:
    """Keep the entries of a run, applied or not."""
    position, key = 0, {"workspace_id": workspace_id, "run_id": run_id}
    single, many = [], []
    for one in written:
        if isinstance(one, Batch):
            for part in one.packs():
                ends = {"first": min(part.insights), "last": max(part.insights)}
                many.append({**key, "position": position, "size": len(part), "kind": part.kind, **ends, "packed": packed(part)})
                position += len(part)
        else:
            single.append({**key, "position": position, **_spelled(one)})
            position += 1
    for start in range(0, len(single), _ROWS):
        connection.execute(insert(_C), single[start : start + _ROWS])
    if many:
        connection.execute(insert(_B), many)


def read(connection: Connection, workspace_id: int, run_id: str, *, after: int = -1, limit: int | None = None) -> list[tuple[int, Entry]]:
    """Return the entries of a run from position `after` on, in order, each spelled out."""
    found = _in_order(connection, workspace_id, run_id, after, limit)
    return list(islice(found, limit))


def written(connection: Connection, workspace_id: int, run_id: str) -> list[Written]:
    """Return the entries of a run in order; many changes alike stay together."""
    singles: list[tuple[int, Written]] = [(row.position, _entry(row)) for row in connection.execute(_singles(workspace_id, run_id))]
    packs = [(row.position, unpacked(row.packed)) for row in connection.execute(_many(workspace_id, run_id))]
    many: list[tuple[int, Written]] = [(first, joined(alike)) for first, alike in _alike(packs)]
    return [one for _, one in sorted((*singles, *many), key=lambda pair: pair[0])]


def _alike(packs: Sequence[tuple[int, Batch]]) -> Iterator[tuple[int, list[Batch]]]:
    """Put packs together that were cut from one batch, each with its first position."""
    for _, found in groupby(packs, key=lambda pair: (pair[1].kind, pair[1].code, pair[1].text, *map(str, _constant(pair[1])))):
        together = list(found)
        yield together[0][0], [pack for _, pack in together]


def _constant(pack: Batch) -> Iterator[object]:
    """Say what packs must share: the names of their columns, and what has one value for all."""
    for side in (pack.before, pack.after, pack.facts):
        yield from ((name, None if isinstance(column, np.ndarray) else column) for name, column in sorted(side.items()))


def changes(connection: Connection, workspace_id: int, run_id: str) -> list[Change]:
    """Return what a stored plan does to insights: all but what they are believed."""
    told = written(connection, workspace_id, run_id)
    spelled = (entry for one in told if one.kind != "believe" for entry in (one if isinstance(one, Batch) else (one,)))
    return [change for entry in spelled if (change := _change(entry))]


def _change(entry: Entry) -> Change | None:
    after = entry.effects[0].after or {} if entry.effects else {}
    match entry.kind:
        case "merge":
            return Merge(entry.subject, str(after["merged_into"]), entry.reason)
        case "supersede":
            by, at = str(after["superseded_by"]), datetime.fromisoformat(str(after["valid_until"]))
            return Supersede(entry.subject, by, at, entry.reason)
        case "archive":
            return Archive(entry.subject, entry.reason)
        case "restore":
            return Restore(entry.subject, entry.reason)
        case "reinforce":
            seen: dict[str, Any] = {**after}
            piece = Evidence(entry.effects[0].id, seen["kind"], datetime.fromisoformat(seen["at"]), seen["source"])
            return Reinforce(entry.subject, piece, entry.reason)
        case _:
            return None


def about(connection: Connection, workspace_id: int, id: str) -> list[tuple[str, Entry]]:
    """Return what runs have decided about one thing, oldest first, each with the run's id."""
    run, found = tables.runs, []
    for table, mine in ((_C, _C.c.subject == id), (_B, (_B.c.first <= id) & (_B.c.last >= id))):
        joined = select(table, run.c.ended_at).join(run, (run.c.workspace_id == table.c.workspace_id) & (run.c.id == table.c.run_id))
        wanted = joined.where(table.c.workspace_id == workspace_id, mine, run.c.state == "completed", ~run.c.dry_run)
        for row in connection.execute(wanted):
            found += [(row.ended_at, row.position, row.run_id, entry) for entry in _of_row(row, id)]
    return [(run_id, entry) for _, _, run_id, entry in sorted(found, key=lambda told: told[:2])]


def size(connection: Connection, workspace_id: int, run_id: str) -> int:
    """Count the entries of a run."""
    one = select(func.count()).select_from(_C).where(_C.c.workspace_id == workspace_id, _C.c.run_id == run_id)
    many = select(func.sum(_B.c.size)).where(_B.c.workspace_id == workspace_id, _B.c.run_id == run_id)
    return (connection.scalar(one) or 0) + (connection.scalar(many) or 0)


def must_be_readable(connection: Connection, workspace_id: int) -> None:
    """Raise ValueError when something packed can't be spelled out again, or isn't what its row says."""
    for table in (_B, _D):
        for row in connection.execute(select(table).where(table.c.workspace_id == workspace_id).execution_options(yield_per=10)):
            try:
                ids = _ids(row)
                right = not ids or (row.first <= min(ids) and row.last >= max(ids))
            except (zlib.error, TypeError, KeyError, IndexError) as error:
                raise ValueError(f"{table.name} of run {row.run_id}: {error}") from None
            if not right:
                raise ValueError(f"{table.name} of run {row.run_id}: other insights than the row says")


def keep_dispositions(connection: Connection, workspace_id: int, run_id: str, told: Sequence[Disposition]) -> None:
    """Keep what became of each scanned insight, packed, so many in a row."""
    rows = []
    for position in range(0, len(told), PACK):
        ids, kept = _packed(told, slice(position, position + PACK))
        key = {"workspace_id": workspace_id, "run_id": run_id, "position": position}
        rows.append({**key, "first": min(ids), "last": max(ids), "packed": kept})
    if rows:
        connection.execute(insert(_D), rows)


def dispositions(connection: Connection, workspace_id: int, run_id: str) -> Sequence[Disposition]:
    """Return what became of each insight that a run scanned; as columns, where they were kept as columns."""
    mine = select(_D.c.packed).where(_D.c.workspace_id == workspace_id, _D.c.run_id == run_id).order_by(_D.c.position)
    parts = [_unpacked(kept) for kept in connection.scalars(mine)]
    alike = [part for part in parts if isinstance(part, Told)]
    return _together(alike) if len(alike) == len(parts) and parts else tuple(told for part in parts for told in part)


def _together(parts: Sequence[Told]) -> Told:
    known: dict[tuple[Outcome, str], int] = {}
    says = [np.array([known.setdefault(saying, len(known)) for saying in part.sayings], np.int32)[part.says] for part in parts]
    ids = [id for part in parts for id in part.insights]
    return Told(ids, np.concatenate([part.versions for part in parts]), np.concatenate(says), tuple(known))


def disposition(connection: Connection, workspace_id: int, run_id: str, insight: str) -> list[Disposition]:
    """Return what became of one insight in a run; nothing when the run didn't scan it."""
    mine = select(_D.c.packed).where(_D.c.workspace_id == workspace_id, _D.c.run_id == run_id, _D.c.first <= insight, _D.c.last >= insight)
    return [told for kept in connection.scalars(mine) for told in _unpacked(kept) if told.insight == insight]


def _failed(told: Sequence[Disposition]) -> Iterator[Disposition]:
    if not isinstance(told, Told):
        return (d for d in told if d.outcome == "failed")
    failing = {n for n, (outcome, _) in enumerate(told.sayings) if outcome == "failed"}
    return (told[n] for n, says in enumerate(told.says.tolist()) if says in failing) if failing else iter(())


def _entries(part: Sequence[Any], seen: Mapping[str, Insight]) -> Sequence[Written]:
    if isinstance(part, Alike):
        return [batch(part)]
    return [Entry(*subject(change), change.reason, tuple(effects(change, seen))) for change in part]


def _singles(workspace_id: int, run_id: str) -> Select[Any]:
    return select(_C).where(_C.c.workspace_id == workspace_id, _C.c.run_id == run_id).order_by(_C.c.position)


def _many(workspace_id: int, run_id: str) -> Select[Any]:
    return select(_B).where(_B.c.workspace_id == workspace_id, _B.c.run_id == run_id).order_by(_B.c.position)


def _in_order(connection: Connection, workspace_id: int, run_id: str, after: int, limit: int | None) -> Iterator[tuple[int, Entry]]:
    rows = connection.execute(_singles(workspace_id, run_id).where(_C.c.position > after).limit(limit)).all()
    packs = connection.execute(_many(workspace_id, run_id).where(_B.c.position + _B.c.size > after + 1).limit(limit)).all()
    single = ((row.position, _entry(row)) for row in rows)
    many = ((row.position + n, entry) for row in packs for n, entry in enumerate(unpacked(row.packed)) if row.position + n > after)
    return heapq.merge(single, many, key=lambda pair: pair[0])


def _of_row(row: Row[Any], id: str) -> list[Entry]:
    if not hasattr(row, "packed"):
        return [_entry(row)]
    found = unpacked(row.packed)
    return [found.entry(n) for n, insight in enumerate(found.insights) if insight == id]


def _ids(row: Row[Any]) -> list[str]:
    """Spell everything out that a row has packed, and say what it is about; ValueError for more or less than the row says."""
    if not hasattr(row, "size"):
        return [told.insight for told in _unpacked(row.packed)]
    ids = [entry.subject for entry in unpacked(row.packed)]
    if len(ids) != row.size:
        raise ValueError(f"{len(ids)} changes where the row says {row.size}")
    return ids


def _packed(told: Sequence[Disposition], part: slice) -> tuple[Sequence[str], bytes]:
    """Write dispositions as bytes: columns where they are columns, a list of rows otherwise."""
    if isinstance(told, Told):
        ids, says = told.insights[part], told.says[part]
        used = sorted(set(says.tolist()))
        rank = {saying: n for n, saying in enumerate(used)}
        columns = [None, told.versions[part].tolist(), [rank[n] for n in says.tolist()], [told.sayings[n] for n in used]]
        return ids, packing.packed({"columns": columns}, ids)
    ids = [d.insight for d in told[part]]
    return ids, packing.packed([(None, d.version, d.outcome, d.because) for d in told[part]], ids)


def _unpacked(kept: bytes) -> Sequence[Disposition]:
    found, ids = packing.unpacked(kept)
    if isinstance(found, list):
        return [Disposition(id if ids is None else ids[n], *rest) for n, (id, *rest) in enumerate(found)]
    within, versions, says, sayings = found["columns"]
    named = within if ids is None else ids
    if not len(named) == len(versions) == len(says):
        raise ValueError(f"{len(named)} insights with {len(versions)} versions, of which {len(says)} are told")
    return Told(named, np.array(versions, np.int64), np.array(says, np.int32), [(outcome, why) for outcome, why in sayings])


def _spelled(entry: Entry) -> dict[str, Any]:
    reason = {"code": entry.reason.code, "text": entry.reason.text, "facts": dict(entry.reason.facts)}
    return {
        "kind": entry.kind,
        "subject": entry.subject,
        "reason": reason,
        "effects": [(e.noun, e.id, e.before, e.after) for e in entry.effects],
    }


def _entry(row: Any) -> Entry:
    return Entry(row.kind, row.subject, Reason(**row.reason), tuple(Effect(*e) for e in row.effects))
