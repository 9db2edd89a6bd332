"""Forget what nobody needs any more: old answers, old events, old dispositions, vectors of old models."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select, tuple_

from compoundry.store import events, tables, vectors

_CHUNK = 5_000


def answers(connection: Connection, before: datetime) -> int:
    """Forget answers to idempotency keys from before a time; return how many."""
    old = tables.answers
    return connection.execute(delete(old).where(old.c.created_at < before)).rowcount


def happened(connection: Connection, before: datetime) -> int:
    """Forget events from before a time; return how many."""
    return events.prune(connection, before)


def dispositions(connection: Connection, before: datetime) -> int:
    """Forget what became of each insight in runs that ended before a time, but for the last run of each job; return how many."""
    runs, packed = tables.runs, tables.dispositions
    ended = (runs.c.state == "completed", runs.c.act == "run", ~runs.c.dry_run)
    job = (runs.c.workspace_id, runs.c.job_type)
    last = select(*job, func.max(runs.c.ended_at)).where(*ended).group_by(*job)
    is_last = tuple_(*job, runs.c.ended_at).in_(last)
    old = select(runs.c.workspace_id, runs.c.id).where(runs.c.ended_at < before, ~(is_last & ended[1] & ended[2]))
    return connection.execute(delete(packed).where(tuple_(packed.c.workspace_id, packed.c.run_id).in_(old))).rowcount


def old_vectors(connection: Connection, model: str) -> int:
    """Forget at most 5,000 vectors of other models, in workspaces where this one has encoded every active insight; return how many."""
    made = tables.vectors
    key = (made.c.workspace_id, made.c.insight_id, made.c.model)
    unfinished = vectors.lacking(connection, model)
    old = select(*key).where(made.c.model != model, made.c.workspace_id.not_in(unfinished)).limit(_CHUNK)
    return connection.execute(delete(made).where(tuple_(*key).in_(old))).rowcount
