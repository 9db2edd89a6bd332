"""Read all active insights of a workspace as columns, without making an object of each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, String, cast, extract, func, select, type_coerce

from compoundry.columns import KINDS, NEVER, Codes, Columns, Pieces, Times, Words
from compoundry.store import tables
from compoundry.store.scanning import all_of

_I, _E = tables.insights, tables.evidence
_AT_ONCE = 1_000  # measured: larger chunks leave the processor's cache
_ODD_KIND = -1


def columns(connection: Connection, workspace_id: int) -> Columns:
    """Return the active insights by id, each with the evidence of what was merged into it."""
    wanted = (
        _I.c.id, _I.c.version, _I.c.type, _I.c.confidence, _I.c.pinned, _micros(connection, _I.c.observed_at),
        _micros(connection, _I.c.recheck_at), _I.c.source, func.length(_I.c.content),
    )  # fmt: skip
    types, sources = _Names(), _Names()
    read = (str, np.int64, types, np.float64, bool, _times, _times, sources, np.int64)
    active = select(*wanted).where(all_of(connection, _I, workspace_id), _I.c.standing == "active")
    told, *rest = _read(connection, active, read)
    order = np.array(sorted(range(len(told)), key=told.__getitem__), np.intp)
    ids = [told[n] for n in order.tolist()]
    version, type, confidence, pinned, observed_at, recheck_at, source, length = (column[order] for column in rest)
    evidence, odd = _evidence(connection, workspace_id, _places(connection, workspace_id, ids))
    odd |= {int(n): "when it was observed is no time" for n in np.flatnonzero(observed_at == NEVER)}
    return Columns(
        ids, version, types.words(type), confidence, pinned, observed_at, recheck_at, sources.words(source), length, evidence, odd
    )


def _evidence(connection: Connection, workspace_id: int, place: Mapping[str, int]) -> tuple[Pieces, dict[int, str]]:
    kinds, sources = {kind: n for n, kind in enumerate(KINDS)}, _Names()
    wanted = (_E.c.insight_id, _micros(connection, _E.c.at), _E.c.kind, _E.c.source, _E.c.weight)
    read = (
        lambda ids: np.array([place.get(id, -1) for id in ids], np.int32),
        _times,
        lambda said: np.array([kinds.get(kind, _ODD_KIND) for kind in said], np.int8),
        sources,
        np.float64,
    )
    of, at, kind, source, weight = _read(connection, select(*wanted).where(all_of(connection, _E, workspace_id)), read)
    found = Pieces(of, at, kind, sources.words(source), weight).only(of >= 0)
    odd = (found.at == NEVER) | (found.kind == _ODD_KIND)
    return found.only(~odd), {int(n): "a piece of its evidence has no kind or no time" for n in found.of[odd]}


def _read(connection: Connection, query: Select[Any], read: Sequence[Any]) -> list[Any]:
    """Read a query column by column, a chunk of rows at a time; `read` makes an array of each, `str` a list."""
    parts: list[list[Any]] = [[] for _ in read]
    for chunk in connection.execute(query.execution_options(stream_results=True)).partitions(_AT_ONCE):
        for part, make, column in zip(parts, read, zip(*chunk, strict=True), strict=True):
            part.append(column if make is str else np.array(column, make) if isinstance(make, type) else make(column))
    return [_joined(part, make) for part, make in zip(parts, read, strict=True)]


def _joined(parts: list[Any], make: Any) -> Any:
    if make is str:
        return [id for part in parts for id in part]
    return np.concatenate(parts) if parts else np.array([], make) if isinstance(make, type) else make(())


class _Names:
    """Number the different words of a column in the order in which they come."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def __call__(self, spoken: Iterable[str]) -> Codes:
        return np.array([self._seen.setdefault(word, len(self._seen)) for word in spoken], np.int32)

    def words(self, codes: Codes) -> Words:
        """Return the column with its words in order."""
        return Words.ordered(codes, list(self._seen))


def _micros(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Ask for a time as PostgreSQL's microseconds, or as SQLite's text."""
    if connection.dialect.name == "sqlite":
        return type_coerce(column, String)
    return cast(extract("epoch", column) * 1_000_000, BigInteger)


def _times(told: Sequence[Any]) -> Times:
    """Read a column of times; `NEVER` for none, and for what is no time."""
    try:
        read = np.array([NEVER if at is None else at for at in told], np.int64) if _numbers(told) else _written(told)
    except ValueError:
        return np.array([int(_times((at,))[0]) if _legible(at) else NEVER for at in told], np.int64)
    return read


def _numbers(told: Sequence[Any]) -> bool:
    return all(at is None or isinstance(at, int) for at in told)


def _written(told: Sequence[str | None]) -> Times:
    read = np.array(["NaT" if at is None else at for at in told], "datetime64[us]")
    return np.where(np.isnat(read), NEVER, read.astype(np.int64))


def _legible(at: Any) -> bool:
    try:
        _written((at,))
    except ValueError:
        return False
    return True


def _places(connection: Connection, workspace_id: int, ids: Sequence[str]) -> dict[str, int]:
    """Give each active insight its place, and what was merged that of what it lives on in."""
    place = {id: n for n, id in enumerate(ids)}
    merged = select(_I.c.id, _I.c.merged_into).where(_I.c.workspace_id == workspace_id, _I.c.standing == "merged")
    into: dict[str, str] = {row.id: row.merged_into for row in connection.execute(merged)}
    found = {}
    for id in into:
        end = id
        while end in into:
            end = into[end]
        if end in place:
            found[id] = place[end]
    return place | found
