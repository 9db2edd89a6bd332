"""Turn what came back over the wire into a value or an error."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from compoundry.client.calls import Call
from compoundry.client.errors import Refused, ServerBroken, refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold a response without the library that fetched it; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def read(call: Call[T], answer: Answer) -> T:
    """Return what the call asked for, or raise what the server said."""
    if answer.status >= 300:
        raise error(answer)
    try:
        if call.accept in ("text/markdown", "text/html"):
            return call.read(answer.content.decode())
        return call.read(json.loads(answer.content) if answer.content else {})
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        message = f"the answer to {call.method} {call.path} can't be read ({wrong!r}); is this a Compoundry server?"
        raise ServerBroken(answer.status, message) from wrong


def error(answer: Answer) -> Refused:
    """Return the error that an answer says; proxies that answer in HTML are understood too."""
    body = _object(answer.content)
    message = str(body.get("message") or f"the server answered with status {answer.status}")
    return refused(answer.status, message, body=body, retry_after_s=retry_after_s(answer.headers.get("retry-after")))


def retry_after_s(header: str | None, now: datetime | None = None) -> float | None:
    """Read `Retry-After`, seconds or a date.

    >>> retry_after_s("3"), retry_after_s(None), retry_after_s("soon")
    (3.0, None, None)
    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
