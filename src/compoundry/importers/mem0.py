"""Read memories of mem0: what `get_all` and `search` return, and points of its vector store.

A memory has `id`, `memory`, `user_id`, `agent_id`, `app_id`, `run_id`, `hash`, `metadata`, `categories`, `created_at` and
`updated_at` (https://docs.mem0.ai/api-reference/memory/get-memory); lists stand under `results`. In the vector store the
sentence is `payload.data`, the other fields beside it (mem0/memory/main.py).
"""

from compoundry.importers.kinds import LeftOut, Names, Record, Taken, taken, text

NAME = "mem0"
_USED = frozenset(("id", "memory", "data", "user_id", "created_at", "metadata", "payload", "categories"))


def fits(record: Record) -> bool:
    """Tell whether a record is a memory of mem0."""
    return bool(text(record.get("memory"))) or bool(text(_payload(record).get("data")))


def take(record: Record, names: Names) -> Taken | LeftOut:
    """Spell a memory as a line; whose it is becomes what it is about.

    >>> take({"id": "1", "memory": "Likes tea", "user_id": "dana"}, {}).line["entities"]
    [{'name': 'dana', 'type': 'user'}]
    """
    flat = {**record, **_payload(record)}
    content = text(flat.get("memory")) or text(flat.get("data"))
    if not content:
        return LeftOut("a relation without a sentence" if "relationship" in record else "no memory in it")
    owner = text(flat.get("user_id"))
    categories = [name for name in flat.get("categories") or [] if isinstance(name, str)]
    line = {
        "id": f"mem0:{flat['id']}" if flat.get("id") else None,
        "content": content,
        "type": categories[0] if categories else None,
        "entities": [{"name": owner, "type": "user"}] if owner else None,
        "created_at": flat.get("created_at"),
        "source": text(flat.get("agent_id")) or text(flat.get("app_id")) or NAME,
    }
    rest = {**flat, **({"categories_all": categories} if len(categories) > 1 else {})}
    return taken(rest, line, used=_USED, dropped=("score", "vector"), more=flat.get("metadata"))


def _payload(record: Record) -> Record:
    payload = record.get("payload")
    return payload if isinstance(payload, dict) else {}
