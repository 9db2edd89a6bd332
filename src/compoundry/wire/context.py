"""Shape texts, answers, the graph and playbooks, as existing clients read them."""

from dataclasses import asdict
from typing import Any

from compoundry.model import Artifact
from compoundry.service.asking import Reply
from compoundry.service.graph import Edge, Graph, Node
from compoundry.service.playbooks import Playbook
from compoundry.service.recalling import Recalled
from compoundry.wire.spelling import moment, present


def artifact(told: Artifact) -> dict[str, Any]:
    """Shape a text that was told as existing clients read it; `operation_id` is a number that JavaScript can hold."""
    body = {
        "artifact_id": told.id,
        "operation_id": int(told.id.replace("-", ""), 16) >> 76,
        "status": told.state,
        "result": told.result,
        "error": told.error or None,
        "created_at": moment(told.created_at),
        "completed_at": moment(told.completed_at),
    }
    return present(body)


def reply(found: Reply) -> dict[str, Any]:
    """Shape an answer as existing clients read it; `signals_used` are the sentences that it quotes, in its order."""
    considered = {entity.id: entity for one in found.considered for entity in one.insight.entities}
    return {
        "answer": found.answer,
        "session_id": found.session,
        "entity_references": [{**asdict(entity), "count": count} for entity, count in found.about],
        "entities_considered": [asdict(entity) for entity in considered.values()],
        "signals_used": [_signal(n, one) for n, one in enumerate(found.quoted, 1)],
        "metadata": {
            "query_type": "entity_specific" if found.about else "general",
            "known": found.known,
            "weak": found.weak,
            "insights_considered": len(found.considered),
        },
    }


def _signal(number: int, found: Recalled) -> dict[str, Any]:
    said = found.insight
    body = {"id": said.id, "content": said.content, "type": said.type, "confidence": round(said.confidence, 4)}
    return {"citation": number, **body, "score": found.score, "observed_at": moment(said.observed_at), "source": said.source}


def graph(found: Graph) -> dict[str, Any]:
    """Shape a graph as existing clients read it; what joins insights is an `insight_link`."""
    edges = [_edge(n, edge) for n, edge in enumerate(found.edges, 1)]
    return {
        "nodes": [_node(node) for node in found.nodes],
        "edges": edges,
        "context_edges": [],
        "relationship_definitions": [{"id": name, "name": name, **ways} for name, ways in _WAYS.items()],
        "total_nodes": len(found.nodes),
        "total_edges": len(edges),
        "insights_left_out": found.left_out,
    }


_WAYS = {
    "about": {"entity_1_to_2": "is about", "entity_2_to_1": "is described by"},
    "related_to": {"entity_1_to_2": "is related to", "entity_2_to_1": "is related to"},
    "contradicts": {"entity_1_to_2": "contradicts", "entity_2_to_1": "contradicts"},
}


def _node(node: Node) -> dict[str, Any]:
    slug = "insight" if node.confidence is not None else node.type
    known = {"created_at": moment(node.at), "confidence": round(node.confidence, 4) if node.confidence is not None else None}
    return present({"id": node.id, "name": node.name, "type": node.type, "definition_slug": slug, "primary_attribute": node.name, **known})


def _edge(number: int, edge: Edge) -> dict[str, Any]:
    same = dict.fromkeys(("label", "predicate", "relationship_name", "definition_id"), edge.predicate)
    kind = "about" if edge.predicate == "about" else "insight_link"
    return {"id": str(number), "type": kind, "source": edge.source, "target": edge.target, **same}


def playbook(found: Playbook) -> dict[str, Any]:
    """Shape a playbook without its text."""
    body = {"id": found.id, "title": found.title, "slug": found.id, "rules": found.rules, "updated_at": moment(found.created_at)}
    about = {"entity_id": found.entity.id, "entity_name": found.entity.name} if found.entity else {}
    return present({**body, **about})
