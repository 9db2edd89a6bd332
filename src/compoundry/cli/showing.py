"""Show what Compoundry does, on a sample or on a file."""

from pathlib import Path
from typing import Annotated

import typer

from compoundry.cli import exits

app = typer.Typer()


@app.command()
def demo(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.jsonl", exists=True, dir_okay=False, help="A file of insights; else a sample.")
    ] = None,
) -> None:
    """Load insights, run the five jobs, show what happened, and take it all back; everything is thrown away."""
    from rich.console import Console  # only this command draws with it

    from compoundry.demo.play import play  # SQLAlchemy takes 0.4 s to import, and --help must be quick

    raise typer.Exit(exits.DONE if play(Console(), file) else exits.RUN_FAILED)


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.add_typer(app)
