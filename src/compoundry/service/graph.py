"""Show how things hang together: who insights are about, what belongs together, what contradicts what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from compoundry.errors import Invalid
from compoundry.model import Caller, Candidate, Entity, Insight, Pattern
from compoundry.service.app import App
from compoundry.store import insights
from compoundry.store.findings import CANDIDATES, PATTERNS

MOST = 1_000
Predicate = Literal["about", "related_to", "contradicts"]
_CLASHING = ("update", "contradiction")


@dataclass(frozen=True, slots=True)
class Node:
    """Stand for an entity, or for an insight: `ei:` when it is about somebody, `ki:` when it is knowledge in general."""

    id: str
    name: str
    type: str
    at: datetime | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """Join two nodes by their ids; `related_to` and `contradicts` join insights, `about` an insight and an entity."""

    source: str
    target: str
    predicate: Predicate


@dataclass(frozen=True, slots=True)
class Graph:
    """Hold the newest insights, all that they are about, and what joins them; `left_out` counts older insights."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    left_out: int


def graph(app: App, caller: Caller, *, limit: int = 200) -> Graph:
    """Return the graph of the newest active insights, at most 1,000.

    Insights are related when they stand behind one pattern or may be one fact; they contradict each other while it is
    open which of them holds. Raises Invalid for another limit.
    """
    caller.need("insight.stream", "record.read")
    if not 0 < limit <= MOST:
        raise Invalid(f"limit: must be 1 to {MOST:,}, not {limit}")
    with app.database.read() as connection:
        shown = insights.recent(connection, caller.workspace_id, limit=limit)
        standing = insights.count(connection, caller.workspace_id).get("active", 0)
        asked = [c for c in CANDIDATES.everything(connection, caller.workspace_id) if c.status == "open"]
        found = [p for p in PATTERNS.everything(connection, caller.workspace_id) if p.status in ("candidate", "accepted")]
    named = {insight.id: _insight_node(insight) for insight in shown}
    about = {entity.id: entity for insight in shown for entity in insight.entities}
    edges = [Edge(named[insight.id].id, entity.id, "about") for insight in shown for entity in insight.entities]
    links = dict.fromkeys((*_asked(asked, named), *_found(found, named)))
    return Graph([*map(_entity_node, about.values()), *named.values()], [*edges, *links], max(0, standing - len(shown)))


def _entity_node(entity: Entity) -> Node:
    return Node(entity.id, entity.name, entity.type)


def _insight_node(insight: Insight) -> Node:
    kind = "ei" if insight.entities else "ki"
    return Node(f"{kind}:{insight.id}", insight.content, insight.type, insight.observed_at, insight.confidence)


def _asked(asked: Iterable[Candidate], named: Mapping[str, Node]) -> Iterable[Edge]:
    """Join the subjects of open questions, each with the last one."""
    for candidate in asked:
        *others, last = [named[id].id for id in candidate.subjects if id in named] or [""]
        predicate: Predicate = "contradicts" if candidate.kind in _CLASHING else "related_to"
        yield from (Edge(other, last, predicate) for other in others)


def _found(found: Iterable[Pattern], named: Mapping[str, Node]) -> Iterable[Edge]:
    """Join the evidence of a pattern in a row, so that it hangs together with few edges."""
    for pattern in found:
        row = [named[id].id for id in pattern.evidence if id in named]
        yield from (Edge(one, other, "related_to") for one, other in pairwise(row))
