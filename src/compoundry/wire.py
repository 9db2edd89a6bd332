"""Shape the nouns as the contract spells them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from compoundry.job import Disposition
from compoundry.lifecycle import finished
from compoundry.model import Artifact, Candidate, Insight, Pattern, Reason, Rule, Run, Schedule, Snapshot
from compoundry.service.asking import Reply
from compoundry.service.beliefs import Forecast, HalfLives
from compoundry.service.explaining import Chain, Story
from compoundry.service.graph import Edge, Graph, Node
from compoundry.service.moving import Restored
from compoundry.service.playbooks import Playbook
from compoundry.service.polishing import Polished
from compoundry.service.recalling import Recalled
from compoundry.service.review import Many
from compoundry.service.rulebook import Imported, Lift
from compoundry.service.sources import BlastRadius, Source
from compoundry.store.deliveries import Delivery
from compoundry.store.events import Event
from compoundry.store.journal import Entry
from compoundry.store.outcomes import Outcome
from compoundry.store.webhooks import Webhook
from compoundry.text import belief
from compoundry.text.marking import marked
from compoundry.text.outcomes import PROBATION, posterior


def moment(at: datetime | None) -> str | None:
    """Write a time as RFC 3339 in UTC with a Z."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def accepted(run: Run) -> dict[str, Any]:
    """Shape the answer to a trigger."""
    body = {
        "job_run_id": run.id,
        "job_type": run.job_type,
        "workspace_id": run.workspace_id,
        "dry_run": run.dry_run,
        "status": "accepted",
        "success": True,
        "act": None if run.act == "run" else run.act,
        "subject": run.subject,
    }
    return _known(body)


def status(run: Run) -> dict[str, Any]:
    """Shape a run; what isn't known yet is left out, because clients crash on null."""
    body = {
        "job_run_id": run.id,
        "job_type": run.job_type,
        "workspace_id": run.workspace_id,
        "status": run.state,
        "dry_run": run.dry_run,
        "insights_scanned": run.counts.scanned,
        "insights_affected": run.counts.affected,
        "candidates_created": run.counts.created,
        "errors": run.counts.errors,
        "started_at": moment(run.accepted_at),
        "act": None if run.act == "run" else run.act,
        "subject": run.subject,
        "queued_ms": _ms(run.accepted_at, run.started_at) if run.started_at else None,
    }
    if finished(run):
        body["completed_at"] = moment(run.ended_at)
        body["duration_ms"] = _ms(run.started_at or run.ended_at, run.ended_at)
    if run.notes:
        body["notes"] = [reason(note) for note in run.notes]
    if run.state == "failed":
        body["error_details"] = run.error or {"type": "unknown", "message": "the run failed"}
    return _known(body)


def schedule(known: Schedule) -> dict[str, Any]:
    """Shape when a job comes by itself."""
    body = {
        "job_type": known.job_type,
        "cron": known.cron,
        "time_zone": known.time_zone,
        "next_at": moment(known.next_at),
        "last_at": moment(known.last_at),
        "last_job_run_id": known.last_run_id,
    }
    return _known(body)


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
    return _known(body)


def recalled(found: Recalled, workspace_id: int) -> dict[str, Any]:
    """Shape what was recalled: the insight, and how well it fits."""
    return {**insight(found.insight, workspace_id), "score": found.score, "words": found.words, "meaning": found.meaning}


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
    return _known(body)


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
    return _known({"id": node.id, "name": node.name, "type": node.type, "definition_slug": slug, "primary_attribute": node.name, **known})


def _edge(number: int, edge: Edge) -> dict[str, Any]:
    same = dict.fromkeys(("label", "predicate", "relationship_name", "definition_id"), edge.predicate)
    kind = "about" if edge.predicate == "about" else "insight_link"
    return {"id": str(number), "type": kind, "source": edge.source, "target": edge.target, **same}


def playbook(found: Playbook) -> dict[str, Any]:
    """Shape a playbook without its text."""
    body = {"id": found.id, "title": found.title, "slug": found.id, "rules": found.rules, "updated_at": moment(found.created_at)}
    about = {"entity_id": found.entity.id, "entity_name": found.entity.name} if found.entity else {}
    return _known({**body, **about})


def reason(why: Reason) -> dict[str, Any]:
    """Shape a reason."""
    return {"code": why.code, "text": why.text, "facts": dict(why.facts)}


def change(position: int, entry: Entry) -> dict[str, Any]:
    """Shape one change of a run: what it is about, before, after, and why."""
    return {
        "position": position,
        "change": entry.kind,
        "subject": entry.subject,
        "why": reason(entry.reason),
        "edits": _edits(entry),
    }


def disposition(told: Disposition) -> dict[str, Any]:
    """Shape what became of one insight."""
    return {"insight": told.insight, "version": told.version, "outcome": told.outcome, "because": told.because}


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
    return _known(body)


def source(said: Source) -> dict[str, Any]:
    """Shape a source."""
    return asdict(said)


def blast_radius(found: BlastRadius) -> dict[str, Any]:
    """Shape what rests on a source."""
    return {
        "source": found.source,
        "trust": found.trust,
        "insights": [
            {"id": h.insight.id, "content": h.insight.content, "confidence": h.insight.confidence, "without": h.without, "alone": h.alone}
            for h in found.hits
        ],
        "patterns": [{"id": p.id, "label": p.label, "status": p.status} for p in found.patterns],
        "rules": [{"id": r.id, "do": r.do, "status": r.status} for r in found.rules],
    }


