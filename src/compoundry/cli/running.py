"""Run jobs, follow runs, apply and take back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from compoundry.cli import diff as differences
from compoundry.cli import shapes
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, Filter, open_desk
from compoundry.cli.show import Shown, Table
from compoundry.cli.where import Where
from compoundry.client.nouns import Run
from compoundry.errors import Forbidden, NotFound

app = typer.Typer()

_MERGES_AGAIN = (
    "the next consolidation does the same again; to keep two insights apart for good, revert this revert and take one out "
    "(compoundry unmerge ID), or assert never_merge (compoundry policy canaries)"
)
NEWEST = "last"
RunId = Annotated[str, typer.Argument(metavar="ID", help="The run's id; `last` is the newest run.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")]
Wait = Annotated[
    bool | None, typer.Option("--wait/--no-wait", help="Whether to wait for the end; waits by itself on a database, not with a server.")
]
Timeout = Annotated[
    float | None, typer.Option(min=0, metavar="SECONDS", help="How long to wait at most; exit code 7 when it isn't done then.")
]


def _types() -> Sequence[tuple[str, str]]:
    """List job types with their descriptions."""
    from compoundry import jobs  # the jobs import numpy, and other commands' --help must be quick

    return [(job.type, job.description) for job in jobs.found().values()]


class _NamesJobs(TyperCommand):
    """List the jobs below the help, found when the help is asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.epilog = "\b\nJobs:\n" + "\n".join(f"  {name:<20} {description}" for name, description in _types())
        super().format_help(ctx, formatter)


def _complete(incomplete: str) -> list[tuple[str, str]]:
    return [(name, description) for name, description in _types() if name.startswith(incomplete)]


