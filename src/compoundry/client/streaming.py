"""Read Server-Sent Events (WHATWG HTML, 9.2), line by line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Event:
    """Hold one event of a stream: its type, its id to resume from, and its data."""

    type: str
    id: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Lines:
    """Cut bytes into lines at newlines only; text may hold other characters that Python takes for the end of a line."""

    _rest: bytes = b""

    def take(self, chunk: bytes) -> list[bytes]:
        """Take bytes; return the lines that they end, without their ends."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        return [line.removesuffix(b"\r") for line in whole]


@dataclass(slots=True)
class Reader:
    """Put lines together to events; `last_id` is what to resume from, `retry_s` how long the server wants one to wait."""

    last_id: str = ""
    retry_s: float = 1.0
    _type: str = "message"
    _data: list[str] = field(default_factory=list)

    def take(self, line: str) -> Event | None:
        """Take one line without its end; return an event when the line ends one.

        >>> reader = Reader()
        >>> [reader.take(line) for line in ("id: 0-7", "event: run.completed", 'data: {"a": 1}', "")][-1]
        Event(type='run.completed', id='0-7', data={'a': 1})
        """
        if not line:
            return self._end()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                self._type = value
            case "data":
                self._data.append(value)
            case "id" if "\0" not in value:
                self.last_id = value
            case "retry" if value.isdecimal():
                self.retry_s = int(value) / 1_000
        return None

    def events(self, lines: Iterable[bytes]) -> Iterator[Event]:
        """Take lines, and give the events that they end."""
        for line in lines:
            if event := self.take(line.decode("utf-8", "replace")):
                yield event

    def _end(self) -> Event | None:
        kind, told = self._type, self._data
        self._type, self._data = "message", []
        return Event(kind, self.last_id, orjson.loads("\n".join(told))) if told else None
