"""Read memory units of Hindsight: what listing a bank and recalling from it return.

`GET /v1/default/banks/{bank}/memories/list` answers `{"items": [{"id", "text", "context", "date", "fact_type" or "type",
"entities": "Alice (PERSON), Google (ORGANIZATION)"}], "total", …}` (hindsight-api, ListMemoryUnitsResponse); recall answers
`{"results": [{"id", "text", "type", "entities": […], "context", "occurred_start", "mentioned_at", "document_id", …}]}`
(https://hindsight.vectorize.io/api-reference).
"""

import re
from typing import Any, Final

from compoundry.importers.kinds import LeftOut, Names, Record, Taken, taken, text

NAME = "hindsight"
_KINDS: Final = frozenset(("world", "experience", "opinion", "observation", "bank", "agent", "mental_model"))
_USED: Final = frozenset(
    ("id", "text", "context", "date", "fact_type", "type", "entities", "occurred_start", "mentioned_at", "document_id", "confidence_score")
)
_DROPPED: Final = ("embedding", "scores", "score")
_NAMED: Final = re.compile(r"\s*(?P<name>[^,(]+?)\s*(?:\((?P<type>[^)]*)\))?\s*(?:,|$)")


def fits(record: Record) -> bool:
    """Tell whether a record is a memory unit of Hindsight."""
    return bool(text(record.get("text"))) and (text(record.get("fact_type")) or text(record.get("type"))) in _KINDS


def take(record: Record, names: Names) -> Taken | LeftOut:
    """Spell a memory unit as a line; its context becomes evidence.

    >>> take({"id": "u", "text": "Alice moved.", "fact_type": "world", "entities": "Alice (PERSON)"}, {}).line["entities"]
    [{'name': 'Alice', 'type': 'person'}]
    """
    if not text(record.get("text")):
        return LeftOut("no text in it")
    score = record.get("confidence_score")
    line = {
        "id": f"hindsight:{record['id']}" if record.get("id") else None,
        "content": record["text"],
        "type": text(record.get("fact_type")) or text(record.get("type")) or None,
        "entities": _entities(record.get("entities")),
        "confidence": score if isinstance(score, float) and 0 <= score <= 1 else None,
        "created_at": record.get("occurred_start") or record.get("mentioned_at") or record.get("date"),
        "source": text(record.get("document_id")) or NAME,
        "evidence": text(record.get("context")) or None,
    }
    return taken(record, line, used=_USED, dropped=_DROPPED)


def _entities(given: Any) -> list[dict[str, str]]:
    if isinstance(given, str):
        found = [(one["name"], one["type"]) for one in _NAMED.finditer(given) if one["name"]]
        return [{"name": name, **({"type": type.lower()} if type else {})} for name, type in found]
    if not isinstance(given, list):
        return []
    named = [text(one.get("canonical_name")) or text(one.get("name")) if isinstance(one, dict) else text(one) for one in given]
    return [{"name": name} for name in named if name]
