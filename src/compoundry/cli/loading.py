"""Bring insights in from files."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compoundry.cli import exits
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.show import Shown
from compoundry.client.nouns import Progress

if TYPE_CHECKING:
    from compoundry.cli.lines import Report

app = typer.Typer()

_SHOWN = 50
_STDIN = "-"


@command(app, "import", open_desk, ON_A_DESK)
def import_file(
    desk: Desk,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.jsonl", exists=True, dir_okay=False, allow_dash=True, help="A JSON object per line; - reads stdin."),
    ],
    strict: Annotated[bool, typer.Option("--strict", help="End with 2 when any line was refused, not only when all were.")] = False,
) -> Shown:
    """Bring in insights, one a line: content, type, entities, confidence, created_at, id, source, evidence.

    A bad line is reported with its number and the rest goes in. Importing a file twice adds nothing twice.
    """
    from compoundry.cli.lines import bring_in  # pydantic takes 0.1 s to import, and --help must be quick
    from compoundry.cli.progress import loading

    piped = str(file) == _STDIN
    opened = nullcontext(sys.stdin.buffer) if piped else file.open("rb")
    with opened as raw, loading(f"importing {file.name}", None if piped else file.stat().st_size) as told:
        report = bring_in(raw, desk.learn, lambda done_bytes: told(Progress("importing", done_bytes)))
    return _shown(report, strict=strict)


def _shown(report: "Report", *, strict: bool) -> Shown:
    bad = [{"line": number, "message": message} for number, message in report.bad]
    body = {"lines": report.lines, "added": report.added, "known": report.known, "refused": len(bad), "errors": bad}
    said = f"{report.lines} lines: {report.added} added, {report.known} known already, {len(bad)} refused"
    refused = bool(bad) and (strict or len(bad) == report.lines)
    return Shown(body, (said,), exit=exits.INVALID if refused else exits.DONE, notes=_notes(report))


def _notes(report: "Report") -> tuple[str, ...]:
    told = [f"line {number}: {message}" for number, message in report.bad[:_SHOWN]]
    more = len(report.bad) - _SHOWN
    return (*told, *([f"… and {more} more bad lines; --json lists all"] if more > 0 else []))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
