"""Act on a plan once: edit the rows in bulk, and keep every edit with its reason and its inverse."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from compoundry.errors import Stale
from compoundry.job import Archive, Change, Disposition, Merge, Plan, Supersede
from compoundry.model import Insight, Reason
from compoundry.store import tables
from compoundry.store.effects import Effect, effects, subject
from compoundry.store.rows import TABLES, storable
from compoundry.store.vectors import voided

_CHUNK = 500
_C = tables.changes


@dataclass(frozen=True, slots=True)
class Entry:
    """Keep one change as a run decided it: what it is about, why, and the row edits."""

    kind: str
    subject: str
    reason: Reason
    effects: tuple[Effect, ...]

    def undone(self) -> "Entry":
        """Return the change that takes this one back."""
        taken = Reason("reverted", f"taken back: {self.reason.text}", {"was": self.reason.code})
        return Entry(f"un{self.kind}", self.subject, taken, tuple(e.inverse() for e in reversed(self.effects)))


def entries(plan: Plan, seen: Mapping[str, Insight]) -> list[Entry]:
    """Spell a plan as journal entries, in its order; what a job could not take is listed last, and edits nothing."""
    changed = [Entry(*subject(change), change.reason, tuple(effects(change, seen))) for change in plan.changes]
    failed = [d for d in plan.dispositions if d.outcome == "failed"]
    return [*changed, *(Entry("set_aside", d.insight, Reason("set_aside", f"set aside: {d.because}"), ()) for d in failed)]


def write(connection: Connection, workspace_id: int, run_id: str, written: Sequence[Entry]) -> None:
    """Keep the entries of a run, applied or not."""
    rows = [{"workspace_id": workspace_id, "run_id": run_id, "position": n, **_spelled(entry)} for n, entry in enumerate(written)]
    if rows:
        connection.execute(insert(_C), rows)


def read(connection: Connection, workspace_id: int, run_id: str, *, after: int = -1, limit: int | None = None) -> list[tuple[int, Entry]]:
    """Return the entries of a run from position `after` on, in order."""
    mine = select(_C).where(_C.c.workspace_id == workspace_id, _C.c.run_id == run_id, _C.c.position > after)
    rows = connection.execute(mine.order_by(_C.c.position).limit(limit))
    return [(row.position, _entry(row)) for row in rows]


def changes(connection: Connection, workspace_id: int, run_id: str) -> list[Change]:
    """Return what a stored plan would take out of the active insights: its merges, successions and archivings."""
    found: list[Change] = []
    for _, entry in read(connection, workspace_id, run_id):
        after = entry.effects[0].after or {} if entry.effects else {}
        match entry.kind:
            case "merge":
                found.append(Merge(entry.subject, str(after["merged_into"]), entry.reason))
            case "supersede":
                by, at = str(after["superseded_by"]), datetime.fromisoformat(str(after["valid_until"]))
                found.append(Supersede(entry.subject, by, at, entry.reason))
            case "archive":
                found.append(Archive(entry.subject, entry.reason))
    return found


def about(connection: Connection, workspace_id: int, id: str) -> list[tuple[str, Entry]]:
    """Return what runs have decided about one thing, oldest first, each with the run's id."""
    run = tables.runs
    mine = select(_C).join(run, (run.c.workspace_id == _C.c.workspace_id) & (run.c.id == _C.c.run_id))
    wanted = mine.where(_C.c.workspace_id == workspace_id, _C.c.subject == id, run.c.state == "completed", ~run.c.dry_run)
    return [(row.run_id, _entry(row)) for row in connection.execute(wanted.order_by(run.c.ended_at, _C.c.position))]


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


def keep_dispositions(connection: Connection, workspace_id: int, run_id: str, told: Sequence[Disposition]) -> None:
    """Keep what became of each scanned insight, packed."""
    packed = zlib.compress(orjson.dumps([(d.insight, d.version, d.outcome, d.because) for d in told]), 1)
    connection.execute(insert(tables.dispositions), [{"workspace_id": workspace_id, "run_id": run_id, "packed": packed}])


def dispositions(connection: Connection, workspace_id: int, run_id: str) -> tuple[Disposition, ...]:
    """Return what became of each insight that a run scanned."""
    table = tables.dispositions
    packed = connection.scalar(select(table.c.packed).where(table.c.workspace_id == workspace_id, table.c.run_id == run_id))
    return tuple(Disposition(*row) for row in orjson.loads(zlib.decompress(packed))) if packed else ()


def must_be_current(connection: Connection, workspace_id: int, told: Sequence[Disposition]) -> None:
    """Raise Stale, naming what changed, unless every insight is as the plan saw it."""
    table = tables.insights
    rows = connection.execute(select(table.c.id, table.c.version).where(table.c.workspace_id == workspace_id, table.c.standing == "active"))
    current = {row.id: row.version for row in rows}
    changed = sorted(d.insight for d in told if current.get(d.insight) != d.version)
    if changed:
        message = f"{len(changed)} insights that the plan read have changed since; make a new plan"
        raise Stale(message, {"changed": changed[:100]})


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


def size(connection: Connection, workspace_id: int, run_id: str) -> int:
    """Count the entries of a run."""
    mine = select(func.count()).select_from(_C).where(_C.c.workspace_id == workspace_id, _C.c.run_id == run_id)
    return connection.scalar(mine) or 0
