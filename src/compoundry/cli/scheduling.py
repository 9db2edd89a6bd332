"""Let jobs come by themselves."""

from collections.abc import Sequence
from typing import Annotated

import typer

from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.show import Shown, Table
from compoundry.client.nouns import Body
from compoundry.errors import NotFound

_schedules = typer.Typer(no_args_is_help=True, help="Let jobs come by themselves; a worker must be running.")

JobType = Annotated[str, typer.Argument(metavar="JOB", help="The job type, as `compoundry jobs` lists them.")]


@command(_schedules, "list", open_desk, ON_A_DESK)
def scheduled(desk: Desk) -> Shown:
    """List when jobs come by themselves."""
    return _shown(desk.scheduled())


@command(_schedules, "set", open_desk, ON_A_DESK)
def schedule(
    desk: Desk,
    job_type: JobType,
    cron: Annotated[str, typer.Argument(help="Minute, hour, day, month, weekday: '0 3 * * *' is daily at three.")],
    time_zone: Annotated[str, typer.Option(help="The time zone that the fields are meant in, like Europe/Berlin.")] = "UTC",
) -> Shown:
    """Let a job come at certain times, in place of those it had."""
    return _shown(desk.schedule(job_type, cron, time_zone=time_zone))


@command(_schedules, "remove", open_desk, ON_A_DESK)
def unschedule(desk: Desk, job_type: JobType) -> Shown:
    """Let a job come by itself no more."""
    before = desk.scheduled()
    left = desk.schedule(job_type, None, time_zone="UTC")
    if all(one["job_type"] != job_type for one in before):
        raise NotFound(f"{job_type} has no schedule; those that have one: compoundry schedule list", kind="schedule")
    return _shown(left)


def _shown(found: Sequence[Body]) -> Shown:
    rows = [(s["job_type"], s["cron"], s["time_zone"], s["next_at"], s.get("last_at", ""), s.get("last_job_run_id", "")) for s in found]
    columns = ("job", "cron", "time zone", "next", "last", "last run")
    empty = "no job comes by itself; let one with: compoundry schedule set JOB CRON"
    return Shown({"data": list(found)}, (Table(columns, rows, empty),))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_schedules, name="schedule")
