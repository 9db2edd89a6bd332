"""Decide what jobs only propose."""

from typing import Annotated

import typer

from compoundry.cli import shapes
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, Filter, open_desk
from compoundry.cli.running import Limit
from compoundry.cli.show import Shown

app = typer.Typer()

CandidateId = Annotated[str, typer.Argument(metavar="ID", help="The candidate's id.")]
Note = Annotated[str, typer.Option(help="Why, for those who read it later.")]


@command(app, "candidates", open_desk, ON_A_DESK)
def candidates(
    desk: Desk,
    status: Annotated[str, typer.Option(help="open, accepted, rejected or withdrawn.")] = "open",
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as merge, pattern or rule.")] = None,
    limit: Limit = 50,
) -> Shown:
    """List what waits for a person, the surest first."""
    return shapes.candidates(desk.candidates(Filter(limit, {"status": status, "kind": kind})))


@command(app, "accept", open_desk, ON_A_DESK)
def accept(
    desk: Desk,
    id: CandidateId,
    keep: Annotated[str | None, typer.Option(metavar="ID", help="Which insight stays, for a merge or a contradiction.")] = None,
    note: Note = "",
) -> Shown:
    """Do what a candidate proposes; can be taken back with revert."""
    return shapes.decided(desk.accept(id, keep=keep, note=note))


@command(app, "reject", open_desk, ON_A_DESK)
def reject(desk: Desk, id: CandidateId, note: Note = "") -> Shown:
    """Refuse a candidate for good: it is never proposed or done again."""
    return shapes.decided(desk.reject(id, note=note))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
