"""Shape insights and their stories."""

from dataclasses import asdict
from typing import Any

from compoundry.model import Insight
from compoundry.service.explaining import Story
from compoundry.service.recalling import Recalled
from compoundry.text import belief
from compoundry.wire.runs import disposition
from compoundry.wire.spelling import moment, noun, present, reason


def insight(found: Insight, workspace_id: int) -> dict[str, Any]:
    """Shape an insight."""
    first = found.entities[0] if found.entities else None
    body = {
        "id": found.id,
        "workspace_id": str(workspace_id),
        "content": found.content,
        "type": found.type,
        "type_description": found.type.replace("_", " "),
        "entities": [asdict(e) for e in found.entities],
        "confidence": round(found.confidence, 4),
        "confidence_level": belief.level(found.confidence),
        "target": {"type": "entity", "entity_type": first.type, "hint": first.name} if first else None,
        "evidence": [
            {"excerpt": e.excerpt, "artifact": dict(e.artifact), "kind": e.kind, "at": moment(e.at), "source": e.source, "weight": e.weight}
            for e in found.evidence
        ],
        "created_at": moment(found.created_at),
        "observed_at": moment(found.observed_at),
        "standing": found.standing,
        "merged_into": found.merged_into,
        "superseded_by": found.superseded_by,
        "valid_until": moment(found.valid_until),
        "recheck_at": moment(found.recheck_at),
        "pinned": found.pinned,
        "source": found.source,
        "external_id": found.external_id,
        "metadata": dict(found.metadata),
        "version": found.version,
    }
    return present(body)


def recalled(found: Recalled, workspace_id: int) -> dict[str, Any]:
    """Shape what was recalled: the insight, and how well it fits."""
    return {**insight(found.insight, workspace_id), "score": found.score, "words": found.words, "meaning": found.meaning}


def story(told: Story, workspace_id: int) -> dict[str, Any]:
    """Shape why an insight is as it is."""
    body = {
        "insight": insight(told.insight, workspace_id),
        "survivor": insight(told.survivor, workspace_id) if told.survivor else None,
        "merged_here": [insight(one, workspace_id) for one in told.merged_here],
        "decisions": [{"job_run_id": run, "change": e.kind, "subject": e.subject, "why": reason(e.reason)} for run, e in told.decisions],
        "candidates": [noun(asked) for asked in told.candidates],
        "last_seen_by": [{"job_type": run.job_type, "job_run_id": run.id, **disposition(d)} for run, d in told.dispositions],
        "patterns": [{"id": p.id, "label": p.label, "status": p.status} for p in told.patterns],
        "rules": [{"id": r.id, "do": r.do, "status": r.status} for r in told.rules],
        "kept_apart": [
            {"id": n.insight.id, "content": n.insight.content, "relation": n.relation, "cosine": n.cosine, "why": reason(n.reason)}
            for n in told.neighbours.apart
        ],
        "near": told.neighbours.near,
    }
    return present(body)
