"""Announce what a run has done: its end, and what it found that is new."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from compoundry.model import Counts, Run
from compoundry.store import events
from compoundry.store.batches import Entry

KINDS = (
    "insight.created",
    "run.accepted",
    "run.completed",
    "run.failed",
    "candidate.created",
    "pattern.created",
    "pattern.retired",
    "rule.created",
    "rule.retired",
    "metric.bound_broken",
    "webhook.test",
)
_FOUND = {"propose": "candidate", "notice": "pattern", "advise": "rule"}
_MOST_NAMED = 100


def completed(connection: Connection, run: Run, counts: Counts, written: Sequence[Entry], now: datetime) -> None:
    """Announce that a run has completed, and, unless it was dry, what is new."""
    _ended(connection, run, "run.completed", {"counts": asdict(counts)}, now)
    if run.dry_run:
        return
    for kind, verb in (("propose", "created"), ("notice", "created"), ("notice", "retired"), ("advise", "created"), ("advise", "retired")):
        if ids := list(_those(written, kind, verb)):
            body = {"job_run_id": run.id, "count": len(ids), "ids": ids[:_MOST_NAMED]}
            events.record(connection, run.workspace_id, f"{_FOUND[kind]}.{verb}", run.id, body, now)
    for entry in (e for e in written if e.reason.code == "bound_broken"):
        body = {"job_run_id": run.id, "why": entry.reason.text, "figures": dict(entry.reason.facts)}
        events.record(connection, run.workspace_id, "metric.bound_broken", entry.subject, body, now)


def failed(connection: Connection, run: Run, error: object, now: datetime) -> None:
    """Announce that a run has failed, and why."""
    _ended(connection, run, "run.failed", {"error_details": error}, now)


def learned(connection: Connection, workspace_id: int, ids: Iterable[str], now: datetime) -> None:
    """Announce new insights."""
    if new := list(ids):
        events.record(connection, workspace_id, "insight.created", new[0], {"ids": new, "count": len(new)}, now)


def _ended(connection: Connection, run: Run, kind: str, more: dict[str, object], now: datetime) -> None:
    body = {"job_run_id": run.id, "job_type": run.job_type, "act": run.act, "dry_run": run.dry_run, **more}
    events.record(connection, run.workspace_id, kind, run.id, body, now)


def _those(written: Sequence[Entry], kind: str, verb: str) -> Iterable[str]:
    for entry in written:
        if entry.kind == kind:
            edits = [e for e in entry.effects if e.noun == _FOUND[kind]]
            made = any(e.before is None for e in edits)
            gone = any(e.after is not None and e.after.get("status") == "retired" for e in edits)
            if (verb == "created" and made) or (verb == "retired" and gone and not made):
                yield entry.subject
