"""Read whole columns of a large table: the database packs many values into one, numpy unpacks them.

No object is made of a row, nor of a value that isn't a word. Measured on a million insights, that takes a third of the time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, DateTime, LargeBinary, String, case, cast, func, literal, select, type_coerce

from compoundry.columns import NEVER, Codes, Times, Words

Packing = Literal["word", "letter", "count", "flag", "share", "rough_share", "time"]
Told = Any  # an array; a list where words stay words

_LENGTH: Final = 26  # of a time, as SQLite keeps it
_ENDLESS: Final = "9999-12-31 23:59:59.999999"
_2000: Final = 946_684_800_000_000  # PostgreSQL counts microseconds from here
_BETWEEN: Final = "\x1e"  # words that hold it are read one by one
_NOTHING: Final = literal(b"", LargeBinary)


class Names:
    """Number the different words of a column, as they come."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def __call__(self, spoken: Sequence[str]) -> Codes:
        for word in sorted(set(spoken) - self._seen.keys()):
            self._seen[word] = len(self._seen)
        return np.fromiter(map(self._seen.__getitem__, spoken), np.int32, len(spoken))

    def words(self, codes: Codes) -> Words:
        """Return the column with its words in order."""
        return Words.ordered(codes, list(self._seen))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Ask for a column, and say what it holds: words, single letters, small counts, flags, shares or times.

    A rough share has the first fifteen digits only, as many as SQLite packs.
    `make` turns the words of a part into an array.
    """

    packing: Packing
    column: ColumnElement[Any]
    make: Callable[[list[str]], NDArray[Any]] | None = None

    def joined(self, parts: Sequence[Told]) -> Told:
        """Put the parts of the column together."""
        if self.packing == "word" and not self.make:
            return list(chain.from_iterable(parts))
        return np.concatenate(parts) if parts else self.made([]) if self.make else np.zeros(0, _TYPES[self.packing])

    def made(self, told: Told) -> Told:
        """Return what is to be made of a part."""
        return self.make(told) if self.make else told


@dataclass(frozen=True, slots=True)
class _Packed:
    """Know how a database packs a column, and how to unpack that; ValueError where a value is none."""

    ask: Callable[[ColumnElement[Any]], ColumnElement[Any]]
    unpack: Callable[[Any], Told]


def read(connection: Connection, wanted: Sequence[Wanted], where: Sequence[ColumnElement[bool]]) -> list[Told]:
    """Return the columns of the rows that are chosen, part by part (`scanning.parts_of`); the order of rows is the same in all."""
    parts = [_part(connection, wanted, mine) for mine in where]
    return [one.joined([told[n] for told in parts if len(told[n])]) for n, one in enumerate(wanted)]


def _part(connection: Connection, wanted: Sequence[Wanted], mine: ColumnElement[bool]) -> Sequence[Told]:
    packed = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    asked = [n for n, one in enumerate(wanted) if one.packing in packed]
    query = select(func.count(), *(packed[wanted[n].packing].ask(wanted[n].column) for n in asked)).where(mine)
    count, *told = connection.execute(query).one()
    found = {n: _unpacked(packed[wanted[n].packing], value, count) for n, value in zip(asked, told, strict=True)}
    return [one.made(found[n] if found.get(n) is not None else _one_by_one(connection, one, mine)) for n, one in enumerate(wanted)]


def _unpacked(packed: _Packed, value: Any, count: int) -> Told | None:
    """Unpack a column; None when it doesn't hold what it should."""
    try:
        told = packed.unpack(value)
    except ValueError:
        return None
    return told if len(told) == count else None


def _one_by_one(connection: Connection, wanted: Wanted, mine: ColumnElement[bool]) -> Told:
    """Read a column value by value."""
    column = type_coerce(wanted.column, String) if wanted.packing == "time" and connection.dialect.name == "sqlite" else wanted.column
    cursor: Any = connection.execute(select(column).where(mine)).cursor
    values = chain.from_iterable(cursor)
    if wanted.packing == "time":
        return np.array([_time(at) for at in values], np.int64)
    if wanted.packing == "word":
        return list(values)
    return np.fromiter(values, _TYPES[wanted.packing])


def _time(told: Any) -> int:
    """Read a time; `NEVER` for none, and for what is no time."""
    try:
        at = np.datetime64(told if told is not None else "NaT", "us")
    except ValueError:
        return NEVER
    return NEVER if np.isnat(at) else int(at.astype(np.int64))


def _bytes_of(type: str) -> Callable[[Any], Told]:
    return lambda packed: np.frombuffer(packed or b"", type).astype(type.replace(">", ""))


def _flags(packed: str | None) -> Told:
    return _letters(packed) == ord("1")


def _texts_of_times(packed: str | None) -> Times:
    read = np.frombuffer((packed or "").encode(), f"S{_LENGTH}").astype("datetime64[us]").astype(np.int64)
    return np.where(read == np.datetime64(_ENDLESS, "us").astype(np.int64), NEVER, read)


def _times_since_2000(packed: bytes | None) -> Times:
    read = np.frombuffer(packed or b"", ">i8").astype(np.int64)
    return np.where(read > NEVER - _2000, NEVER, read + _2000)


def _flag(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((column, "1"), else_="0")


def _endless(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(column, cast("infinity", DateTime(timezone=True)))


def _letters(packed: str | None) -> Told:
    return np.frombuffer((packed or "").encode(), np.uint8)


_TYPES: Final[Mapping[Packing, Any]] = {
    "letter": np.uint8, "count": np.int64, "flag": bool, "share": np.float64, "rough_share": np.float64, "time": np.int64,
}  # fmt: skip
_FLOATS: Final = _Packed(lambda c: func.string_agg(func.float8send(c), _NOTHING), _bytes_of(">f8"))
_SQLITE: Final[Mapping[Packing, _Packed]] = {
    "word": _Packed(func.json_group_array, lambda packed: orjson.loads(packed or "[]")),
    "count": _Packed(func.json_group_array, lambda packed: np.array(orjson.loads(packed or "[]"), np.int64)),
    "rough_share": _Packed(func.json_group_array, lambda packed: np.array(orjson.loads(packed or "[]"), np.float64)),
    "letter": _Packed(lambda c: func.group_concat(c, ""), _letters),
    "flag": _Packed(lambda c: func.group_concat(_flag(c), ""), _flags),
    "time": _Packed(lambda c: func.group_concat(func.coalesce(type_coerce(c, String), _ENDLESS), ""), _texts_of_times),
}  # no shares: SQLite spells fifteen digits of them only
_POSTGRESQL: Final[Mapping[Packing, _Packed]] = {
    "word": _Packed(lambda c: func.string_agg(c, _BETWEEN), lambda packed: [] if packed is None else packed.split(_BETWEEN)),
    "count": _Packed(lambda c: func.string_agg(func.int4send(c), _NOTHING), _bytes_of(">i4")),
    "letter": _Packed(lambda c: func.string_agg(c, ""), _letters),
    "flag": _Packed(lambda c: func.string_agg(_flag(c), ""), _flags),
    "share": _FLOATS,
    "rough_share": _FLOATS,
    "time": _Packed(lambda c: func.string_agg(func.timestamptz_send(_endless(c)), _NOTHING), _times_since_2000),
}
