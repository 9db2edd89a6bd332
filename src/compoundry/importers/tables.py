"""Read tables: CSV, with commas, semicolons or tabs, and Parquet."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compoundry.errors import Invalid, MissingExtra
from compoundry.importers.documents import Buffer, Found
from compoundry.importers.kinds import Bad, Record
from compoundry.text import safely

if TYPE_CHECKING:
    import pyarrow.parquet

_ROWS = 1_000
_LONGEST_CELL = 10_000_000


def csv_rows(raw: Buffer) -> Iterator[Found]:
    """Give the rows of a CSV file, by the names of its first line; numbers are those of lines."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(raw)
    try:
        header = next(lines, "")
        reader = csv.DictReader(lines, fieldnames=next(csv.reader([header], delimiter=_delimiter(header))), delimiter=_delimiter(header))
        for row in reader:
            yield Found(reader.line_num + 1, lines.done, "", _row(row))
    except UnicodeDecodeError:
        yield Found(lines.number, lines.done, "", Bad("no text in UTF-8 from here on"))
    except (csv.Error, StopIteration) as error:
        yield Found(lines.number, lines.done, "", Bad(f"no CSV from here on: {error}"))


def parquet_rows(path: Path) -> Iterator[Found]:
    """Give the rows of a Parquet file; numbers are those of rows. Needs the extra `parquet`: MissingExtra says so."""
    try:
        import pyarrow.parquet as parquet  # 40 MB, and only this format needs it
    except ImportError:
        raise MissingExtra("reading Parquet needs pyarrow; install it with: pip install 'compoundry[parquet]'") from None
    number = 0
    for batch in _opened(parquet, path).iter_batches(batch_size=_ROWS):
        for row in batch.to_pylist():
            number += 1
            yield Found(number, 0, "", row)


def _opened(parquet: Any, path: Path) -> "pyarrow.parquet.ParquetFile":
    try:
        opened: pyarrow.parquet.ParquetFile = parquet.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise Invalid(f"{path.name} can't be read as Parquet: {error}") from None
    return opened


def _row(row: dict[Any, Any]) -> Record | Bad:
    if None in row:
        return Bad(f"{len(row[None])} cells more than the first line has names")
    return {name: _cell(name, value) for name, value in row.items() if value not in (None, "")}


def _cell(name: str, value: str) -> Any:
    """Read a number or a yes where our own column holds one; everything else is text."""
    if name == "pinned":
        return value.strip().lower() in ("true", "yes", "1")
    if name == "confidence":
        try:
            return float(value)
        except ValueError:
            return value
    return safely.uncell(value)


def _delimiter(header: str) -> str:
    r"""Return what separates the names of the first line.

    >>> _delimiter("content;type"), _delimiter("content\ttype"), _delimiter("content")
    (';', '\t', ',')
    """
    return max(",;\t", key=header.count)


class _Lines:
    """Give the lines of a buffer as text, and remember how far it is read."""

    def __init__(self, raw: Buffer) -> None:
        self._raw, self.done, self.number = raw, 0, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.done >= len(self._raw):
            raise StopIteration
        newline = self._raw.find(b"\n", self.done)
        end = len(self._raw) if newline < 0 else newline + 1
        line, self.done, self.number = bytes(self._raw[self.done : end]), end, self.number + 1
        return line.decode("utf-8-sig" if self.number == 1 else "utf-8")
