"""Read dates and times."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from compoundry.text.relative_dates import COUNTS, NEAR, ahead, relative, week

_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
MONTHS = {m: i + 1 for i, m in enumerate(_MONTHS)} | {m[:3]: i + 1 for i, m in enumerate(_MONTHS) if m != "may"} | {"sept": 9}
_STARTS = MONTHS.keys() | NEAR.keys() | COUNTS.keys() | {"last", "next", "this"}
_SLASHED = re.compile(r"(\d\d?)([/.-])(\d\d?)\2((?:19|20)\d\d)|(\d\d?)/(\d\d?)/(\d\d)")
_BEFORE_DATE = frozenset(["on", "in", "at", "during", "since", "until", "by", "of", "from"])


def fold(words: Sequence[str], observed_at: datetime) -> list[str]:
    """Replace each date by one token that begins with `@`, as exact as the words are.

    >>> day = datetime(2023, 5, 9)
    >>> fold("met on 7 May 2023".split(), day), fold("met on May 7".split(), day), fold("met two days ago".split(), day)
    (['met', 'on', '@2023-05-07'], ['met', 'on', '@2023-05-07'], ['met', '@2023-05-07'])
    >>> fold("moves next month at 3 pm".split(), day), fold("It may rain".split(), day)
    (['moves', '@2023-06', 'at', '@t15:00'], ['It', 'may', 'rain'])
    >>> fold("leaves in 3 days".split(), day), fold("finished in 3 days".split(), day), fold("left on 25/4/2023 or 3/4/2023".split(), day)
    (['leaves', '@2023-05-12'], ['finished', 'in', '3', 'days'], ['left', 'on', '@2023-04-25', 'or', '@3/4/2023'])
    """
    made: list[str] = []
    at = 0
    today = observed_at.date()
    while at < len(words):
        found = None
        if words[at] in ("in", "In"):
            found = ahead(words, at, observed_at) if at + 1 < len(words) and _counts(words[at + 1]) else None
        elif _may_begin(words[at]):
            found = _date(words, at, today) or relative(words, at, today) or ahead(words, at, observed_at) or _time(words, at)
        if found is None:
            made.append(words[at])
            at += 1
        else:
            token, at = found
            made.append(token)
    return made


@lru_cache(maxsize=65536)
def _may_begin(word: str) -> bool:
    """Tell whether a date can begin with this word."""
    low = word.lower()
    return low[0].isdigit() or low.removesuffix("s") in _STARTS or low in _STARTS


@lru_cache(maxsize=65536)
def _counts(word: str) -> bool:
    """Tell whether a word counts days: 3, a, two."""
    return word[0].isdigit() or word.lower() in COUNTS


def dates(tokens: Sequence[str]) -> tuple[str, ...]:
    """List the dates among folded tokens, sorted."""
    return tuple(sorted(t for t in tokens if t.startswith("@")))


def agree(one: str, other: str) -> bool:
    """Tell whether two dates can be the same, one being less exact than the other.

    >>> agree("@2023-05", "@2023-05-07"), agree("@2023-W18", "@2023-05-05"), agree("@2023-05-07", "@2023-05-08")
    (True, True, False)
    >>> agree("@2023-W18", "@2023-05"), agree("@2023-W18", "@2023-06")
    (True, False)
    >>> agree("@3/4/2023", "@2023-04-03"), agree("@3/4/2023", "@4/3/2023"), agree("@3/4/2023", "@2023-03-05")
    (True, True, False)
    >>> agree("@2023-W18", "@2023-04-31")
    False
    """
    if "/" in one or "/" in other:
        return any(agree(x, y) for x in _readings(one) for y in _readings(other))
    if one == other or one.startswith(other + "-") or other.startswith(one + "-"):
        return True
    weekly, day = (one, other) if "W" in one else (other, one)
    if "W" in weekly and len(day) == 8 and "W" not in day:
        return day in {f"@{date.fromisocalendar(int(weekly[1:5]), int(weekly[7:9]), n):%Y-%m}" for n in (1, 7)}
    return "W" in weekly and len(day) == 11 and _week_of(day) == weekly


def _week_of(day: str) -> str:
    """Return the week of a day; nothing where there is no such day."""
    try:
        return week(date.fromisoformat(day[1:]))
    except ValueError:
        return ""


def _readings(token: str) -> list[str]:
    """List the days that a date means which may begin with the day or with the month."""
    if "/" not in token:
        return [token]
    one, other, year = (int(part) for part in token[1:].split("/"))
    return [_made(year, one, other), _made(year, other, one)]


def _slashed(word: str) -> str:
    """Read 25/4/2026; a date that may begin with the day or with the month stays as it is written.

    >>> _slashed("25/4/2026"), _slashed("4/25/26"), _slashed("4.4.2026"), _slashed("3/4/2026"), _slashed("2/30/2026")
    ('@2026-04-25', '@2026-04-25', '@2026-04-04', '@3/4/2026', '')
    """
    found = _SLASHED.fullmatch(word)
    if not found:
        return ""
    one, other = int(found[1] or found[5]), int(found[3] or found[6])
    year = int(found[4]) if found[4] else 2000 + int(found[7])
    low, high = sorted((one, other))
    if not 1 <= low <= 12 or not high <= 31:
        return ""
    if high <= 12 and low != high:
        return f"@{one}/{other}/{year}"
    return _made(year, low, high) if high <= monthrange(year, low)[1] else ""


def _date(words: Sequence[str], at: int, today: date) -> tuple[str, int] | None:
    word = words[at]
    if re.fullmatch(r"(19|20)\d\d[-/]\d\d?[-/]\d\d?", word):
        return _made(*(int(p) for p in re.split("[-/]", word))), at + 1
    if word[0].isdigit() and (told := _slashed(word)):
        return told, at + 1
    month = MONTHS.get(word.lower()) if word[:1].isupper() else None
    if month and not (word in ("May", "March") and not _dated(words, at)):
        day, after = _day_number(words, at + 1)
        year, end = _year(words, after)
        year = year or _nearest(month, day or 15, today)
        return (_made(year, month, day) if day else f"@{year}-{month:02}"), end
    day, after = _day_number(words, at)
    if day and after < len(words) and words[after].lower() == "of":
        after += 1
    if day and after < len(words) and words[after][:1].isupper() and (month := MONTHS.get(words[after].lower())):
        year, end = _year(words, after + 1)
        return _made(year or _nearest(month, day, today), month, day), end
    if re.fullmatch(r"(19|20)\d\d", word) and at and words[at - 1].lower() in _BEFORE_DATE:
        return f"@{word}", at + 1
    return None


def _time(words: Sequence[str], at: int) -> tuple[str, int] | None:
    found = re.fullmatch(r"(\d\d?)(?::(\d\d))?", words[at])
    if not found:
        return None
    hour, minute = int(found.group(1)), int(found.group(2) or 0)
    half = words[at + 1].lower().replace(".", "") if at + 1 < len(words) else ""
    if half in ("am", "pm") and 1 <= hour <= 12:
        return f"@t{hour % 12 + 12 * (half == 'pm'):02}:{minute:02}", at + 2
    if half == "oclock" or found.group(2):
        return f"@t{hour:02}:{minute:02}", at + 1 + (half == "oclock")
    return None


def _dated(words: Sequence[str], at: int) -> bool:
    """Tell the months May and March from the verbs: they follow a small word or have a number beside them."""
    beside = [words[at - 1].lower()] if at else []
    return any(w in _BEFORE_DATE or w[0].isdigit() for w in beside) or (at + 1 < len(words) and words[at + 1][0].isdigit())


def _day_number(words: Sequence[str], at: int) -> tuple[int, int]:
    if at >= len(words):
        return 0, at
    found = re.fullmatch(r"(\d\d?)", words[at])
    if not found or not 1 <= int(found.group(1)) <= 31:
        return 0, at
    suffixed = at + 1 < len(words) and words[at + 1].lower() in ("st", "nd", "rd", "th")
    return int(found.group(1)), at + 1 + suffixed


def _year(words: Sequence[str], at: int) -> tuple[int, int]:
    after = at + 1 if at < len(words) and words[at] in (",", "of") else at
    if after < len(words) and re.fullmatch(r"(19|20)\d\d", words[after]):
        return int(words[after]), after + 1
    return 0, at


def _nearest(month: int, day: int, today: date) -> int:
    return min((today.year + y for y in (-1, 0, 1)), key=lambda y: abs((_safe(y, month, day or 15) - today).days))


def _safe(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, min(max(month, 1), 12), 28)


def _made(year: int, month: int, day: int) -> str:
    return f"@{year}-{month:02}-{day:02}"