@command(app, "run", open_desk, ON_A_DESK, cls=_NamesJobs)
def run(
    desk: Desk,
    job: Annotated[str, typer.Argument(help="The job type; they are listed below.", autocompletion=_complete)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    wait: Wait = None,
    timeout: Timeout = None,
) -> Shown:
    """Run a job over the workspace."""
    return _awaited(desk, desk.trigger(job, dry_run=dry_run), wait, timeout)


@command(app, "status", open_desk, ON_A_DESK)
def status(
    desk: Desk,
    id: RunId,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for its end, as `watch` does; then a failed run ends this with 1.")] = False,
    timeout: Timeout = None,
) -> Shown:
    """Tell how a run is doing."""
    found = desk.status(_named(desk, id))
    return _awaited(desk, found, wait, timeout) if wait else shapes.run(found)


@command(app, "watch", open_desk, ON_A_DESK)
def watch(
    desk: Desk,
    id: RunId = NEWEST,
    timeout: Timeout = None,
) -> Shown:
    """Follow a run live until its end; in a pipe, a line for each step.

    On a database without a worker this carries the run out, as nobody else would.
    """
    from compoundry.cli.progress import watching  # the parts of rich that only waiting needs

    run = desk.status(_named(desk, id))
    with watching(run.job_type) as told:
        return shapes.ended(desk.finish(run, told, timeout_s=timeout))


@command(app, "changes", open_desk, ON_A_DESK)
def changes(
    desk: Desk, id: RunId, limit: Annotated[int | None, typer.Option(min=1, help="How many at most; all when left out.")] = None
) -> Shown:
    """List what a run did, or what a dry run would do, change by change with the reason."""
    return shapes.changes(desk.changes(_named(desk, id), limit=limit))


@command(app, "diff", open_desk, ON_A_DESK)
def diff(desk: Desk, id: RunId, limit: Limit = 100) -> Shown:
    """Show what a run did, or what a dry run would do, as a diff of sentences."""
    found = desk.changes(_named(desk, id), limit=limit)
    return differences.diff(found, desk.contents(differences.insights_in(found)))


@command(app, "dispositions", open_desk, ON_A_DESK)
def dispositions(
    desk: Desk,
    id: RunId,
    outcome: Annotated[str | None, typer.Option(help="Only these, such as kept, merged, proposed or failed.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many at most; all when left out.")] = None,
) -> Shown:
    """List what became of each insight that a run scanned."""
    return shapes.dispositions(desk.dispositions(_named(desk, id), outcome=outcome, limit=limit))


@command(app, "apply", open_desk, ON_A_DESK)
def apply(desk: Desk, id: RunId, wait: Wait = None, timeout: Timeout = None) -> Shown:
    """Do exactly what a dry run has shown; refused when something it read has changed since."""
    return _awaited(desk, desk.apply(_named(desk, id)), wait, timeout)


@command(app, "revert", open_desk, ON_A_DESK)
def revert(desk: Desk, id: RunId, wait: Wait = None, timeout: Timeout = None) -> Shown:
    """Take back what a run did; later edits are kept."""
    named = _named(desk, id)
    taken = _awaited(desk, desk.revert(named), wait, timeout)
    return replace(taken, parts=(*taken.parts, _MERGES_AGAIN)) if taken.exit == 0 and _merged_by_itself(desk, named) else taken


def _merged_by_itself(desk: Desk, id: str) -> bool:
    """Tell whether a run merged something; False where the caller may not read that."""
    with suppress(Forbidden):
        done = desk.status(id)
        return done.job_type == "consolidation" and done.act in ("run", "apply") and done.insights_affected > 0
    return False


@command(app, "retry", open_desk, ON_A_DESK)
def retry(desk: Desk, id: RunId, wait: Wait = None, timeout: Timeout = None) -> Shown:
    """Try a failed run again, as a new run."""
    return _awaited(desk, desk.retry(_named(desk, id)), wait, timeout)


@command(app, "cancel", open_desk, ON_A_DESK)
def cancel(desk: Desk, id: RunId) -> Shown:
    """Ask a run to stop before it changes anything."""
    return shapes.run(desk.cancel(_named(desk, id)))


@command(app, "runs", open_desk, ON_A_DESK)
def runs(
    desk: Desk,
    job: Annotated[str | None, typer.Option(help="Only of this job.", autocompletion=_complete)] = None,
    status: Annotated[str | None, typer.Option(help="Only these: accepted, running, completed or failed.")] = None,
    dry_run: Annotated[bool | None, typer.Option("--dry-run/--real", help="Only dry runs, or only real ones.")] = None,
    limit: Limit = 20,
) -> Shown:
    """List runs, newest first."""
    return shapes.runs(desk.runs(Filter(limit, {"job_type": job, "status": status, "dry_run": dry_run})))


@contextmanager
def _nothing(where: Where) -> Iterator[None]:
    yield None


@command(app, "jobs", _nothing, {})
def jobs(_: None) -> Shown:
    """List the jobs there are, in the order in which they build on each other."""
    found = _types()
    body = {"data": [{"job_type": name, "description": description} for name, description in found]}
    return Shown(body, (Table(("job", "what it does"), found),))


@command(app, "events", open_desk, ON_A_DESK)
def events(
    desk: Desk,
    after: Annotated[str | None, typer.Option(metavar="ID", help="Only after this event.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind, such as run.failed; may be given again.")] = None,
    limit: Limit = 100,
) -> Shown:
    """List what has happened in the workspace, oldest first."""
    found = desk.events(after=after, kinds=kind or [], limit=limit)
    rows = [(one["id"], one["timestamp"], one["type"], one["subject"]) for one in found]
    return Shown({"data": list(found)}, (Table(("id", "at", "kind", "about"), rows, "nothing has happened"),))


def _named(desk: Desk, id: str) -> str:
    """Return the id of a run, or of the newest one when it is called `last`."""
    if id != NEWEST:
        return id
    newest = desk.runs(Filter(1, {}))
    if not newest:
        raise NotFound("there are no runs yet; trigger one with: compoundry run consolidation")
    return newest[0].id


def _awaited(desk: Desk, run: Run, wait: bool | None, timeout_s: float | None) -> Shown:
    if not (desk.carries_out if wait is None else wait):
        return shapes.run(run)
    from compoundry.cli.progress import following  # the parts of rich that only waiting needs

    with following(run.job_type) as told:
        return shapes.ended(desk.finish(run, told, timeout_s=timeout_s))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
