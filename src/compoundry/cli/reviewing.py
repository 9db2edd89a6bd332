"""Decide what jobs only propose."""

import sys
from typing import Annotated

import typer

from compoundry.cli import shapes
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, Filter, open_desk
from compoundry.cli.running import Limit
from compoundry.cli.show import Shown
from compoundry.errors import Invalid

app = typer.Typer()

CandidateId = Annotated[str, typer.Argument(metavar="ID", help="The candidate's id.")]
KINDS = ("merge", "update", "contradiction", "audit", "confirm", "pattern", "rule")
MANY = ("merge", "update", "audit", "confirm", "pattern", "rule")
Note = Annotated[str, typer.Option(help="Why, for those who read it later.")]


@command(app, "candidates", open_desk, ON_A_DESK)
def candidates(
    desk: Desk,
    status: Annotated[str, typer.Option(help="open, accepted, rejected or withdrawn.")] = "open",
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as merge, pattern or rule.")] = None,
    limit: Limit = 50,
) -> Shown:
    """List what waits for a person, the surest first."""
    if kind is not None and kind not in KINDS:
        raise Invalid(f"--kind: must be one of {', '.join(KINDS)}")
    return shapes.candidates(desk.candidates(Filter(limit, {"status": status, "kind": kind})))


@command(app, "candidate", open_desk, ON_A_DESK)
def candidate(desk: Desk, id: CandidateId) -> Shown:
    """Show one candidate with the insights that it is about."""
    return shapes.candidate(desk.candidate(id))


@command(app, "review", open_desk, ON_A_DESK)
def review(desk: Desk, kind: Annotated[str | None, typer.Option(help="Only this kind, such as merge, pattern or rule.")] = None) -> Shown:
    """Go through the candidates on the terminal, key by key."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Invalid("review needs a terminal; in scripts use candidates, accept and reject")
    from compoundry.cli.queue import on_terminal  # the parts of rich that only this command needs

    queue = on_terminal(desk, kind=kind)
    said = f"{len(queue.decided)} decided, {len(queue.waiting)} still waiting"
    return Shown({"decided": [found.body for found in queue.decided], "waiting": len(queue.waiting)}, (said,))


@command(app, "accept", open_desk, ON_A_DESK)
def accept(
    desk: Desk,
    id: CandidateId,
    keep: Annotated[str | None, typer.Option(metavar="ID", help="Which insight stays, for a merge or a contradiction.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only these of a group, once for each; the others stay apart.")
    ] = None,
    content: Annotated[str | None, typer.Option(help="Better words for the insight that stays.")] = None,
    note: Note = "",
) -> Shown:
    """Do what a candidate proposes; can be taken back with revert."""
    return shapes.decided(desk.accept(id, keep=keep, only=only, content=content, note=note))


@command(app, "accept-many", open_desk, ON_A_DESK)
def accept_many(
    desk: Desk,
    kind: Annotated[str, typer.Argument(help="merge, update, audit, confirm, pattern or rule.")],
    at_least: Annotated[float, typer.Option(help="Only those with at least this score.")] = 0.0,
    most: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most, the surest first.")] = 100,
    note: Note = "",
) -> Shown:
    """Accept the candidates of a kind from a score on; each can be taken back alone."""
    if kind not in MANY:
        raise Invalid(f"kind: must be one of {', '.join(MANY)}")
    return shapes.many(desk.accept_many(kind, at_least=at_least, most=most, note=note))


@command(app, "reject", open_desk, ON_A_DESK)
def reject(desk: Desk, id: CandidateId, note: Note = "") -> Shown:
    """Refuse a candidate for good: it is never proposed or done again."""
    return shapes.decided(desk.reject(id, note=note))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
