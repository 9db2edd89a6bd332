"""Gather what an insight stands on: its entities and evidence, and that of all that was merged into it."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from compoundry.model import Entity, Evidence, Insight
from compoundry.store import tables
from compoundry.store.bulk import Wanted, read
from compoundry.store.scanning import parts_of

_T = tables.insights
_CHUNK = 500


def gathered(connection: Connection, workspace_id: int, ids: Sequence[str]) -> dict[str, Insight]:
    """Return these insights, each with what was merged into it; unknown ids are left out."""
    rows = list(_by_chunk(connection, workspace_id, ids, select(_T), _T.c.id))
    parents = merged_below(connection, workspace_id, ids)
    family = [row.id for row in rows] + list(parents)
    entities = _by_chunk(connection, workspace_id, family, entities_of(), tables.insight_entities.c.insight_id)
    evidence = _by_chunk(connection, workspace_id, family, select(tables.evidence), tables.evidence.c.insight_id)
    return {i.id: i for i in assembled(rows, parents, entities, evidence)}


def standing_in(connection: Connection, workspace_id: int) -> list[Insight]:
    """Return all active insights of a workspace, by id."""
    mine = _T.c.workspace_id == workspace_id
    rows = connection.execute(select(_T).where(mine, _T.c.standing == "active").order_by(_T.c.id)).all()
    merged = connection.execute(select(_T.c.id, _T.c.merged_into).where(mine, _T.c.standing == "merged"))
    entities = connection.execute(entities_of().where(tables.insight_entities.c.workspace_id == workspace_id))
    evidence = connection.execute(select(tables.evidence).where(tables.evidence.c.workspace_id == workspace_id))
    return list(assembled(rows, {row.id: row.merged_into for row in merged}, entities, evidence))


def fates(connection: Connection, workspace_id: int, ids: Iterable[str]) -> dict[str, str]:
    """Return the standing of these insights, `forgotten` for those that aren't there any more."""
    wanted = sorted(set(ids))
    known = {row.id: row.standing for row in _by_chunk(connection, workspace_id, wanted, select(_T.c.id, _T.c.standing), _T.c.id)}
    return {id: known.get(id, "forgotten") for id in wanted}


def sharing(connection: Connection, workspace_id: int, entities: Sequence[str]) -> list[str]:
    """Name the active insights, by id, that are about one of these entities, or are where such a one was merged into.

    Without any entities, those that are about nobody.
    """
    link = tables.insight_entities
    mine = select(_T.c.id, _T.c.merged_into, _T.c.standing).where(_T.c.workspace_id == workspace_id)
    about = select(link.c.insight_id).where(link.c.workspace_id == workspace_id)
    wanted = _T.c.id.in_(about.where(link.c.entity_id.in_(entities))) if entities else ~_T.c.id.in_(about)
    found = {row.id: row for row in connection.execute(mine.where(wanted))}
    while gone := {row.merged_into for row in found.values() if row.standing == "merged"} - found.keys():
        found |= {row.id: row for row in _by_chunk(connection, workspace_id, gone, mine, _T.c.id)}
    return sorted(id for id, row in found.items() if row.standing == "active")


def about_the_same(
    connection: Connection, workspace_id: int, active: Set[str], fresh: Set[str], also: Set[str]
) -> tuple[frozenset[str], set[str]]:
    """Return the entities that some active insights are about ("" for none), with others named; and all active insights about those.

    An insight is about its own entities and those of everything that was merged into it.
    """
    link = tables.insight_entities
    wanted = [Wanted("word", link.c.insight_id), Wanted("word", link.c.entity_id)]
    linked, about = read(connection, wanted, parts_of(connection, link, workspace_id))
    gone = select(_T.c.id, _T.c.merged_into).where(_T.c.workspace_id == workspace_id, _T.c.standing == "merged")
    parents: dict[str, str] = {row.id: row.merged_into for row in connection.execute(gone)}
    owners = [_survivor(id, parents, ()) for id in linked]
    alone = active - set(owners)
    blocks = {entity for owner, entity in zip(owners, about, strict=True) if owner in fresh} | also
    blocks |= {""} if alone & fresh else set()
    found = {owner for owner, entity in zip(owners, about, strict=True) if entity in blocks and owner in active}
    return frozenset(blocks), found | (alone if "" in blocks else set())


