"""Read all active insights of a workspace as columns, without making an object of each."""

from collections.abc import Mapping, Sequence
from itertools import repeat

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import ARRAY, ColumnElement, Connection, String, and_, any_, case, func, literal, select

from compoundry.columns import KINDS, NEVER, Codes, Columns, Pieces, copies_of, moment
from compoundry.store import tables
from compoundry.store.bulk import Names, Wanted, read
from compoundry.store.scanning import parts_of

_I, _E, _L = tables.insights, tables.evidence, tables.insight_entities
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NO_KIND = "?"


def columns(connection: Connection, workspace_id: int, *, evidence_of: int | None = None) -> Columns:
    """Return the active insights by id, each with the evidence of what was merged into it.

    With `evidence_of`, only that many have their evidence, where there are more than twice as many, and otherwise copies are told; and
    confidences are rough.
    """
    types, sources = Names(), Names()
    wanted = [
        Wanted("word", _I.c.id), Wanted("count", _I.c.version), Wanted("word", _I.c.type, types),
        Wanted("rough_share" if evidence_of else "share", _I.c.confidence),
        Wanted("flag", _I.c.pinned), Wanted("time", _I.c.observed_at), Wanted("time", _I.c.recheck_at),
        Wanted("word", _I.c.source, sources), Wanted("count", func.length(_I.c.content)),
    ]  # fmt: skip
    told, *rest = read(connection, wanted, active(connection, workspace_id))
    order = _ranked(told)
    ids = [told[n] for n in order.tolist()]
    version, type, confidence, pinned, observed_at, recheck_at, source, length = (column[order] for column in rest)
    shown = np.linspace(0, len(ids) - 1, evidence_of).astype(np.intp) if evidence_of and len(ids) > 2 * evidence_of else None
    place = _places(connection, workspace_id, ids, shown)
    here = parts_of(connection, _E, workspace_id) if shown is None else [_about(connection, workspace_id, list(place))]
    evidence, odd = _evidence(connection, here, place)
    odd |= {int(n): "when it was observed is no time" for n in np.flatnonzero(observed_at == NEVER)}
    alike = _copies(connection, workspace_id, dict(zip(ids, observed_at.tolist(), strict=True))) if evidence_of and shown is None else None
    return Columns(
        ids, version, types.words(type), confidence, pinned, observed_at, recheck_at, sources.words(source), length, evidence, odd, shown,
        alike,
    )  # fmt: skip


def _copies(connection: Connection, workspace_id: int, at: Mapping[str, int]) -> Codes:
    """Number what insights say, in the order of their times by id."""
    about: dict[str, list[str]] = {id: [] for id in at}
    linked = parts_of(connection, _L, workspace_id)
    for id, entity in zip(*read(connection, [Wanted("word", _L.c.insight_id), Wanted("word", _L.c.entity_id)], linked), strict=True):
        if id in about:
            about[id].append(entity)
    wanted = [Wanted("word", _I.c.id), Wanted("word", _I.c.content)]
    content = dict(zip(*read(connection, wanted, active(connection, workspace_id)), strict=True))
    day = {observed_at: _day(observed_at) for observed_at in set(at.values())}
    return copies_of((content[id], day[observed_at], about[id]) for id, observed_at in at.items())


def _day(observed_at: int) -> str:
    return "" if observed_at == NEVER else moment(observed_at).date().isoformat()


def _about(connection: Connection, workspace_id: int, ids: Sequence[str]) -> ColumnElement[bool]:
    """Choose the evidence of some insights; as one value, since SQLAlchemy takes longer over many than the database."""
    mine = _E.c.workspace_id == workspace_id
    if connection.dialect.name != "sqlite":
        return and_(mine, _E.c.insight_id == any_(literal(list(ids), ARRAY(String))))
    listed = func.json_each(orjson.dumps(list(ids)).decode()).table_valued("value")
    return and_(mine, _E.c.insight_id.in_(select(listed.c.value)))


def _ranked(ids: Sequence[str]) -> NDArray[np.intp]:
    """Return the places of ids in their order."""
    try:
        return np.argsort(np.array(ids, np.bytes_), kind="stable")  # twice as fast as sorting strings
    except UnicodeEncodeError:
        return np.array(sorted(range(len(ids)), key=ids.__getitem__), np.intp)


def active(connection: Connection, workspace_id: int) -> list[ColumnElement[bool]]:
    """Choose the active insights of a workspace, part by part."""
    return [and_(mine, _I.c.standing == "active") for mine in parts_of(connection, _I, workspace_id)]


def _evidence(connection: Connection, here: Sequence[ColumnElement[bool]], place: Mapping[str, int]) -> tuple[Pieces, dict[int, str]]:
    sources, letter = Names(), case(dict(zip(KINDS, _LETTERS, strict=False)), value=_E.c.kind, else_=_NO_KIND)

    def places(ids: Sequence[str]) -> Codes:
        return np.fromiter(map(place.get, ids, repeat(-1)), np.int32, len(ids))

    wanted = [
        Wanted("word", _E.c.insight_id, places), Wanted("time", _E.c.at), Wanted("letter", letter), Wanted("word", _E.c.source, sources),
        Wanted("share", _E.c.weight),
    ]  # fmt: skip
    of, at, kind, source, weight = read(connection, wanted, here)
    found = Pieces(of, at, kind.astype(np.int8) - ord(_LETTERS[0]), sources.words(source), weight).only(of >= 0)
    odd = (found.at == NEVER) | (found.kind < 0)
    return found.only(~odd), {int(n): "a piece of its evidence has no kind or no time" for n in found.of[odd]}


def _places(connection: Connection, workspace_id: int, ids: Sequence[str], shown: NDArray[np.intp] | None) -> dict[str, int]:
    """Give each insight that is shown its place, and what was merged that of what it lives on in."""
    places = range(len(ids)) if shown is None else shown.tolist()
    place = dict(zip(ids if shown is None else [ids[n] for n in places], places, strict=True))
    merged = select(_I.c.id, _I.c.merged_into).where(_I.c.workspace_id == workspace_id, _I.c.standing == "merged")
    into: dict[str, str] = {row.id: row.merged_into for row in connection.execute(merged)}
    found = {}
    for id in into:
        end = id
        while end in into:
            end = into[end]
        if end in place:
            found[id] = place[end]
    return place | found if found else place
