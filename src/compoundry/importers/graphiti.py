"""Read facts of Graphiti and Zep: the edges between entities.

An edge has `uuid`, `fact`, `name` (the relation), `source_node_uuid`, `target_node_uuid`, `episodes`, `attributes`, `created_at`,
`valid_at`, `invalid_at`, `expired_at`, `group_id` and `fact_embedding` (graphiti_core/edges.py, EntityEdge;
https://help.getzep.com/sdk-reference/graph/edge/get-edge). Entities are named when the file holds their nodes, or has
`source_node_name` and `target_node_name`.
"""

from typing import Final

from compoundry.importers.kinds import LeftOut, Names, Record, Taken, taken, text

NAME = "graphiti"
_USED: Final = frozenset(
    (
        *("uuid", "uuid_", "fact", "name", "created_at", "valid_at", "episodes", "episode_uuids", "rating"),
        *("source_node_name", "target_node_name"),
    )
)
_DROPPED: Final = ("fact_embedding", "score", "relevance")
_MOST_EPISODES = 100


def fits(record: Record) -> bool:
    """Tell whether a record is a fact of Graphiti or Zep."""
    return bool(text(record.get("fact")))


def take(record: Record, names: Names) -> Taken | LeftOut:
    """Spell a fact as a line; each episode that says so becomes evidence, a fact that holds no longer is left out.

    >>> take({"uuid": "e", "fact": "Dana leads sales", "name": "LEADS", "source_node_name": "Dana"}, {}).line["type"]
    'leads'
    """
    if not fits(record):
        return LeftOut("a node: it names an entity, and holds no fact")
    if record.get("expired_at") or record.get("invalid_at"):
        return LeftOut("it holds no longer: it has an end there")
    id = record.get("uuid") or record.get("uuid_")
    episodes = [one for one in record.get("episodes") or record.get("episode_uuids") or [] if isinstance(one, str)]
    rating = record.get("rating")
    line = {
        "id": f"graphiti:{id}" if id else None,
        "content": record["fact"],
        "type": text(record.get("name")).lower()[:60] or None,
        "entities": [found for end in ("source", "target") if (found := _entity(record, end, names))],
        "confidence": rating if isinstance(rating, float) and 0 <= rating <= 1 else None,
        "created_at": record.get("valid_at") or record.get("created_at"),
        "source": text(record.get("group_id")) or NAME,
        "evidence": [{"excerpt": record["fact"], "source": f"episode {one}"} for one in episodes[:_MOST_EPISODES]],
    }
    return taken(record, line, used=_USED, dropped=_DROPPED)


def _entity(record: Record, end: str, names: Names) -> dict[str, str] | None:
    node = names.get(text(record.get(f"{end}_node_uuid")), {})
    name = text(record.get(f"{end}_node_name")) or text(node.get("name"))
    labels = [label for label in node.get("labels") or [] if isinstance(label, str) and label != "Entity"]
    return {"name": name, **({"type": labels[0].lower()} if labels else {})} if name else None
