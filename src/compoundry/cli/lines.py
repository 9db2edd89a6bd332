"""Read insights from a file of JSON lines; a bad line spoils only itself."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from compoundry.client.errors import Invalid as RefusedAsInvalid
from compoundry.client.errors import TooLarge
from compoundry.errors import Invalid
from compoundry.service.intake import InsightIn, read_line

BATCH = 1_000
_MARK = b"\xef\xbb\xbf"

Line = tuple[int, InsightIn]
Learn = Callable[[Sequence[InsightIn]], int]


@dataclass
class Report:
    """Count what became of the lines; `bad` has the number and the message of those that were refused."""

    lines: int = 0
    added: int = 0
    known: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)


def bring_in(raw: Iterable[bytes], learn: Learn, told: Callable[[int], None]) -> Report:
    """Learn every line in batches; lines that are known already change nothing. `told` hears the bytes done."""
    report, waiting, done_bytes = Report(), list[Line](), 0
    for number, text, read in _lines(raw, report):
        done_bytes += len(text)
        if read is not None:
            waiting.append((number, read))
        if len(waiting) == BATCH:
            _learn(waiting, learn, report)
            told(done_bytes)
            waiting = []
    _learn(waiting, learn, report)
    report.bad.sort()
    return report


def _lines(raw: Iterable[bytes], report: Report) -> Iterator[tuple[int, bytes, InsightIn | None]]:
    seen = Counter[str]()
    for number, text in enumerate(raw, 1):
        stripped = text.removeprefix(_MARK).strip() if number == 1 else text.strip()
        if not stripped:
            continue
        report.lines += 1
        yield number, text, _read(number, stripped, seen, report)


def _read(number: int, text: bytes, seen: Counter[str], report: Report) -> InsightIn | None:
    try:
        given = orjson.loads(text)
        read = read_line(given)
    except orjson.JSONDecodeError as error:
        report.bad.append((number, f"no JSON: {error.msg}"))
        return None
    except Invalid as error:
        report.bad.append((number, error.message))
        return None
    return read if read.external_id else read.model_copy(update={"external_id": _mark(given, seen)})


def _mark(given: object, seen: Counter[str]) -> str:
    """Name a line without an id by what it says, so that the same file adds it once; twins in one file stay two."""
    mark = "line-" + hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    seen[mark] += 1
    return mark if seen[mark] == 1 else f"{mark}-{seen[mark]}"


def _learn(lines: Sequence[Line], learn: Learn, report: Report) -> None:
    """Learn a batch; when it is refused, halve it until the bad line stands alone."""
    if not lines:
        return
    try:
        added = learn([read for _, read in lines])
        report.added += added
        report.known += len(lines) - added
    except (Invalid, RefusedAsInvalid, TooLarge) as error:
        if len(lines) == 1:
            report.bad.append((lines[0][0], error.message))
            return
        middle = len(lines) // 2
        _learn(lines[:middle], learn, report)
        _learn(lines[middle:], learn, report)
