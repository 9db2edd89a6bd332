"""Bring the insights of a file in, in batches, once; a bad record spoils only itself."""

import hashlib
import mmap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import orjson

from compoundry.client.errors import Invalid as RefusedAsInvalid
from compoundry.client.errors import TooLarge
from compoundry.errors import Invalid
from compoundry.importers.documents import Buffer
from compoundry.importers.kinds import Bad, LeftOut, Record, Taken
from compoundry.importers.reading import Reading, read
from compoundry.service.intake import InsightIn, read_line
from compoundry.service.moving import MARK
from compoundry.store.insights import Learned

BATCH = 1_000

Line = tuple[int, InsightIn]
Learn = Callable[[Sequence[InsightIn]], "Brought"]
Told = Callable[[int], None]


class Brought(NamedTuple):
    """Count what was new of a batch, and name the insights that were known and say something else."""

    new: int
    differing: Sequence[str] = ()


def _silent(done_bytes: int) -> None:
    """Say nothing."""


@dataclass
class Report:
    """Count what became of the records of a file.

    `differing` are the ids of insights that were known and say something else than the file: they stay as they are.
    `bad` has the place and the message of those that were refused, `left_out` counts the others that don't go in, by reason;
    `kept` counts the fields that became metadata, `dropped` those that have no place here, such as vectors.
    """

    format: str = "lines"
    lines: int = 0
    added: int = 0
    known: int = 0
    differing: list[str] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)


def bring_in(
    raw: Buffer, path: Path, learn: Learn, *, format: str | None = None, renamed: Mapping[str, str] | None = None, told: Told = _silent
) -> Report:
    """Learn all that a file holds, in batches; what is known already changes nothing. `told` hears the bytes done.

    Raises Invalid when nobody can tell what the file is.
    """
    reading = read(raw, path, format=format, renamed=renamed)
    report, waiting = Report(reading.format), list[Line]()
    for number, done_bytes, one in lines_of(reading, report):
        waiting.append((number, one))
        if len(waiting) == BATCH:
            _learn(waiting, learn, report)
            told(done_bytes)
            waiting = []
    _learn(waiting, learn, report)
    report.bad.sort()
    return report


def lines_of(reading: Reading, report: Report) -> Iterator[tuple[int, int, InsightIn]]:
    """Give the good records of a file, each with its place and the bytes read; the report counts the others."""
    seen = Counter[str]()
    for item in reading.items:
        report.lines += 1
        match item.what:
            case Bad(why):
                report.bad.append((item.number, why))
            case LeftOut(why):
                report.left_out[why] += 1
            case Taken(line, kept, dropped):
                report.kept.update(kept)
                report.dropped.update(dropped)
                if (one := _read(item.number, line, seen, report)) is not None:
                    yield item.number, item.done_bytes, one


def brought(learned: Sequence[Learned]) -> Brought:
    """Count what the service learned of a batch."""
    return Brought(sum(one.new for one in learned), [one.id for one in learned if one.differs])


def is_export(raw: Buffer) -> bool:
    """Tell whether a file is a whole workspace that was exported, and not insights."""
    return bytes(raw[: len(MARK)]) == MARK


@contextmanager
def mapped(path: Path) -> Iterator[Buffer]:
    """Open a file without reading it as a whole; an empty one is no bytes."""
    with path.open("rb") as opened:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as raw:
            yield raw


def _read(number: int, line: Record, seen: Counter[str], report: Report) -> InsightIn | None:
    try:
        one = read_line(line)
    except Invalid as error:
        report.bad.append((number, error.message))
        return None
    return one if one.external_id else one.model_copy(update={"external_id": _mark(line, seen)})


def _mark(line: Record, seen: Counter[str]) -> str:
    """Name a line without an id by what it says, so that the same file adds it once; twins in one file stay two."""
    mark = "line-" + hashlib.sha256(orjson.dumps(line, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:32]
    seen[mark] += 1
    return mark if seen[mark] == 1 else f"{mark}-{seen[mark]}"


def _learn(lines: Sequence[Line], learn: Learn, report: Report) -> None:
    """Learn a batch; when it is refused, halve it until the bad line stands alone."""
    if not lines:
        return
    try:
        brought = learn([read for _, read in lines])
        report.added += brought.new
        report.known += len(lines) - brought.new
        report.differing += brought.differing
    except (Invalid, RefusedAsInvalid, TooLarge) as error:
        if len(lines) == 1:
            report.bad.append((lines[0][0], error.message))
            return
        middle = len(lines) // 2
        _learn(lines[:middle], learn, report)
        _learn(lines[middle:], learn, report)
