"""Read durations and times as they stand in a query."""

import re
from datetime import datetime, timedelta

from compoundry.errors import Invalid

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LAST_YEAR = 9999
_MOST_S = 100 * 365 * 86_400
_PART = re.compile(r"(\d{1,9})([smhdw])", re.ASCII)


def duration(text: str) -> timedelta:
    """Read `30m`, `2h`, `1h30m`, `1d`; raise Invalid for anything else.

    >>> duration("1h30m")
    datetime.timedelta(seconds=5400)
    """
    parts = _PART.findall(text)
    if not parts or "".join(n + unit for n, unit in parts) != text:
        raise Invalid(f"last: {text[:40]!r} is no duration; write it like 30m, 2h, 1h30m or 1d")
    seconds = sum(int(n) * _UNITS[unit] for n, unit in parts)
    if not 0 < seconds <= _MOST_S:
        raise Invalid("last: must be longer than nothing and shorter than a century")
    return timedelta(seconds=seconds)


def moment(name: str, text: str | None) -> datetime | None:
    """Read an RFC 3339 time with its offset; raise Invalid for anything else.

    A plus sign that arrived as a space, as it does from clients that don't escape it, is understood.

    >>> moment("from", "2026-01-31T09:00:00Z").isoformat()
    '2026-01-31T09:00:00+00:00'
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(re.sub(r" (\d\d:\d\d)$", r"+\1", text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or "T" not in text.upper() or not 1 < found.year < _LAST_YEAR:
        raise Invalid(f"{name}: {text[:40]!r} is no time; write it like 2026-01-31T09:00:00Z")
    return found
