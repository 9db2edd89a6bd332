"""Learn insights, read them with their evidence, and change them one at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, get_args

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from compoundry.errors import NotFound
from compoundry.job import same_id
from compoundry.model import Draft, Entity, Evidence, Insight, Standing
from compoundry.store import tables
from compoundry.store.lineage import gathered, merged_below
from compoundry.store.vectors import voided

_T = tables.insights


class Learned(NamedTuple):
    """Say what became of one insight that was given: its id, whether it is new, and whether what is known says something else."""

    id: str
    new: bool
    differs: bool = False


def learn(connection: Connection, workspace_id: int, drafts: Sequence[tuple[str, Draft]], now: datetime) -> list[Learned]:
    """Store drafts under the ids given; return what became of each.

    A draft whose external id is known already is not stored again.
    """
    known = _known(connection, workspace_id, {d.external_id for _, d in drafts if d.external_id})
    learned, fresh = [], []
    for id, draft in drafts:
        owner, says = known.setdefault(draft.external_id, (id, draft.content)) if draft.external_id else (id, draft.content)
        learned.append(Learned(owner, owner == id, says != draft.content))
        if owner == id:
            fresh.append((id, draft))
    if fresh:
        _store(connection, workspace_id, fresh, now)
    return learned


def recent(
    connection: Connection,
    workspace_id: int,
    *,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
    **filters: str | None,
) -> list[Insight]:
    """Return the newest insights first; `since` counts in, `until` doesn't; active ones unless `standing` says otherwise."""
    wanted = [_T.c.workspace_id == workspace_id, _T.c.standing == (filters.get("standing") or "active")]
    wanted += [_T.c.created_at >= since] if since else []
    wanted += [_T.c.created_at < until] if until else []
    wanted += [_T.c.type == filters["type"]] if filters.get("type") else []
    wanted += [_mentions(filters["entity"])] if filters.get("entity") else []
    wanted += [_after(connection, workspace_id, filters["after"])] if filters.get("after") else []
    newest = select(_T.c.id).where(*wanted).order_by(_T.c.created_at.desc(), _T.c.id.desc()).limit(limit)
    ids = list(connection.scalars(newest))
    found = gathered(connection, workspace_id, ids)
    return [found[id] for id in ids]


def one(connection: Connection, workspace_id: int, id: str) -> Insight:
    """Return an insight of any standing, or raise NotFound."""
    found = gathered(connection, workspace_id, [id])
    if id not in found:
        raise NotFound(kind="insight")
    return found[id]


def edit(connection: Connection, insight: Insight, workspace_id: int, values: Mapping[str, Any], now: datetime) -> None:
    """Change columns of one insight; new content makes its vectors void."""
    mine = and_(_T.c.workspace_id == workspace_id, _T.c.id == insight.id)
    touched = {"changed_at": now} if {"content", "standing"} & set(values) else {}
    connection.execute(update(_T).where(mine).values(**values, **touched, version=_T.c.version + 1))
    if "content" in values:
        voided(connection, workspace_id, [insight.id])


def reinforce(connection: Connection, workspace_id: int, insight: str, evidence: Evidence) -> None:
    """Append one piece of evidence to an insight."""
    connection.execute(insert(tables.evidence), [_evidence_row(workspace_id, insight, evidence)])
    mine = and_(_T.c.workspace_id == workspace_id, _T.c.id == insight)
    connection.execute(update(_T).where(mine).values(version=_T.c.version + 1))


def forget(connection: Connection, workspace_id: int, ids: Iterable[str]) -> None:
    """Erase insights for good, with their evidence; only a person may ask for this."""
    rows = [{"w": workspace_id, "i": id} for id in ids]
    connection.execute(delete(_T).where(_T.c.workspace_id == bindparam("w"), _T.c.id == bindparam("i")), rows)


def family(connection: Connection, workspace_id: int, id: str) -> list[str]:
    """Name an insight and all that was merged into it, at any depth."""
    return [id, *merged_below(connection, workspace_id, [id])]


def lock(connection: Connection, workspace_id: int) -> None:
    """Make edits of one workspace wait for each other; inserts of insights don't wait."""
    mine = select(tables.workspaces.c.id).where(tables.workspaces.c.id == workspace_id)
    connection.execute(mine.with_for_update(key_share=True))


def count(connection: Connection, workspace_id: int) -> dict[str, int]:
    """Count insights by standing."""
    grouped = select(_T.c.standing, func.count().label("n")).where(_T.c.workspace_id == workspace_id).group_by(_T.c.standing)
    return {row.standing: row.n for row in connection.execute(grouped)}


def gone(connection: Connection, workspace_id: int) -> dict[str, int]:
    """Count the insights that aren't active any more, by standing; quick however many are active."""
    others = [standing for standing in get_args(Standing) if standing != "active"]
    counted = select(_T.c.standing, func.count().label("n")).where(_T.c.workspace_id == workspace_id, _T.c.standing.in_(others))
    return {row.standing: row.n for row in connection.execute(counted.group_by(_T.c.standing).order_by(_T.c.standing))}


