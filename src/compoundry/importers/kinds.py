"""Say what a foreign record becomes: a line of our own format, or a reason why it becomes none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Record = Mapping[str, Any]
Names = Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class Taken:
    """Hold a record spelled as a line of our own format; `kept` went to its metadata, `dropped` has no place here."""

    line: Record
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Say why a record isn't taken although nothing is wrong with it."""

    why: str


@dataclass(frozen=True, slots=True)
class Bad:
    """Say why a record can't be understood."""

    why: str


@dataclass(frozen=True, slots=True)
class Item:
    """Hold what a place of a file became: its line (or its row), and the bytes read up to there."""

    number: int
    done_bytes: int
    what: Taken | LeftOut | Bad


class Format(Protocol):
    """Be one file in this package: what a tool writes, read as its documentation says."""

    NAME: str

    def fits(self, record: Record) -> bool:
        """Tell whether a record looks like one of this tool."""
        ...

    def take(self, record: Record, names: Names) -> Taken | LeftOut:
        """Spell a record as a line of ours; `names` has what the file says about ids."""
        ...


def taken(record: Record, line: Record, *, used: Collection[str], dropped: Collection[str] = (), more: object = None) -> Taken:
    """Spell a record, with all that isn't used as metadata; `more` is metadata of the record's own.

    >>> taken({"memory": "Dana left.", "hash": "1f", "score": 1}, {"content": "Dana left."}, used={"memory"}, dropped={"score"}).line
    {'content': 'Dana left.', 'metadata': {'hash': '1f'}}
    """
    kept = {name: value for name, value in record.items() if name not in used and name not in dropped and _says(value)}
    own = dict(more) if isinstance(more, Mapping) else {}
    said = {name: value for name, value in line.items() if _says(value)}
    metadata = {**own, **kept}
    gone = tuple(name for name in dropped if _says(record.get(name)))
    return Taken({**said, **({"metadata": metadata} if metadata else {})}, tuple(kept), gone)


def text(value: object) -> str:
    """Return a text, or nothing for anything else."""
    return value if isinstance(value, str) else ""


def _says(value: object) -> bool:
    return value is not None and value != "" and value != [] and value != {}
