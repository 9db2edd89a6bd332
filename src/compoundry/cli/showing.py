"""Show what Compoundry does, on a sample or on a file."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from compoundry.cli import exits
from compoundry.sample import sample as made_up

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


@app.command()
def sample(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a line for each.")] = False) -> None:
    """Print some 200 made-up insights to try things with, one a line, as `import` takes them."""
    lines = made_up(until=datetime.now(UTC).replace(microsecond=0))
    typer.echo(json.dumps({"data": lines}) if as_json else "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
