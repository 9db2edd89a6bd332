"""Decide what follows from a receiver's answer: delivered, again later, or never again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from compoundry.hooks.posting import Reply

Verdict = Literal["delivered", "again", "dead", "gone"]

_LONGEST = timedelta(days=1)
_GONE = 410


def verdict(reply: Reply, attempts: int, pauses_s: Sequence[float]) -> Verdict:
    """Say what a reply to the given attempt (from 1 on) means.

    >>> [verdict(Reply(status, ""), 1, (5.0,)) for status in (204, 302, 410, 0)], verdict(Reply(500, ""), 2, (5.0,))
    (['delivered', 'again', 'gone', 'again'], 'dead')
    """
    if 200 <= reply.status < 300:
        return "delivered"
    if reply.status == _GONE:
        return "gone"
    return "again" if attempts <= len(pauses_s) else "dead"


def next_at(reply: Reply, attempts: int, now: datetime, pauses_s: Sequence[float], *, spread: float) -> datetime:
    """Return when to try again: by the schedule, up to a fifth later by `spread` (0 to 1), and not before the receiver said."""
    planned = now + timedelta(seconds=pauses_s[attempts - 1] * (1 + spread / 5))
    return min(max(planned, asked(reply.retry_after, now)), max(planned, now + _LONGEST))


def asked(retry_after: str, now: datetime) -> datetime:
    """Read Retry-After, in seconds or as a date; what can't be read asks for nothing.

    >>> asked("120", datetime(2026, 1, 1, tzinfo=UTC)).isoformat()
    '2026-01-01T00:02:00+00:00'
    """
    if retry_after.isascii() and retry_after.isdecimal():
        return now + timedelta(seconds=min(int(retry_after[:9]), _LONGEST.total_seconds()))
    try:
        at = parsedate_to_datetime(retry_after)
    except (TypeError, ValueError):
        return now
    return at if at.tzinfo else at.replace(tzinfo=UTC)
