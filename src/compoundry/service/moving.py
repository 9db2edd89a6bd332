"""Take a whole workspace along, and put it down somewhere else as it was."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from compoundry.errors import Conflict, Invalid, Twin
from compoundry.model import Caller
from compoundry.service.access import checked_settings
from compoundry.service.app import App
from compoundry.store import insights, journal, portable, state, tables, workspaces
from compoundry.store.database import Connection, clock
from compoundry.store.findings import CANDIDATES, PATTERNS, RULES, snapshots_between
from compoundry.store.lineage import standing_in

VERSION = 1
MARK = b'{"compoundry_export":'
_TABLES: Final = {str(table.name): (n, table) for n, table in enumerate(portable.MOVED)}
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Restored:
    """Say how many rows of each kind a workspace got, and the hash of its state: that of the workspace it came from."""

    rows: Mapping[str, int]
    state_hash: str


def export(app: App, caller: Caller, *, vectors: bool = True) -> Iterator[bytes]:
    """Return the lines of a whole workspace as it is now: insights with evidence and lineage, entities, vectors unless told
    otherwise, candidates, patterns, rules with their outcomes, snapshots, ended runs with their journal, schedules, settings.

    The last line counts the rows and has their hash, so that a file that was cut off or changed is noticed. Keys, webhooks
    and their secrets stay.
    """
    caller.need("record.read")
    return _exported(app, caller.workspace_id, vectors)


def restore(app: App, caller: Caller, lines: Iterable[bytes]) -> Restored:
    """Put an exported workspace into an empty one, all or nothing; ids, times, standings and decisions are those of the export.

    What people have decided there holds here, active rules included: restore only what you trust. Raises Conflict for a
    workspace that isn't empty, Invalid for a file that is no export, was cut off or was changed.
    """
    caller.need("record.write")
    try:
        with app.database.write() as connection:
            insights.lock(connection, caller.workspace_id)
            if not portable.is_empty(connection, caller.workspace_id):
                raise Conflict("an export goes into an empty workspace only; make one with: compoundry workspace create NAME")
            done = _put(connection, caller.workspace_id, _read(lines))
    except Twin:
        raise Invalid("the export holds a row twice, or rows that don't belong together; nothing was restored") from None
    app.insights_written(caller.workspace_id)
    return done


def _exported(app: App, workspace_id: int, vectors: bool) -> Iterator[bytes]:
    counted, told = Counter[str](), hashlib.sha256()
    with app.database.snapshot() as connection:
        mine = workspaces.one(connection, workspace_id)
        about = {"version": VERSION, "name": mine.name, "exported_at": clock(connection), "policy": mine.policy}
        yield MARK + orjson.dumps(about, option=orjson.OPT_UTC_Z) + b"}\n"
        for table in portable.MOVED:
            if table is not tables.vectors or vectors:
                for line in portable.lines(connection, workspace_id, table):
                    counted[str(table.name)] += 1
                    told.update(line)
                    yield line
        end = {"rows": counted, "sha256": told.hexdigest(), "state_hash": state.state_hash(connection, workspace_id)}
        yield orjson.dumps({"end": end}) + b"\n"


@dataclass(frozen=True, slots=True)
class _End:
    rows: Mapping[str, int]
    state_hash: str


def _read(lines: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """Give each line's one name and what stands there; the end must fit what came before."""
    counted, told, number = Counter[str](), hashlib.sha256(), 0
    for number, line in enumerate(lines, 1):
        name, given = _line(number, line)
        if name == "end":
            if given.get("sha256") != told.hexdigest() or given.get("rows") != counted:
                raise Invalid(f"line {number}: the export was changed or is damaged; nothing was restored")
            yield name, _End(counted, str(given.get("state_hash")))
            return
        if number > 1:
            counted[name] += 1
            told.update(line.rstrip(b"\r\n") + b"\n")
        yield name, given
    raise Invalid(f"the export ends early, after {number} lines; nothing was restored")


def _line(number: int, line: bytes) -> tuple[str, Any]:
    try:
        read = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise Invalid(f"line {number}: no JSON; nothing was restored") from None
    if not isinstance(read, dict) or len(read) != 1 or b"\\u0000" in line:
        raise Invalid(f"line {number}: no line of an export; nothing was restored")
    ((name, given),) = read.items()
    if (number == 1) != (name == "compoundry_export") or not isinstance(given, dict):
        raise Invalid(f"line {number}: not where an export has it; nothing was restored")
    return name, given


def _put(connection: Connection, workspace_id: int, read: Iterator[tuple[str, Any]]) -> Restored:
    _settings(connection, workspace_id, next(read, ("", {}))[1])
    waiting: list[dict[str, Any]] = []
    at = 0
    for name, given in read:
        if isinstance(given, _End):
            portable.put(connection, workspace_id, portable.MOVED[at], waiting)
            return _must_be_the_same(connection, workspace_id, given)
        place, table = _TABLES.get(name, (-1, None))
        if table is None or place < at:
            raise Invalid(f"{name[:60]!r} is not where an export has it; nothing was restored")
        if place > at or len(waiting) == _BATCH:
            portable.put(connection, workspace_id, portable.MOVED[at], waiting)
            waiting, at = [], place
        waiting.append(portable.row(table, given))
    raise Invalid("the export has no end; nothing was restored")


def _settings(connection: Connection, workspace_id: int, about: Mapping[str, Any]) -> None:
    if about.get("version") != VERSION:
        raise Invalid(f"this is no export of version {VERSION}; nothing was restored")
    policy = about.get("policy")
    if not isinstance(policy, dict) or not all(isinstance(section, dict) for section in policy.values()):
        raise Invalid("policy: must be an object of sections; nothing was restored")
    for section, settings in policy.items():
        checked_settings(section, settings)
    workspaces.set_policy(connection, workspace_id, policy)


def _must_be_the_same(connection: Connection, workspace_id: int, end: _End) -> Restored:
    """Read everything back: what jobs and people couldn't read later is refused now."""
    try:
        standing_in(connection, workspace_id)
        for kept in (CANDIDATES, PATTERNS, RULES):
            kept.everything(connection, workspace_id)
        snapshots_between(connection, workspace_id, None, None, limit=_BATCH)
        journal.must_be_readable(connection, workspace_id)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise Invalid(f"the export holds something that can't be read back ({error}); nothing was restored") from None
    found = state.state_hash(connection, workspace_id)
    if found != end.state_hash:
        raise Invalid("what was read isn't the state that the export tells; nothing was restored")
    return Restored(end.rows, found)
