"""Show what a command found: tables for people, tabs for pipes, JSON for programs."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from rich.console import Console, Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from compoundry.cli import clean

_JSON = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Table:
    """Hold columns and rows; in a pipe they are tab-separated, with the column names first."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    empty: str = "nothing"


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold a command's answer: `body` is its JSON, `parts` are the same for people, `notes` go to stderr."""

    body: object
    parts: tuple[Table | str, ...]
    exit: int = 0
    notes: tuple[str, ...] = ()


def show(shown: Shown, *, as_json: bool) -> None:
    """Print an answer to stdout."""
    if as_json:
        sys.stdout.write(clean.json(orjson.dumps(shown.body, option=_JSON).decode()) + "\n")
        return
    for note in shown.notes:
        sys.stderr.write(clean.page(note) + "\n")
    if sys.stdout.isatty():
        _on_terminal(shown.parts)
    else:
        sys.stdout.write("".join(_plain(part) for part in shown.parts))


def complain(message: str, body: object, *, as_json: bool) -> None:
    """Print an error to stderr."""
    if as_json:
        sys.stderr.write(clean.json(orjson.dumps(body).decode()) + "\n")
    else:
        Console(stderr=True, soft_wrap=True, highlight=False).print(Text.assemble(("Error: ", "bold red"), clean.page(message)))


def _on_terminal(parts: Sequence[Table | str]) -> None:
    console = Console(highlight=False)
    for part in parts:
        console.print(Text(clean.page(part)) if isinstance(part, str) else _drawn(part, console.width))


def _drawn(table: Table, width: int) -> RenderableType:
    """Draw a table as wide as it is, or, when the terminal is narrower, row by row: the last column above the others."""
    if not table.rows:
        return Text(table.empty, style="dim")
    rows = [[Text(clean.line(cell)) for cell in row] for row in table.rows]
    named = zip(table.columns, zip(*rows, strict=True), strict=True)
    widest = [max(len(name), *(cell.cell_len for cell in column)) for name, column in named]
    return _grid(table.columns, rows) if sum(widest) + 2 * len(widest) <= width else _stack(rows)


def _grid(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> RichTable:
    made = RichTable(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*row)
    return made


def _stack(rows: Sequence[Sequence[Text]]) -> Group:
    drawn = []
    for *others, last in rows:
        drawn += [last, Text("  ") + Text(" · ").join(cell for cell in others if cell)]
        drawn[-1].stylize("dim")
    return Group(*drawn)


def _plain(part: Table | str) -> str:
    if isinstance(part, str):
        return clean.page(part) + "\n"
    return "".join("\t".join(clean.line(cell) for cell in row) + "\n" for row in (part.columns, *part.rows))
