"""Examine, save and bring back a database."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from compoundry.cli import exits
from compoundry.cli.command import ON_A_DATABASE, command
from compoundry.cli.show import Line, Shown
from compoundry.cli.where import Where
from compoundry.errors import Invalid

app = typer.Typer()

_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}

Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]


@contextmanager
def _url(where: Where) -> Iterator[str]:
    if where.server and not where.names_database:
        raise Invalid("this is done where the database is; name it with --database")
    from compoundry.settings import settings  # these take 0.1 s to import, and --help must be quick

    yield where.database or settings().database


@command(app, "doctor", _url, ON_A_DATABASE)
def doctor(database_url: str) -> Shown:
    """Check the database and the work on it, and say what to do; ends with 1 when there is a problem."""
    from compoundry.service.health import examine  # SQLAlchemy takes 0.4 s to import, and --help must be quick

    found = examine(database_url)
    lines = [Line(f"{one.level:8} {one.check:10} {one.said}{'; ' + one.todo if one.todo else ''}", _STYLES[one.level]) for one in found]
    sick = any(one.level == "problem" for one in found)
    return Shown({"well": not sick, "checks": [asdict(one) for one in found]}, tuple(lines), exit=exits.RUN_FAILED if sick else exits.DONE)


@command(app, "backup", _url, ON_A_DATABASE)
def backup(database_url: str, file: Annotated[Path, typer.Argument(help="The file to make.")], force: Force = False) -> Shown:
    """Save a SQLite database into a file while it is in use; the copy is checked before it gets its name."""
    from compoundry.service.safekeeping import save  # SQLAlchemy takes 0.4 s to import, and --help must be quick

    saved = save(database_url, file, force=force)
    body = {"file": str(saved.file), "size_bytes": saved.size_bytes, "schema": saved.schema}
    return Shown(body, (f"saved to {saved.file}: {saved.size_bytes} bytes, schema {saved.schema}, checked",))


@command(app, "restore", _url, ON_A_DATABASE)
def restore(database_url: str, file: Annotated[Path, typer.Argument(help="A file that `backup` made.")], force: Force = False) -> Shown:
    """Make a SQLite database what a saved file holds; the file is checked first, and no worker may be running."""
    from compoundry.engine.files import hold_file  # SQLAlchemy takes 0.4 s to import, and --help must be quick
    from compoundry.service.safekeeping import bring_back
    from compoundry.store.database import file_of

    database = file_of(database_url)
    with hold_file(database) or nullcontext():
        known = bring_back(file, database_url, force=force)
    body = {"file": str(file), "schema": known.schema}
    return Shown(body, (f"the database is what {file} holds, schema {known.schema}",))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
