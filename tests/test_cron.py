"""Schedules keep their time when clocks change: nothing comes twice, nothing is left out."""

from datetime import UTC, datetime, timedelta

import pytest

from compoundry import cron
from compoundry.errors import Invalid


def times(expression: str, zone: str, start: str, count: int) -> list[str]:
    at, found = datetime.fromisoformat(start).replace(tzinfo=UTC), []
    for _ in range(count):
        at = cron.following(expression, zone, at)
        found.append(at.strftime("%d %H:%M"))
    return found


def test_a_time_that_the_day_skips_comes_right_after_the_gap() -> None:
    assert times("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", 2) == ["29 01:00", "30 00:30"]


def test_a_time_that_the_day_has_twice_comes_once() -> None:
    assert times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", 2) == ["25 00:30", "26 01:30"]


@pytest.mark.parametrize("start", ["2026-03-29T00:00", "2026-10-25T00:00"])
def test_what_comes_by_the_hour_comes_every_real_hour(start: str) -> None:
    assert times("0 * * * *", "Europe/Berlin", start, 4) == [f"{start[8:10]} {hour:02}:00" for hour in (1, 2, 3, 4)]


def test_the_next_time_is_always_later() -> None:
    at = datetime(2026, 10, 24, 20, tzinfo=UTC)
    for _ in range(200):
        following = cron.following("*/15 * * * *", "America/New_York", at)
        assert timedelta() < following - at <= timedelta(minutes=15)
        at = following


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("", "UTC"), ("* * * *", "UTC"), ("* * * * * *", "UTC"), ("61 * * * *", "UTC"), ("0 0 30 2 *", "UTC"), ("0 0 * * MOO", "UTC"),
        ("@daily", "UTC"), ("* " * 60, "UTC"), ("0 0 31 4 *", "Europe/Berlin"), ("0 3 * * *", "Mars/Olympus"),
        ("0 3 * * *", "../etc/passwd"),
        ("0 3 * * *", ""), ("0 3 * * *", "Europe"), ("*/0 * * * *", "UTC"), ("1-0 * * * *", "UTC"), ("é * * * *", "UTC"),
    ],
)  # fmt: skip
def test_what_never_comes_is_refused(expression: str, zone: str) -> None:
    with pytest.raises(Invalid):
        cron.following(expression, zone, datetime(2026, 1, 1, tzinfo=UTC))
