"""Trigger jobs whose time has come, each time once, however many workers look."""

from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from compoundry import cron, jobs
from compoundry.errors import Invalid
from compoundry.model import Run, Schedule
from compoundry.store import runs, schedules
from compoundry.store.database import Connection, Database, clock

log = structlog.get_logger(__name__)

LOOK_S = 5.0
_AT_ONCE = 100
_AGAIN = timedelta(hours=1)


def fire_due(database: Database, now: datetime | None = None) -> float:
    """Trigger what is due by the database's clock; return the seconds until the next look."""
    with database.read() as connection:
        at, first = now or clock(connection), schedules.first(connection)
    if first is None or first > at:
        return LOOK_S if first is None else min(LOOK_S, (first - at).total_seconds())
    with database.write() as connection:
        at = now or clock(connection)
        for schedule in schedules.due(connection, at, limit=_AT_ONCE):
            _fire(connection, schedule, at)
    return 0.0


def _fire(connection: Connection, schedule: Schedule, now: datetime) -> None:
    """Move the schedule past now, which makes one of all times that were missed, and trigger its job if we were first.

    A run of the job that waits already will see all that this one would see, so it stands for it.
    """
    try:
        job, next_at = jobs.named(schedule.job_type), cron.following(schedule.cron, schedule.time_zone, now)
    except Invalid as error:  # an upgrade took a job or a time zone away: keep it from holding up the others
        log.error("schedule not understood", workspace=schedule.workspace_id, job=schedule.job_type, reason=error.message)
        schedules.postpone(connection, schedule, now + _AGAIN)
        return
    waiting = runs.first_waiting(connection, schedule.workspace_id, schedule.job_type)
    run_id = waiting or str(uuid4())
    if not schedules.advance(connection, schedule, next_at, fired_at=now, run_id=run_id):
        return
    if not waiting:
        due = now + timedelta(seconds=job.settle_s)
        run = Run(run_id, schedule.workspace_id, job.type, "run", False, "accepted", accepted_at=now, not_before=due)
        runs.accept(connection, run, rank=1 + job.order)
    log.info("schedule fired", workspace=schedule.workspace_id, job=schedule.job_type, run=run_id)
