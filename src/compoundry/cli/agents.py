"""Serve agents through the Model Context Protocol."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from compoundry.cli.command import ON_A_DATABASE, command
from compoundry.cli.where import Where, Workspace
from compoundry.errors import Conflict, MissingExtra

if TYPE_CHECKING:
    from compoundry.app import Parts

app = typer.Typer()

_ON_A_WORKSPACE = {**ON_A_DATABASE, "workspace": Workspace}


@contextmanager
def _place(where: Where) -> Iterator[Where]:
    yield where


@command(app, "mcp", _place, _ON_A_WORKSPACE)
def mcp(
    where: Where,
    write: Annotated[bool, typer.Option("--write", help="Let the agent remember, run jobs and decide; else it only reads.")] = False,
) -> None:
    """Serve one agent on stdin and stdout; over HTTP, `serve` does it at /mcp, with an API key.

    With --write a worker carries runs out in this process, unless another one works on the database's file.
    """
    if find_spec("mcp") is None:
        raise MissingExtra("agents need an optional part: pip install 'compoundry[mcp]'")
    from compoundry.cli.local import open_parts, workspace_meant  # SQLAlchemy takes 0.4 s to import, and --help must be quick
    from compoundry.mcp.stdio import serve
    from compoundry.model import Caller

    with open_parts(where) as parts, _working(parts, wanted=write):
        scopes = {"record.read", "record.write"} if write else {"record.read"}
        serve(parts.app, Caller(workspace_meant(parts.app, where.in_workspace), frozenset(scopes), "agent"))


@contextmanager
def _working(parts: "Parts", *, wanted: bool) -> Iterator[None]:
    """Carry runs out meanwhile; when another process does that for the file already, it will."""
    worker = None
    if wanted:
        with suppress(Conflict):
            worker = parts.employ()
    try:
        yield
    finally:
        if worker:
            worker.close()


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.add_typer(app)
