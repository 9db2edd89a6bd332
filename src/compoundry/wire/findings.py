"""Shape what jobs found and people decided."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from compoundry.model import Candidate, Insight, Rule
from compoundry.service.explaining import Chain
from compoundry.service.polishing import Polished
from compoundry.service.review import Many
from compoundry.service.rulebook import Imported, Lift
from compoundry.store.outcomes import Outcome
from compoundry.text.marking import marked
from compoundry.text.outcomes import PROBATION, posterior
from compoundry.wire.insights import insight
from compoundry.wire.runs import edits_of
from compoundry.wire.spelling import noun, present, reason, spelled


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


def rule(found: Rule) -> dict[str, Any]:
    """Shape a rule, with how far it helps: mean, 95 % interval, and the probability of more good than harm."""
    return {**noun(found), "helps": asdict(posterior(found.confidence, found.helped, found.harmed)), "on_probation": _on_probation(found)}


def _on_probation(found: Rule) -> bool:
    return found.status == "active" and found.helped + found.harmed < PROBATION


def outcome(told: Outcome) -> dict[str, Any]:
    """Shape what was reported of a rule."""
    return {name: spelled(value) for name, value in asdict(told).items()}


def lift(told: Lift) -> dict[str, Any]:
    """Shape what a rule changes."""
    return present(asdict(told))


def imported(done: Imported) -> dict[str, Any]:
    """Shape what became of a rules file."""
    unread = [asdict(one) for one in done.unread]
    return present({"new": list(done.new), "known": done.known, "unread": unread, "job_run_id": done.run})


def polished(told: Polished) -> dict[str, Any]:
    """Shape what became of the wording of rules."""
    return present({"done": [dict(one) for one in told.done], "refused": [dict(one) for one in told.refused], "job_run_id": told.run})


def chain(told: Chain, workspace_id: int) -> dict[str, Any]:
    """Shape where a pattern or a rule comes from."""
    body = {
        "insights": [insight(one, workspace_id) for one in told.insights],
        "pattern": noun(told.pattern) if told.pattern else None,
        "rules": [rule(one) for one in told.rules],
        "decisions": [
            {"job_run_id": run, "change": e.kind, "subject": e.subject, "why": reason(e.reason), "edits": edits_of(e)}
            for run, e in told.decisions
        ],
    }
    return present(body)
