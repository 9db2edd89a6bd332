"""Describe a call as a value: method, path, body, and how its answer is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from compoundry.client.nouns import Body

T = TypeVar("T")


PATH = "/api/developers/v1"


PAGE = 100


SLOW_S = 300.0


Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """Ask a server something.

    `repeatable` calls may be sent again when nobody knows whether they arrived: reading ones, and writing
    ones that carry `idempotency_key`.
    """

    method: str
    path: str
    read: Callable[[Any], T]
    query: Given = field(default_factory=dict)
    body: Any = None
    content: bytes | None = None
    idempotency_key: str | None = None
    if_match: int | None = None
    accept: str = "application/json"
    timeout_s: float = 0.0

    @property
    def repeatable(self) -> bool:
        return self.method == "GET" or self.idempotency_key is not None

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that belong to this call."""
        known = {"Idempotency-Key": self.idempotency_key, "If-Match": None if self.if_match is None else f'"{self.if_match}"'}
        return {"Accept": self.accept, **{name: value for name, value in known.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Hold one page of a list; `next` asks for the one after it."""

    found: tuple[T, ...]
    next: "Call[Page[T]] | None"


def listed(path: str, read: Callable[[Body], T], query: Given) -> Call[Page[T]]:
    def page(body: Body) -> Page[T]:
        cursor = body.get("next_cursor")
        following = None if cursor is None else listed(path, read, {**query, "cursor": cursor})
        return Page(each(read, body["data"]), following)

    return Call("GET", path, page, query=present(query))


def each(read: Callable[[Body], T], found: Sequence[Body]) -> tuple[T, ...]:
    return tuple(read(one) for one in found)


def quoted(id: str) -> str:
    """Make an id one part of a path, whatever it holds.

    >>> quoted("../keys")
    '..%2Fkeys'
    """
    return quote(id, safe="") or "-"


def present(query: Given) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def spelled(at: datetime | str | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if isinstance(at, datetime) else at


def nothing(body: Any) -> None:
    return None
