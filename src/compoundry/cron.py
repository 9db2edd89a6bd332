"""Say when a schedule is due: five fields of cron, in a time zone.

When clocks change, times are kept as Debian's cron keeps them: a time that a day skips comes right after the gap,
a time that a day has twice comes once, and what repeats within an hour or by the hour goes on in real time.
"""

from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from compoundry.errors import Invalid

_FIELDS = 5
_LONGEST = 100


def following(expression: str, time_zone: str, after: datetime) -> datetime:
    """Return the first time after another one at which the expression holds, in UTC.

    Raises Invalid for an expression that can't be read or never holds, and for a time zone that doesn't exist.

    >>> following("30 9 * * MON", "Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC)).isoformat()
    '2026-03-30T07:30:00+00:00'
    """
    zone = _zone(time_zone)
    if len(expression.split()) != _FIELDS or len(expression) > _LONGEST:
        raise Invalid(f"cron: {expression[:_LONGEST]!r} must have five fields: minute hour day month weekday, like '0 3 * * *'")
    try:
        return next(CronSim(expression, after.astimezone(zone))).astimezone(UTC)
    except CronSimError as error:
        raise Invalid(f"cron: {expression!r} can't be read: {str(error).lower()}") from None
    except StopIteration:
        raise Invalid(f"cron: {expression!r} never comes") from None


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    if name not in _known():
        raise Invalid(f"time_zone: there is no {name[:_LONGEST]!r}; name one like Europe/Berlin or UTC")
    return ZoneInfo(name)


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
