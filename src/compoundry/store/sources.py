"""Know who said what: the sources of a workspace's evidence, and what rests on each."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from compoundry.store import tables, workspaces
from compoundry.text.belief import Sources

_E = tables.evidence


@dataclass(frozen=True, slots=True)
class Said:
    """Count what one source has said."""

    source: str
    insights: int
    evidence: int


def known(connection: Connection, workspace_id: int) -> list[Said]:
    """List the sources, those with the most evidence first."""
    counted = select(_E.c.source, func.count(_E.c.insight_id.distinct()).label("insights"), func.count().label("n"))
    mine = counted.where(_E.c.workspace_id == workspace_id).group_by(_E.c.source).order_by(func.count().desc(), _E.c.source)
    return [Said(row.source, row.insights, row.n) for row in connection.execute(mine)]


def trust(connection: Connection, workspace_id: int) -> Mapping[str, float]:
    """Return how far sources are trusted, where a workspace has said so."""
    return Sources(**workspaces.one(connection, workspace_id).policy.get("sources", {})).trust  # type: ignore[arg-type]


def told_by(connection: Connection, workspace_id: int, source: str) -> list[str]:
    """Name the insights that have evidence of their own from this source."""
    mine = select(_E.c.insight_id).distinct().where(_E.c.workspace_id == workspace_id, _E.c.source == source)
    return sorted(connection.scalars(mine))


def survivors(connection: Connection, workspace_id: int, ids: list[str]) -> list[str]:
    """Name where these insights live on: themselves, or what they were merged into in the end."""
    table = tables.insights
    merged = select(table.c.id, table.c.merged_into).where(table.c.workspace_id == workspace_id, table.c.standing == "merged")
    into = {row.id: row.merged_into for row in connection.execute(merged)}
    return sorted({_end(id, into) for id in ids})


def _end(id: str, into: dict[str, str]) -> str:
    while id in into:
        id = into[id]
    return id
