"""Read items of a LangGraph store, and the memories that LangMem keeps there.

An item has `namespace` (a list), `key`, `value`, `created_at` and `updated_at` (langgraph/store/base, Item.dict); a row of the
PostgreSQL store has `prefix` instead, joined by dots. LangMem's value is `{"kind": "Memory", "content": {"content": "…"}}`, or
another kind with a schema of its own (https://langchain-ai.github.io/langmem/background_quickstart/).
"""

from typing import Any, Final

from compoundry.importers.kinds import LeftOut, Names, Record, Taken, taken, text

NAME = "langgraph"
_USED: Final = frozenset(("namespace", "prefix", "key", "value", "created_at"))
_SENTENCE: Final = ("content", "text", "memory", "data", "fact")


def fits(record: Record) -> bool:
    """Tell whether a record is an item of a LangGraph store."""
    return "key" in record and "value" in record and ("namespace" in record or "prefix" in record)


def take(record: Record, names: Names) -> Taken | LeftOut:
    """Spell an item as a line; the last part of its namespace is whose it is.

    >>> take({"namespace": ["memories", "dana"], "key": "k", "value": {"content": "Likes tea"}}, {}).line["entities"]
    [{'name': 'dana', 'type': 'user'}]
    """
    namespace = _namespace(record)
    value = record.get("value")
    content = _sentence(value)
    if not content:
        return LeftOut("its value holds no sentence")
    kind = text(value.get("kind")) if isinstance(value, dict) else ""
    line = {
        "id": "langgraph:" + "/".join((*namespace, str(record.get("key")))),
        "content": content,
        "type": kind.lower() if kind and kind != "Memory" else None,
        "entities": [{"name": namespace[-1], "type": "user"}] if len(namespace) > 1 else None,
        "created_at": record.get("created_at"),
        "source": "/".join(namespace) or NAME,
    }
    more = {name: said for name, said in value.items() if name not in ("kind", "content", *_SENTENCE)} if isinstance(value, dict) else {}
    return taken(record, line, used=_USED, dropped=("score", "expires_at", "ttl_minutes"), more=more)


def _namespace(record: Record) -> tuple[str, ...]:
    given = record.get("namespace", record.get("prefix"))
    if isinstance(given, str):
        return tuple(part for part in given.split(".") if part)
    return tuple(str(part) for part in given) if isinstance(given, list) else ()


def _sentence(value: Any) -> str:
    """Find the sentence of a value; a profile without one is told field by field.

    >>> _sentence({"kind": "Profile", "content": {"name": "Dana", "language": "German"}})
    'name: Dana; language: German'
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    for name in _SENTENCE:
        if found := _sentence(value[name]) if name in value else "":
            return found
    return "; ".join(f"{name}: {said}" for name, said in value.items() if name != "kind" and isinstance(said, str | int | float) and said)
