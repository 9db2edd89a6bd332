"""Take a whole workspace along: as lines that make it again, or as a table or a page to read."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any

import orjson
import typer

from compoundry.cli import exits
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.show import Shown
from compoundry.counting import counted
from compoundry.errors import Invalid
from compoundry.text import safely

app = typer.Typer()

FORMATS = ("jsonl", "csv", "markdown")
_COLUMNS = ("id", "content", "type", "entities", "confidence", "created_at", "standing", "source")


@command(app, "export", open_desk, ON_A_DESK)
def export(
    desk: Desk,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, allow_dash=True, help="Where to write; - writes to stdout.")],
    format: Annotated[
        str, typer.Option(help="jsonl (everything; `import` makes the same workspace of it), csv or markdown (active insights).")
    ] = "jsonl",
    vectors: Annotated[bool, typer.Option("--vectors/--no-vectors", help="Whether vectors go along, or are made again there.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> Shown | None:
    """Write a whole workspace into a file: insights with evidence and history, candidates, patterns, rules, runs, settings; no secrets."""
    if format not in FORMATS:
        raise Invalid(f"--format must be one of {', '.join(FORMATS)}")
    lines = desk.export(vectors=vectors and format == "jsonl")
    written = lines if format == "jsonl" else _sheet(lines, format)
    if str(file) == "-":
        sys.stdout.buffer.writelines(written)
        sys.stdout.flush()
        raise typer.Exit(exits.DONE)
    if file.exists() and not force:
        raise Invalid(f"{file} exists; overwrite it with --force")
    with _new(file) as out:
        count = sum(1 for line in written if out.write(line))
    return Shown({"file": str(file), "format": format, "lines": count}, (f"{counted(count, 'line')} written to {file}",))


@contextmanager
def _new(file: Path) -> Iterator[IO[bytes]]:
    """Write beside the file and put it in its place at the end, so that nobody finds half of it."""
    beside = file.with_name(f".{file.name}.part")
    try:
        with beside.open("wb") as out:
            yield out
        beside.replace(file)
    except OSError as error:
        raise Invalid(f"{file} can't be written: {error}") from None
    finally:
        beside.unlink(missing_ok=True)


def _sheet(lines: Iterable[bytes], format: str) -> Iterator[bytes]:
    rows = _rows(lines)
    if format == "csv":
        yield (safely.row(_COLUMNS) + "\n").encode()
        for row in rows:
            yield (safely.row(row[name] for name in _COLUMNS) + "\n").encode()
        return
    yield b"# Insights\n\n"
    for row in rows:
        about = f" ({safely.markdown(row['entities'])})" if row["entities"] else ""
        yield f"- {safely.markdown(row['content'])}{about}, {row['created_at'][:10]}, confidence {row['confidence']}\n".encode()


def _rows(lines: Iterable[bytes]) -> list[dict[str, str]]:
    """Put the active insights of an export together with the names of what they are about."""
    names, found, about = dict[str, str](), list[dict[str, Any]](), dict[str, list[str]]()
    for line in lines:
        ((kind, row),) = orjson.loads(line).items()
        match kind:
            case "entities":
                names[row["id"]] = row["name"]
            case "insights" if row["standing"] == "active":
                found.append(row)
            case "insight_entities":
                about.setdefault(row["insight_id"], []).append(names[row["entity_id"]])
            case _:
                continue
    return [_cells(row, about.get(row["id"], [])) for row in found]


def _cells(row: dict[str, Any], about: list[str]) -> dict[str, str]:
    return {**{name: str(row.get(name, "")) for name in _COLUMNS}, "entities": "; ".join(about)}


def add_to(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.add_typer(app)
