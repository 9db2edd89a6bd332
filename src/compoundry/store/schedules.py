"""Keep when jobs come by themselves, one schedule per job type and workspace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from compoundry.model import Schedule
from compoundry.store import tables

_T = tables.schedules


def put(connection: Connection, schedule: Schedule) -> None:
    """Store a schedule in place of the one that the job had; what it last did stays known."""
    when = {"cron": schedule.cron, "time_zone": schedule.time_zone, "next_at": schedule.next_at}
    if connection.execute(update(_T).where(*_this(schedule)).values(**when)).rowcount == 0:
        connection.execute(insert(_T), [{"workspace_id": schedule.workspace_id, "job_type": schedule.job_type, **when}])


def remove(connection: Connection, workspace_id: int, job_type: str) -> None:
    """Let a job come by itself no more."""
    connection.execute(delete(_T).where(_T.c.workspace_id == workspace_id, _T.c.job_type == job_type))


def of_workspace(connection: Connection, workspace_id: int) -> list[Schedule]:
    """List the schedules of a workspace."""
    return [_schedule(row) for row in connection.execute(select(_T).where(_T.c.workspace_id == workspace_id).order_by(_T.c.job_type))]


def due(connection: Connection, now: datetime, *, limit: int) -> Sequence[Schedule]:
    """List schedules of all workspaces whose time has come, the latest ones last."""
    return [_schedule(row) for row in connection.execute(select(_T).where(_T.c.next_at <= now).order_by(_T.c.next_at).limit(limit))]


def first(connection: Connection) -> datetime | None:
    """Return when the next schedule of any workspace is due."""
    found: datetime | None = connection.scalar(select(func.min(_T.c.next_at)))
    return found


def advance(connection: Connection, schedule: Schedule, next_at: datetime, *, fired_at: datetime, run_id: str) -> bool:
    """Move a schedule on, if it still is as it was read; False when another process was first or somebody changed it."""
    as_read = (_T.c.next_at == schedule.next_at, _T.c.cron == schedule.cron, _T.c.time_zone == schedule.time_zone)
    moved = update(_T).where(*_this(schedule), *as_read).values(next_at=next_at, last_at=fired_at, last_run_id=run_id)
    return connection.execute(moved).rowcount == 1


def postpone(connection: Connection, schedule: Schedule, next_at: datetime) -> None:
    """Look at a schedule again later."""
    connection.execute(update(_T).where(*_this(schedule)).values(next_at=next_at))


def _this(schedule: Schedule) -> tuple[Any, ...]:
    return (_T.c.workspace_id == schedule.workspace_id, _T.c.job_type == schedule.job_type)


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(**row._mapping)