def forecast(told: Forecast) -> dict[str, Any]:
    """Shape how an insight will fade."""
    body = {
        "insight": told.insight,
        "confidence": told.confidence,
        "trust": told.trust,
        "half_life_days": round(told.half_life_days, 2),
        "last_support": moment(told.last_support),
        "below": told.below,
        "falls_at": moment(told.falls_at),
        "curve": [{"at": moment(at), "confidence": believed} for at, believed in told.curve],
    }
    return _known(body)


def half_lives(told: HalfLives) -> dict[str, Any]:
    """Shape the half-lives in use and those learned."""
    learned = {type: {name: round(value, 1) for name, value in asdict(fit).items()} for type, fit in told.learned.items()}
    return {"learn": told.learn, "used": dict(told.used), "otherwise": told.otherwise, "learned": learned}


def candidate(asked: Candidate, insights: Mapping[str, Insight], workspace_id: int) -> dict[str, Any]:
    """Shape a candidate with the insights that it is about."""
    shown = [insight(insights[id], workspace_id) for id in asked.subjects if id in insights]
    return {**noun(asked), "insights": shown, "differences": _differences(shown) if asked.kind in _OF_PAIRS else []}


_OF_PAIRS = ("merge", "update", "contradiction", "audit")


def _differences(shown: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Mark in each sentence what the last one doesn't say, and in the last one what the first doesn't."""
    if len(shown) < 2:
        return []
    against = [*(shown[-1] for _ in shown[:-1]), shown[0]]
    return [
        {"id": one["id"], "parts": [{"text": text, "differs": differs} for text, differs in marked(one["content"], other["content"])]}
        for one, other in zip(shown, against, strict=True)
    ]


def many(done: Many) -> dict[str, Any]:
    """Shape what became of many candidates."""
    return {"accepted": [{"id": asked.id, "job_run_id": run.id} for asked, run in done.accepted], "refused": list(done.refused)}


def noun(found: Candidate | Pattern | Rule | Snapshot) -> dict[str, Any]:
    """Shape a finding: its fields, times spelled out, unknown ones left out."""
    return {name: _spelled(value) for name, value in asdict(found).items() if value is not None}


def event(told: Event) -> dict[str, Any]:
    """Shape an event."""
    return {"id": told.id, "type": told.kind, "subject": told.subject, "timestamp": moment(told.at), "data": dict(told.body)}


def restored(done: Restored) -> dict[str, Any]:
    """Shape what a workspace got from an export."""
    return {"restored": dict(done.rows), "state_hash": done.state_hash}


def webhook(hook: Webhook, *, secret: bool = False) -> dict[str, Any]:
    """Shape a webhook; its secret only where it has just been made."""
    known = {"id": hook.id, "url": hook.url, "kinds": list(hook.kinds), "active": hook.active, "stopped": hook.stopped}
    shown = {"secret": hook.secret} if secret else {}
    return {**known, "created_at": moment(hook.created_at), **({"both_until": moment(hook.old_until)} if hook.old_until else {}), **shown}


def delivery(sent: Delivery) -> dict[str, Any]:
    """Shape what is sent to a webhook."""
    return {
        "id": sent.id,
        "webhook_id": sent.webhook_id,
        "type": sent.kind,
        "state": sent.state,
        "attempts": sent.attempts,
        "answer": sent.answer,
        "next_at": moment(sent.next_at),
        "created_at": moment(sent.created_at),
        "body": dict(sent.body),
    }


def rule(found: Rule) -> dict[str, Any]:
    """Shape a rule, with how far it helps: mean, 95 % interval, and the probability of more good than harm."""
    return {**noun(found), "helps": asdict(posterior(found.confidence, found.helped, found.harmed)), "on_probation": _on_probation(found)}


def _on_probation(found: Rule) -> bool:
    return found.status == "active" and found.helped + found.harmed < PROBATION


def outcome(told: Outcome) -> dict[str, Any]:
    """Shape what was reported of a rule."""
    return {name: _spelled(value) for name, value in asdict(told).items()}


def lift(told: Lift) -> dict[str, Any]:
    """Shape what a rule changes."""
    return _known(asdict(told))


def imported(done: Imported) -> dict[str, Any]:
    """Shape what became of a rules file."""
    unread = [asdict(one) for one in done.unread]
    return _known({"new": list(done.new), "known": done.known, "unread": unread, "job_run_id": done.run})


def polished(told: Polished) -> dict[str, Any]:
    """Shape what became of the wording of rules."""
    return _known({"done": [dict(one) for one in told.done], "refused": [dict(one) for one in told.refused], "job_run_id": told.run})


def chain(told: Chain, workspace_id: int) -> dict[str, Any]:
    """Shape where a pattern or a rule comes from."""
    body = {
        "insights": [insight(one, workspace_id) for one in told.insights],
        "pattern": noun(told.pattern) if told.pattern else None,
        "rules": [rule(one) for one in told.rules],
        "decisions": [
            {"job_run_id": run, "change": e.kind, "subject": e.subject, "why": reason(e.reason), "edits": _edits(e)}
            for run, e in told.decisions
        ],
    }
    return _known(body)


def _edits(entry: Entry) -> list[dict[str, Any]]:
    return [{"noun": e.noun, "id": e.id, "before": e.before, "after": e.after} for e in entry.effects]


def _known(body: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what isn't known: clients crash on null."""
    return {name: value for name, value in body.items() if value is not None}


def _spelled(value: Any) -> Any:
    return moment(value) if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value


def _ms(start: datetime | None, end: datetime | None) -> int:
    return max(0, round((end - start).total_seconds() * 1_000)) if start and end else 0