def merged_below(connection: Connection, workspace_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Map each insight that was merged into one of these, at any depth, to what it was merged into."""
    parents: dict[str, str] = {}
    layer: Sequence[str] = ids
    while layer:
        found = _by_chunk(connection, workspace_id, layer, select(_T.c.id, _T.c.merged_into), _T.c.merged_into)
        below = {row.id: row.merged_into for row in found if row.id not in parents}
        parents |= below
        layer = list(below)
    return parents


def heirs(connection: Connection, workspace_id: int, ids: Iterable[str]) -> dict[str, str]:
    """Map each of these that was merged to the one that it lives on in, however many merges lie between."""
    parents: dict[str, str] = {}
    layer = set(ids)
    asked = layer
    while layer:
        found = _by_chunk(connection, workspace_id, sorted(layer), select(_T.c.id, _T.c.merged_into), _T.c.id)
        above = {row.id: row.merged_into for row in found if row.merged_into is not None}
        parents |= above
        layer = set(above.values()) - parents.keys()
    return {id: _survivor(id, parents, ()) for id in asked & parents.keys()}


def assembled(
    rows: Iterable[Any], parents: Mapping[str, str], entities: Iterable[Row[Any]], evidence: Iterable[Row[Any]]
) -> Iterator[Insight]:
    """Put insights together from their rows: evidence and entities go to whatever each was merged into."""
    wanted = {row.id: row for row in rows}
    named: dict[str, dict[str, Entity]] = defaultdict(dict)
    for link in entities:
        named[_survivor(link.insight_id, parents, wanted)].setdefault(link.id, Entity(link.id, link.name, link.type))
    told: dict[str, list[Evidence]] = defaultdict(list)
    for piece in evidence:
        told[_survivor(piece.insight_id, parents, wanted)].append(_evidence(piece))
    for row in wanted.values():
        yield _insight(row, tuple(named[row.id].values()), tuple(sorted(told[row.id], key=lambda e: (e.at, e.id))))


def _survivor(id: str, parents: Mapping[str, str], wanted: Container[str]) -> str:
    while id not in wanted and id in parents:
        id = parents[id]
    return id


def entities_of() -> Select[Any]:
    """Return the query of who each insight is about."""
    link, who = tables.insight_entities, tables.entities
    same = and_(who.c.workspace_id == link.c.workspace_id, who.c.id == link.c.entity_id)
    return select(link.c.insight_id, who.c.id, who.c.name, who.c.type).join(who, same).order_by(link.c.insight_id, link.c.position)


def _by_chunk(connection: Connection, workspace_id: int, ids: Iterable[str], query: Select[Any], column: Any) -> Iterator[Row[Any]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, _CHUNK)):
        yield from connection.execute(query.where(column.table.c.workspace_id == workspace_id, column.in_(chunk)))


def _evidence(row: Row[Any]) -> Evidence:
    return Evidence(row.id, row.kind, row.at, row.source, row.weight, row.excerpt, row.artifact)


def _insight(row: Any, entities: tuple[Entity, ...], evidence: tuple[Evidence, ...]) -> Insight:
    return Insight(
        id=row.id,
        content=row.content,
        type=row.type,
        entities=entities,
        confidence=row.confidence,
        observed_at=row.observed_at,
        created_at=row.created_at,
        evidence=evidence,
        standing=row.standing,
        merged_into=row.merged_into,
        superseded_by=row.superseded_by,
        valid_until=row.valid_until,
        recheck_at=row.recheck_at,
        pinned=row.pinned,
        source=row.source,
        external_id=row.external_id,
        metadata=row.metadata,
        version=row.version,
    )
