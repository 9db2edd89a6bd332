"""Bring insights in from files."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from compoundry.cli import exits
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.files import PIPED, there
from compoundry.cli.show import Shown
from compoundry.client.nouns import Body, Progress
from compoundry.counting import counted
from compoundry.errors import Invalid

if TYPE_CHECKING:
    from compoundry.bringing import Report

app = typer.Typer()

_SHOWN = 50
_NAMED = 5

InFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", callback=there, help="JSON lines, JSON, CSV, Parquet, …; - reads stdin."),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="FORMAT", help="lines (ours), mem0, hindsight, letta, langgraph, graphiti or rules; else it is looked at."
    ),
]
Map = Annotated[list[str] | None, typer.Option("--map", metavar="THEIRS=OURS", help="Which column of theirs is ours, like note=content.")]


@command(app, "import", open_desk, ON_A_DESK)
def import_file(
    desk: Desk,
    file: InFile,
    format: Format = None,
    map: Map = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 2 when any line was refused, not only when all were.")] = False,
) -> Shown:
    """Bring in insights: our own lines (content, type, entities, confidence, created_at, id, source, evidence), or another tool's.

    A bad line is reported with its number and the rest goes in. Importing a file twice adds nothing twice.
    """
    from compoundry.bringing import bring_in, is_export  # pydantic takes 0.1 s to import, and --help must be quick
    from compoundry.cli.progress import loading

    with opened(file) as raw, loading(f"importing {file.name}", len(raw)) as told:
        if is_export(raw):
            return _restored(desk.restore(_lines(raw)), file)
        report = bring_in(
            raw, file, desk.learn, format=format, renamed=renamed(map), told=lambda done_bytes: told(Progress("importing", done_bytes))
        )
    return _shown(report, file, strict=strict)


def _lines(raw: Any) -> Iterator[bytes]:
    return iter(raw.readline, b"") if hasattr(raw, "readline") else iter(raw.splitlines())


def _restored(done: Body, file: Path) -> Shown:
    said = ", ".join(f"{count} {name}" for name, count in done["restored"].items()) or "nothing"
    return Shown({"format": "export", **done}, (f"the workspace of {file} is here again: {said}", f"state {done['state_hash'][:16]}"))


@contextmanager
def opened(file: Path) -> Iterator[Any]:
    """Open a file, or what comes through a pipe."""
    from compoundry.bringing import mapped  # pydantic takes 0.1 s to import, and --help must be quick

    if file == PIPED:
        yield sys.stdin.buffer.read()
        return
    try:
        with mapped(file) as raw:
            yield raw
    except OSError as error:
        raise Invalid(f"{file} can't be read: {error}") from None


def renamed(given: Sequence[str] | None) -> Mapping[str, str]:
    """Read the pairs of --map.

    >>> renamed(["note=content"])
    {'note': 'content'}
    """
    pairs = [one.partition("=") for one in given or ()]
    if wrong := [theirs for theirs, equals, ours in pairs if not (theirs and equals and ours)]:
        raise Invalid(f"--map is written THEIRS=OURS, like note=content, not {wrong[0]!r}")
    return {theirs: ours for theirs, _, ours in pairs}


def _shown(report: "Report", file: Path, *, strict: bool) -> Shown:
    bad = [{"line": number, "message": message} for number, message in report.bad]
    body = {
        "format": report.format,
        "lines": report.lines,
        "added": report.added,
        "known": report.known,
        "differing": report.differing,
        "refused": len(bad),
        "errors": bad,
        "left_out": dict(report.left_out),
        "kept_as_metadata": dict(report.kept),
        "dropped": dict(report.dropped),
    }
    said = f"{counted(report.lines, 'line')}: {report.added} added, {report.known} known already, {len(bad)} refused"
    refused = bool(bad) and (strict or len(bad) == report.lines)
    return Shown(body, (said, *_told(report, file)), exit=exits.INVALID if refused else exits.DONE, notes=_notes(report))


def _told(report: "Report", file: Path) -> Iterator[str]:
    """Say what of a foreign file has no place of its own here."""
    if report.format != "lines":
        yield f"read as {report.format}"
    if report.differing:
        some = ", ".join(report.differing[:_NAMED]) + (", …" if len(report.differing) > _NAMED else "")
        yield f"{len(report.differing)} of those known say something else and stay as they are; change one with `compoundry edit`: {some}"
    for why, count in report.left_out.most_common():
        yield f"left out {count}: {why}"
    for what, fields in (("kept as metadata", report.kept), ("dropped", report.dropped)):
        if fields:
            yield f"{what}: " + ", ".join(f"{name} ({count})" for name, count in fields.most_common())
    if report.format == "rules" and report.added:
        yield f"they wait for review like all insights; to follow them at once: compoundry import-rules {file}"


def _notes(report: "Report") -> tuple[str, ...]:
    told = [f"line {number}: {message}" for number, message in report.bad[:_SHOWN]]
    more = len(report.bad) - _SHOWN
    return (*told, *([f"… and {more} more bad lines; --json lists all"] if more > 0 else []))


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app)
