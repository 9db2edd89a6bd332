"""Each tool's records become insights, by its real format; what has no place is said."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from compoundry.errors import Invalid
from compoundry.importers.kinds import Bad, Item, LeftOut, Taken
from compoundry.importers.reading import read
from compoundry.service.intake import read_line

MEM0 = {
    "results": [
        {
            "id": "892db2ae-06d9-49e5-8b3e-585ef9b85b8e",
            "memory": "Prefers to be called by phone",
            "user_id": "dana",
            "hash": "9f0c",
            "metadata": {"channel": "chat"},
            "categories": ["user_preferences", "contact"],
            "created_at": "2026-02-26T05:12:00-08:00",
            "updated_at": None,
        },
        {"id": "2", "memory": "Leads the sales team", "agent_id": "crm-bot", "score": 0.31},
    ],
    "relations": [{"source": "dana", "relationship": "leads", "target": "sales"}],
}
QDRANT = [{"id": "p1", "vector": [0.1, 0.2], "payload": {"data": "Moved to Lisbon", "user_id": "miguel", "hash": "77"}}]
HINDSIGHT_LIST = {
    "items": [
        {
            "id": "550e8400-e29b-41d4-a716-446655440001",
            "text": "Alice leads the platform team at Bellwood",
            "context": "Standup notes",
            "date": "2026-01-15T10:30:00Z",
            "type": "world",
            "entities": "Alice (PERSON), Bellwood (ORGANIZATION)",
        }
    ],
    "total": 1,
    "limit": 100,
    "offset": 0,
}
HINDSIGHT_RECALL = {
    "results": [
        {
            "id": "u2",
            "text": "Standups run long",
            "type": "opinion",
            "entities": ["Alice"],
            "mentioned_at": "2026-01-16T09:00:00+00:00",
            "document_id": "doc-7",
            "tags": ["team"],
        }
    ],
    "trace": None,
}
LETTA = [
    {
        "id": "passage-1",
        "text": "The customer asked for invoices in PDF.",
        "embedding": [0.1] * 4,
        "embedding_config": {"embedding_model": "m"},
        "archive_id": "archive-9",
        "tags": ["billing"],
        "metadata": {"ticket": 12},
        "created_at": "2026-03-01T08:00:00+00:00",
    },
    {"id": "passage-2", "text": "Old.", "is_deleted": True, "archive_id": "archive-9"},
]
LANGGRAPH = [
    {
        "namespace": ["memories", "dana"],
        "key": "0145905e",
        "value": {"kind": "Memory", "content": {"content": "User likes dogs as pets"}},
        "created_at": "2026-02-06T18:54:32.568595+00:00",
        "updated_at": "2026-02-06T18:54:32.568596+00:00",
        "score": None,
    },
    {"namespace": ["memories", "dana"], "key": "k2", "value": {"kind": "Profile", "content": {"name": "Dana", "language": "German"}}},
    {"prefix": "memories.miguel", "key": "k3", "value": {"content": "Lives in Lisbon"}},
    {"namespace": ["counters"], "key": "n", "value": {"seen": [1, 2]}},
]
GRAPHITI = {
    "nodes": [
        {"uuid": "n1", "name": "Kamala", "labels": ["Entity", "Person"], "summary": "…"},
        {"uuid": "n2", "name": "Bellwood", "labels": ["Entity"]},
    ],
    "edges": [
        {
            "uuid": "e1",
            "name": "WORKS_AT",
            "fact": "Kamala works at Bellwood",
            "source_node_uuid": "n1",
            "target_node_uuid": "n2",
            "group_id": "main",
            "episodes": ["ep1", "ep2"],
            "fact_embedding": [0.2],
            "valid_at": "2026-01-01T00:00:00Z",
            "created_at": "2026-01-02T00:00:00Z",
            "expired_at": None,
        },
        {"uuid": "e2", "name": "WORKS_AT", "fact": "Kamala works at Northwind", "expired_at": "2026-01-01T00:00:00Z"},
    ],
}


def items(given: Any, name: str = "export.json", *, format: str | None = None) -> tuple[str, list[Item]]:
    reading = read(json.dumps(given, indent=1).encode(), Path(name), format=format)
    return reading.format, list(reading.items)


def lines(found: Sequence[Item]) -> list[Mapping[str, Any]]:
    return [item.what.line for item in found if isinstance(item.what, Taken)]


def left_out(found: Sequence[Item]) -> list[str]:
    return [item.what.why for item in found if isinstance(item.what, LeftOut)]


def test_mem0() -> None:
    format, found = items(MEM0)
    first, second = lines(found)
    assert format == "mem0"
    assert first["id"] == "mem0:892db2ae-06d9-49e5-8b3e-585ef9b85b8e"
    assert (first["content"], first["type"], first["entities"]) == (
        "Prefers to be called by phone",
        "user_preferences",
        [{"name": "dana", "type": "user"}],
    )
    assert first["metadata"] == {"channel": "chat", "hash": "9f0c", "categories_all": ["user_preferences", "contact"]}
    assert second["source"] == "crm-bot"
    assert left_out(found) == ["a relation without a sentence"]
    assert read_line(first).observed_at is not None


def test_points_of_mem0s_vector_store() -> None:
    format, found = items(QDRANT)
    (line,) = lines(found)
    assert (format, line["content"], line["metadata"]) == ("mem0", "Moved to Lisbon", {"hash": "77"})
    assert isinstance(found[0].what, Taken)
    assert found[0].what.dropped == ("vector",)


def test_hindsight_lists_and_recalls() -> None:
    format, found = items(HINDSIGHT_LIST)
    (line,) = lines(found)
    assert format == "hindsight"
    assert line["entities"] == [{"name": "Alice", "type": "person"}, {"name": "Bellwood", "type": "organization"}]
    assert (line["type"], line["evidence"], line["created_at"]) == ("world", "Standup notes", "2026-01-15T10:30:00Z")
    format, found = items(HINDSIGHT_RECALL)
    (line,) = lines(found)
    assert (format, line["type"], line["source"], line["metadata"]) == ("hindsight", "opinion", "doc-7", {"tags": ["team"]})


def test_letta_passages_without_their_vectors_and_without_the_deleted() -> None:
    format, found = items(LETTA)
    (line,) = lines(found)
    assert (format, line["id"], line["source"]) == ("letta", "letta:passage-1", "archive-9")
    assert line["metadata"] == {"ticket": 12, "tags": ["billing"]}
    assert isinstance(found[0].what, Taken)
    assert set(found[0].what.dropped) == {"embedding", "embedding_config"}
    assert left_out(found) == ["deleted there"]


def test_langgraph_items_and_langmem_memories() -> None:
    format, found = items(LANGGRAPH)
    assert format == "langgraph"
    assert [line["content"] for line in lines(found)] == ["User likes dogs as pets", "name: Dana; language: German", "Lives in Lisbon"]
    assert [line["entities"][0]["name"] for line in lines(found)] == ["dana", "dana", "miguel"]
    assert lines(found)[0]["id"] == "langgraph:memories/dana/0145905e"
    assert left_out(found) == ["its value holds no sentence"]


def test_graphiti_facts_with_the_names_of_their_nodes() -> None:
    format, found = items(GRAPHITI)
    (line,) = lines(found)
    assert format == "graphiti"
    assert line["entities"] == [{"name": "Kamala", "type": "person"}, {"name": "Bellwood"}]
    assert (line["type"], line["created_at"], len(line["evidence"])) == ("works_at", "2026-01-01T00:00:00Z", 2)
    assert sorted(left_out(found)) == ["a node: it names an entity, and holds no fact"] * 2 + ["it holds no longer: it has an end there"]


@pytest.mark.parametrize("given", [MEM0, QDRANT, HINDSIGHT_LIST, HINDSIGHT_RECALL, LETTA, LANGGRAPH, GRAPHITI])
def test_lines_say_the_same_as_documents(given: Any) -> None:
    records = [one for value in (given.values() if isinstance(given, dict) else [given]) if isinstance(value, list) for one in value]
    by_line = read("\n".join(json.dumps(one) for one in records).encode(), Path("x.jsonl"))
    format, found = items(given)
    assert by_line.format == format
    assert [line["content"] for line in lines(list(by_line.items))] == [line["content"] for line in lines(found)]


def test_rules_files_become_insights_that_nobody_follows_yet() -> None:
    document = b"---\nglobs: *.py\n---\n# Style\n- Use tabs.\n- Never push to main unless CI is green.\n\n```\n- not a rule\n```\n- short\n"
    reading = read(document, Path("AGENTS.md"))
    found = list(reading.items)
    assert reading.format == "rules"
    assert [(line["content"], line["type"]) for line in lines(found)] == [
        ("When you work on *.py, use tabs.", "rule"),
        ("When you work on *.py, never push to main, unless CI is green.", "rule"),
    ]
    assert [item.number for item in found] == [5, 6, 11]
    assert left_out(found) == ["too short to be a rule"]


def test_what_nobody_can_tell_is_refused_with_what_to_do() -> None:
    with pytest.raises(Invalid, match=r"--map note=content"):
        read(b'{"note": "Dana left.", "when": "2026"}', Path("x.jsonl"))
    with pytest.raises(Invalid, match="--from must be one of"):
        read(b"{}", Path("x.json"), format="nonsense")
    with pytest.raises(Invalid, match="UTF-16"):
        read("{}".encode("utf-16"), Path("x.json"))


def test_a_document_that_was_cut_off_gives_what_came_before() -> None:
    whole = json.dumps(MEM0, indent=1).encode()
    reading = read(whole[: whole.index(b"Leads the sales")], Path("cut.json"))
    found = list(reading.items)
    assert [line["content"] for line in lines(found)] == ["Prefers to be called by phone"]
    assert [item.what.why for item in found if isinstance(item.what, Bad)] == ["the file ends in the middle of this record"]


def test_a_broken_record_in_a_list_spoils_only_itself() -> None:
    document = b'[\n{"content": "one"},\n{"content": nonsense},\n{"content": "three, with } and \\" in it"}\n]'
    found = list(read(document, Path("x.json")).items)
    assert [line["content"] for line in lines(found)] == ["one", 'three, with } and " in it']
    assert [item.number for item in found if isinstance(item.what, Bad)] == [3]


def test_nesting_bombs_and_nonsense_are_no_trouble() -> None:
    for nasty in (b"[" * 200_000, b'{"a":' * 100_000, b"\x00\xff" * 1_000, b'"' * 9_999, b"[" + b"{}," * 1_000 + b"]", b""):
        assert all(isinstance(item.what, Bad | Taken | LeftOut) for item in read(nasty, Path("x.json"), format="lines").items)
