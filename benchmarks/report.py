"""Print a table, and write it to the file that the docs show."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

DOCS = Path(__file__).resolve().parent.parent / "docs" / "benchmarks"


def publish(name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, notes: str = "") -> None:
    """Print the rows, and write them as Markdown to docs/benchmarks/NAME.md."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    Console(width=140).print(table)
    lines = [f"# {title}", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines += [
        "",
        *([notes.strip(), ""] if notes else []),
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on {platform.machine()}, 2 shared cores.",
    ]
    DOCS.mkdir(parents=True, exist_ok=True)
    (DOCS / f"{name}.md").write_text("\n".join(lines) + "\n")