def contents(connection: Connection, workspace_id: int) -> dict[str, str]:
    """Return what the active insights say, by id."""
    mine = select(_T.c.id, _T.c.content).where(_T.c.workspace_id == workspace_id, _T.c.standing == "active").order_by(_T.c.id)
    return {row.id: row.content for row in connection.execute(mine)}


def state(connection: Connection, workspace_id: int) -> tuple[int, int, str]:
    """Return what changes whenever the active insights do: how many, the sum of their versions, the last change."""
    mine = select(func.count(), func.sum(_T.c.version), func.max(_T.c.changed_at))
    count, versions, last = connection.execute(mine.where(_T.c.workspace_id == workspace_id, _T.c.standing == "active")).one()
    return count, versions or 0, str(last)


def about(connection: Connection, workspace_id: int, entity: str) -> set[str]:
    """Name the insights about an entity, by its id or name."""
    return set(connection.scalars(select(_T.c.id).where(_T.c.workspace_id == workspace_id, _mentions(entity))))


def entities(connection: Connection, workspace_id: int) -> list[Entity]:
    """Return all that insights of a workspace are about, by id."""
    who = tables.entities
    rows = connection.execute(select(who.c.id, who.c.name, who.c.type).where(who.c.workspace_id == workspace_id).order_by(who.c.id))
    return [Entity(*row) for row in rows]


def entity_id(name: str) -> str:
    """Return the id of an entity that came without one: the same name is the same entity.

    >>> entity_id("Dana  Reyes") == entity_id("dana reyes")
    True
    """
    return same_id("entity", " ".join(name.casefold().split()))


def _known(connection: Connection, workspace_id: int, external_ids: set[str]) -> dict[str | None, tuple[str, str]]:
    known: dict[str | None, tuple[str, str]] = {}
    for chunk in _chunks(sorted(external_ids)):
        named = and_(_T.c.workspace_id == workspace_id, _T.c.external_id.in_(chunk))
        rows = connection.execute(select(_T.c.external_id, _T.c.id, _T.c.content).where(named))
        known.update({row.external_id: (row.id, row.content) for row in rows})
    return known


def _store(connection: Connection, workspace_id: int, drafts: Sequence[tuple[str, Draft]], now: datetime) -> None:
    named = [(id, [_named(e) for e in draft.entities]) for id, draft in drafts]
    _ensure_entities(connection, workspace_id, {e.id: e for _, entities in named for e in entities})
    connection.execute(insert(_T), [_insight_row(workspace_id, id, draft, now) for id, draft in drafts])
    links = [
        {"workspace_id": workspace_id, "insight_id": id, "position": n, "entity_id": entity.id}
        for id, entities in named
        for n, entity in enumerate(dict.fromkeys(entities))
    ]
    if links:
        connection.execute(insert(tables.insight_entities), links)
    rows = [_evidence_row(workspace_id, id, piece) for id, draft in drafts for piece in draft.evidence or (_first_evidence(id, draft),)]
    connection.execute(insert(tables.evidence), rows)


def _first_evidence(id: str, draft: Draft) -> Evidence:
    return Evidence(same_id("observed", id), "observed", draft.observed_at, draft.source, draft.confidence, draft.content)


def _named(entity: Entity) -> Entity:
    return entity if entity.id else replace(entity, id=entity_id(entity.name))


def _ensure_entities(connection: Connection, workspace_id: int, entities: Mapping[str, Entity]) -> None:
    if not entities:
        return
    rows = [{"workspace_id": workspace_id, "id": e.id, "name": e.name, "type": e.type} for _, e in sorted(entities.items())]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(tables.entities).on_conflict_do_nothing(), rows)


def _insight_row(workspace_id: int, id: str, draft: Draft, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "id": id,
        "content": draft.content,
        "type": draft.type,
        "confidence": draft.confidence,
        "standing": "active",
        "pinned": draft.pinned,
        "source": draft.source,
        "external_id": draft.external_id,
        "metadata": dict(draft.metadata),
        "observed_at": draft.observed_at,
        "created_at": draft.created_at or now,
        "changed_at": now,
        "version": 1,
    }


def _evidence_row(workspace_id: int, insight: str, piece: Evidence) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "insight_id": insight,
        "id": piece.id,
        "kind": piece.kind,
        "at": piece.at,
        "source": piece.source,
        "weight": piece.weight,
        "excerpt": piece.excerpt,
        "artifact": dict(piece.artifact),
    }


def _mentions(entity: str | None) -> ColumnElement[bool]:
    link, who = tables.insight_entities, tables.entities
    same = and_(who.c.workspace_id == link.c.workspace_id, who.c.id == link.c.entity_id)
    named = or_(who.c.id == entity, who.c.id == entity_id(entity or ""))
    return exists(select(1).where(link.c.workspace_id == _T.c.workspace_id, link.c.insight_id == _T.c.id, same, named))


def _after(connection: Connection, workspace_id: int, id: str | None) -> ColumnElement[bool]:
    at = connection.scalar(select(_T.c.created_at).where(_T.c.workspace_id == workspace_id, _T.c.id == id))
    if at is None:
        raise NotFound("the cursor names no insight; start again without it")
    return or_(_T.c.created_at < at, and_(_T.c.created_at == at, _T.c.id < id))


def _chunks(items: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
