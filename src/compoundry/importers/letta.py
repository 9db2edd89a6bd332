"""Read passages of Letta's archival memory, as its API lists them.

A passage has `id`, `text`, `created_at`, `tags`, `metadata`, `archive_id`, `source_id`, `file_id`, `file_name`, `is_deleted`,
`embedding` and `embedding_config` (letta/schemas/passage.py; https://docs.letta.com/api/resources/archives/subresources/passages).
A search answers with `{"passage": {…}, "score"}` around each.
"""

from typing import Final

from compoundry.importers.kinds import LeftOut, Names, Record, Taken, taken, text

NAME = "letta"
_SIGNS: Final = frozenset(("archive_id", "embedding_config", "embedding", "file_name", "passage_id", "organization_id"))
_USED: Final = frozenset(("id", "text", "created_at", "metadata", "metadata_", "file_name", "archive_id", "source_id", "is_deleted"))
_DROPPED: Final = ("embedding", "embedding_config", "created_by_id", "last_updated_by_id", "organization_id")


def fits(record: Record) -> bool:
    """Tell whether a record is a passage of Letta."""
    passage = _passage(record)
    return bool(text(passage.get("text"))) and (bool(_SIGNS & set(passage)) or text(passage.get("id")).startswith("passage-"))


def take(record: Record, names: Names) -> Taken | LeftOut:
    """Spell a passage as a line.

    >>> take({"id": "passage-1", "text": "Dana left.", "archive_id": "archive-9"}, {}).line["source"]
    'archive-9'
    """
    passage = _passage(record)
    if passage.get("is_deleted"):
        return LeftOut("deleted there")
    if not text(passage.get("text")):
        return LeftOut("no text in it")
    line = {
        "id": f"letta:{passage['id']}" if passage.get("id") else None,
        "content": passage["text"],
        "created_at": passage.get("created_at"),
        "source": next((said for name in ("file_name", "archive_id", "source_id") if (said := text(passage.get(name)))), NAME),
    }
    return taken(passage, line, used=_USED, dropped=_DROPPED, more=passage.get("metadata") or passage.get("metadata_"))


def _passage(record: Record) -> Record:
    inner = record.get("passage")
    return inner if isinstance(inner, dict) else record
