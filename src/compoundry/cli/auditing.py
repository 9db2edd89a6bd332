"""Look through a memory store for what is wrong in it, with no server and no database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compoundry.cli.command import command
from compoundry.cli.loading import Format, InFile, Map, opened, renamed
from compoundry.cli.show import Line, Part, Shown, Table
from compoundry.cli.where import Where
from compoundry.client.nouns import Progress
from compoundry.errors import Invalid

if TYPE_CHECKING:
    from compoundry.audit.report import Report

app = typer.Typer()

_SHOWN = 5


@contextmanager
def _nowhere(where: Where) -> Iterator[Where]:
    yield where


@command(app, "audit", _nowhere, {})
def audit(
    where: Where,
    file: InFile,
    format: Format = None,
    map: Map = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write the whole report as one page, to read or to send.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Compare words only: seconds instead of minutes, and less is found.")] = False,
) -> Shown:
    """Say what is wrong in a memory store: duplicates, contradictions, what is old, rules with one source, questions to ask.

    Reads what `import` reads. Needs no database and no server, changes nothing, sends nothing.
    """
    from compoundry.audit.page import page  # numpy and the encoder take a while to import, and --help must be quick
    from compoundry.audit.report import report
    from compoundry.cli.progress import following
    from compoundry.encoders import encoder
    from compoundry.importers.reading import read
    from compoundry.settings import settings

    known = settings()
    chosen = encoder("hashed" if quick else known.encoder, api_key=known.encoder_api_key)
    with opened(file) as raw, following(f"auditing {file.name}") as told:
        reading = read(raw, file, format=format, renamed=renamed(map))
        made = report(
            reading,
            file.name,
            chosen,
            datetime.now(UTC),
            encoding=lambda done, total: told(Progress("encoding", done, total)),
            stage=lambda stage: told(Progress(stage, 0, 0)),
        )
    if html is not None:
        _write(html, page(made))
    return Shown({**made.body(), **({"html": str(html)} if html else {})}, tuple(_parts(made, html)))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{file} can't be written: {error}") from None


def _parts(made: "Report", html: Path | None) -> Iterator[Part]:
    from compoundry.audit.findings import TITLES  # numpy takes a while to import, and --help must be quick

    yield Line(made.headline, "bold")
    yield Table(("found", "what"), [(str(len(made.audit.of(kind))), title) for kind, title in TITLES.items()])
    for kind, title in TITLES.items():
        found = made.audit.of(kind)
        if not found:
            continue
        yield Line("")
        yield Line(title, "bold cyan")
        for finding in found[:_SHOWN]:
            yield from (Line(f"  line {one.line}: {one.content}") for one in finding.sentences)
            yield Line(f"    {finding.why}", "dim")
        if len(found) > _SHOWN:
            yield Line(f"  … and {len(found) - _SHOWN} more; --html FILE.html or --json shows all", "dim")
    yield Line("")
    yield from (Line(f"· {caveat}", "dim") for caveat in made.caveats)
    if html:
        yield Line(f"the whole report: {html}", "bold")


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.add_typer(app)
