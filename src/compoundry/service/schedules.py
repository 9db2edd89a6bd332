"""Let jobs come by themselves, by cron."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from compoundry import cron, jobs
from compoundry.model import Caller, Schedule
from compoundry.service.app import App
from compoundry.store import schedules
from compoundry.store.database import clock


@dataclass(frozen=True, slots=True)
class Wanted:
    """Ask for a job at certain times; without `cron` the job comes by itself no more."""

    job_type: str
    cron: str | None
    time_zone: str = "UTC"


def scheduled(app: App, caller: Caller) -> list[Schedule]:
    """List the schedules of the workspace, at most one per job type."""
    caller.need("record.read")
    with app.database.read() as connection:
        return schedules.of_workspace(connection, caller.workspace_id)


def schedule(app: App, caller: Caller, wanted: Sequence[Wanted]) -> list[Schedule]:
    """Set or remove the schedules of these jobs, all or none; those of other jobs stay. Returns all there are now.

    Raises Invalid for unknown jobs and time zones, and for cron expressions that can't be read or never come.
    """
    caller.need("record.write")
    with app.database.write() as connection:
        now, known = clock(connection), schedules.of_workspace(connection, caller.workspace_id)
        unchanged = {(s.job_type, s.cron, s.time_zone) for s in known}
        for one in wanted:
            jobs.named(one.job_type)
            if one.cron is None:
                schedules.remove(connection, caller.workspace_id, one.job_type)
            elif (one.job_type, one.cron, one.time_zone) not in unchanged:
                schedules.put(connection, _made(caller.workspace_id, one, one.cron, now))
        return schedules.of_workspace(connection, caller.workspace_id)


def _made(workspace_id: int, wanted: Wanted, expression: str, now: datetime) -> Schedule:
    next_at = cron.following(expression, wanted.time_zone, now)
    return Schedule(workspace_id, wanted.job_type, expression, wanted.time_zone, next_at)
