"""Read what is said of a day from another one: yesterday, last week, in 3 days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from compoundry.text.lexicon import WITHIN
from compoundry.text.words import lemma, past

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS = {d: i for i, d in enumerate(_DAYS)} | {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4}
NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "couple": 2}
_SPANS = {"day": 1, "week": 7, "month": 30, "year": 365, "weekend": 7}
_SHORT = {"hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
_RATES = frozenset(["once", "twice", "time", "first", "last", "per", "every", "each", "always", "usually", "often", "typically"])
_COMING = frozenset(["will", "shall", "going"])


def relative(words: Sequence[str], at: int, today: date) -> tuple[str, int] | None:
    """Read `yesterday`, `last week`, `next Friday`, `two days ago`; return the token and the place after it.

    >>> relative("two days ago".split(), 0, date(2023, 5, 9)), relative("next week".split(), 0, date(2023, 5, 9))
    (('@2023-05-07', 3), ('@2023-W20', 2))
    """
    low = [w.lower().removesuffix("s") for w in words[at : at + 4]] + [""] * 4
    if low[0] in NEAR:
        return _at(today + timedelta(NEAR[low[0]])), at + 1
    if low[0] in ("last", "next", "thi") and low[1] in _SPANS:
        return _step({"last": -1, "next": 1, "thi": 0}[low[0]], low[1], today), at + 2
    if low[0] in ("last", "next", "thi") and low[1] in WEEKDAYS:
        return _weekday(low[0], WEEKDAYS[low[1]], today), at + 2
    if low[0] == "the" and low[1] in ("day", "week") and low[2] in ("before", "after"):
        return None
    skip = 1 if low[1] == "of" else 0
    count = _count(low[0])
    if count and low[1 + skip] in _SPANS and low[2 + skip] == "ago":
        return _step(-count, low[1 + skip], today), at + 3 + skip
    return None


def ahead(words: Sequence[str], at: int, observed_at: datetime) -> tuple[str, int] | None:
    """Read `in 3 days` and `3 days from now` from the day of observation; how long something takes is no date."""
    led = words[at] in ("in", "In")
    if not led and "from" not in words[at + 2 : at + 4]:
        return None
    low = [w.lower().removesuffix("s") for w in words[at : at + 5]] + [""] * 5
    skip = 1 if low[1 + led] == "of" else 0
    count = _count(low[led])
    span = low[1 + led + skip]
    end = 2 + led + skip
    now = low[end] == "from" and low[end + 1] in ("now", "today")
    if not count or (span not in _SPANS and span not in _SHORT) or not (led or now) or low[end] == "of":
        return None
    if led and not now and _lasts(words, count):
        return None
    end += 2 if now else low[end] == "time"
    if span in _SHORT:  # to the second of the telling would be too exact
        return f"@{observed_at.date()}-in{count * _SHORT[span] // timedelta(seconds=1)}s", at + end
    today = observed_at.date()
    if span == "month":  # in a month is a day of its own, and not all of the next one
        return week(today + timedelta(round(30.4 * count))), at + end
    return (f"@{today.year + count}-{today.month:02}" if span == "year" else _step(count, span, today)), at + end


def _count(low: str) -> int:
    return int(low) if low.isdecimal() and len(low) < 4 else COUNTS.get(low, 0)


def _lasts(words: Sequence[str], count: int) -> bool:
    """Tell whether `in 3 days` says how long something takes: finished in 3 days, pays in 30 days, 5 books in a month."""
    low = {w.lower() for w in words}
    if any(map(past, words)) or not _RATES.isdisjoint(low) or (count == 1 and any(w[0].isdigit() for w in words)):
        return True
    return _COMING.isdisjoint(low) and not WITHIN.isdisjoint(map(lemma, words))


def week(day: date) -> str:
    """Return the token of the week that a day is in."""
    year, number, _ = day.isocalendar()
    return f"@{year}-W{number:02}"


def _step(count: int, span: str, today: date) -> str:
    if span == "day":
        return _at(today + timedelta(count))
    if span == "year":
        return f"@{today.year + count}"
    if span == "month":
        months = today.year * 12 + today.month - 1 + count
        return f"@{months // 12}-{months % 12 + 1:02}"
    meant = week(today + timedelta(7 * count))
    return meant if span == "week" else f"{meant}-end"


def _weekday(which: str, weekday: int, today: date) -> str:
    until = (weekday - today.weekday()) % 7
    if which == "last":
        return _at(today - timedelta((today.weekday() - weekday) % 7 or 7))
    return _at(today + timedelta(until or (7 if which == "next" else 0)))


def _at(day: date) -> str:
    return f"@{day.isoformat()}"
