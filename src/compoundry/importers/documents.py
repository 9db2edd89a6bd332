"""Find the records of a JSON file, one a line or in lists, without reading it as a whole.

What is broken spoils only its own record: a list that was cut off still gives all records before the cut.
"""

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from compoundry.importers.kinds import Bad, Record

Buffer = bytes | mmap.mmap

_MARK = b"\xef\xbb\xbf"
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_LOOKED_AT, _BLANK = 20, 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """Hold a record, the name of the list it stood in, its line, and where it ended."""

    number: int
    end: int
    within: str
    record: Record | Bad


def found(raw: Buffer) -> Iterator[Found]:
    """Give the records of a file of JSON lines, or of a JSON document."""
    if bytes(raw[:_BLANK]).strip() or len(raw) > _BLANK:
        yield from (_lines(raw) if by_line(raw) else _document(raw))


def by_line(raw: Buffer) -> bool:
    """Tell whether a file has a JSON object on each line.

    >>> by_line(b'{"a": 1}\\n{"a": 2}'), by_line(b'[{"a": 1}]'), by_line(b'{"results": [{"a": 1}]}')
    (True, False, False)
    """
    head = [line.strip() for line in bytes(raw[:1_000_000]).removeprefix(_MARK).splitlines() if line.strip()][:_LOOKED_AT]
    read = [_read(line) for line in head]
    if len(read) == 1 and isinstance(read[0], dict) and any(_holds_records(value) for value in read[0].values()):
        return _holds_text(read[0])
    objects = sum(isinstance(one, dict) for one in read)
    return objects * 2 > len(head) or (objects > 0 and not head[0].startswith(b"["))


def _lines(raw: Buffer) -> Iterator[Found]:
    start, number = 0, 0
    while start < len(raw):
        newline = raw.find(b"\n", start)
        end = len(raw) if newline < 0 else newline + 1
        number += 1
        line = bytes(raw[start:end]).removeprefix(_MARK).strip()
        start = end
        if line:
            yield Found(number, end, "", _record(line))


def _document(raw: Buffer) -> Iterator[Found]:
    """Walk through the brackets: objects in the outermost list, or in the lists of the outermost object, are records."""
    depth, name, within, start, line, counted, any_found = [b""], "", "", 0, 1, 0, False
    for token in _TOKEN.finditer(raw):
        sign = token.group()
        if sign[0:1] == b'"':
            name = sign[1:-1].decode("utf-8", "replace") if depth[-1] == b"{" and len(depth) == 2 else name
        elif sign in b"[{":
            if sign == b"[" and len(depth) <= 2:
                within = name if len(depth) == 2 else ""
            if sign == b"{" and depth[-1] == b"[" and len(depth) <= 3:
                start = token.start()
            depth.append(sign)
        elif len(depth) > 1:
            opened = depth.pop()
            if opened == b"{" and depth[-1] == b"[" and len(depth) <= 3:
                line, counted, any_found = line + bytes(raw[counted:start]).count(b"\n"), start, True
                yield Found(line, token.end(), within, _record(bytes(raw[start : token.end()])))
    if len(depth) > 1:
        yield Found(line + bytes(raw[counted:]).count(b"\n"), len(raw), "", Bad("the file ends in the middle of this record"))
    elif not any_found:
        yield Found(1, len(raw), "", _record(bytes(raw).removeprefix(_MARK)))


def _record(text: bytes) -> Record | Bad:
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Bad("has bytes that aren't UTF-8" if "UTF-8" in error.msg else f"no JSON: {error.msg}")
    return read if isinstance(read, dict) else Bad("a line must be a JSON object with at least a content")


def _read(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _holds_text(record: Record) -> bool:
    """Tell whether a single object is a record itself, and not the answer of an API around a list of them."""
    return any(isinstance(record.get(name), str) for name in ("content", "memory", "text", "fact"))
