"""Shape runs, their changes and schedules."""

from typing import Any

from compoundry.job import Disposition
from compoundry.lifecycle import finished
from compoundry.model import Run, Schedule
from compoundry.service.moving import Restored
from compoundry.store.journal import Entry
from compoundry.wire.spelling import between_ms, moment, present, reason


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
    return present(body)


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
        "queued_ms": between_ms(run.accepted_at, run.started_at) if run.started_at else None,
    }
    if finished(run):
        body["completed_at"] = moment(run.ended_at)
        body["duration_ms"] = between_ms(run.started_at or run.ended_at, run.ended_at)
    if run.notes:
        body["notes"] = [reason(note) for note in run.notes]
    if run.state == "failed":
        body["error_details"] = run.error or {"type": "unknown", "message": "the run failed"}
    return present(body)


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
    return present(body)


def change(position: int, entry: Entry) -> dict[str, Any]:
    """Shape one change of a run: what it is about, before, after, and why."""
    return {
        "position": position,
        "change": entry.kind,
        "subject": entry.subject,
        "why": reason(entry.reason),
        "edits": edits_of(entry),
    }


def disposition(told: Disposition) -> dict[str, Any]:
    """Shape what became of one insight."""
    return {"insight": told.insight, "version": told.version, "outcome": told.outcome, "because": told.because}


def restored(done: Restored) -> dict[str, Any]:
    """Shape what a workspace got from an export."""
    return {"restored": dict(done.rows), "state_hash": done.state_hash}


def edits_of(entry: Entry) -> list[dict[str, Any]]:
    return [{"noun": e.noun, "id": e.id, "before": e.before, "after": e.after} for e in entry.effects]
