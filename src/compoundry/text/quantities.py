"""Read quantities: 200, two hundred and 0.2k are one number; 5 km and 5 miles are two."""

import re
from collections.abc import Sequence
from functools import lru_cache

from compoundry.text.lexicon import rows

_ONES, _TENS, _ORDINAL_WORDS = rows("numbers")
_SMALL = {w: float(i) for i, w in enumerate(_ONES)} | {w: 20.0 + 10 * i for i, w in enumerate(_TENS)}
_LARGE = {"hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_ORDINALS = {w: str(i + 1) for i, w in enumerate(_ORDINAL_WORDS)}
_UNITS = {name: (float(row[0]), row[1]) for row in rows("units") for name in row[2:]}
_OVER = {"over": ">", "above": ">", "exceeding": ">", "under": "<", "below": "<", "minimum": ">=", "maximum": "<="}
_THAN = {"more": ">", "greater": ">", "higher": ">", "less": "<", "fewer": "<", "lower": "<"}
_AT = {"least": ">=", "most": "<="}
_ABOUT = frozenset(["about", "around", "approximately", "roughly", "nearly", "almost", "circa", "some"])
_BEGINNINGS = {*_SMALL, "dozen", "hundred", *_OVER, *_THAN, *_ABOUT, "at", "up", "between", "from"}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)*$")


def fold(words: Sequence[str]) -> list[str]:
    """Replace each quantity by one token that begins with `#`: value, unit, and how it is bounded.

    >>> fold("Dana has two hundred employees".split()) == fold("Dana has 0.2 k employees".split())
    True
    >>> fold("paid $ 5 million".split()), fold("runs 5 kilometers".split()), fold("at least 3 to 5 %".split())
    (['paid', '#5000000usd'], ['runs', '#5000m'], ['#>=3~5%'])
    >>> fold("reduced from 20 to 12 %".split())
    ['reduced', '#20', 'to', '#12%']
    """
    made: list[str] = []
    at = 0
    while at < len(words):
        found = _quantity(words, at) if _may_begin(words[at]) else None
        if found is None:
            made.append(words[at])
            at += 1
        else:
            token, at = found
            made.append(token)
    return made


@lru_cache(maxsize=65536)
def _may_begin(word: str) -> bool:
    """Tell whether a quantity can begin with this word."""
    low = word.lower()
    return low[0] in "+$€£¥" or bool(_NUMBER.match(low)) or low in _BEGINNINGS


def quantities(tokens: Sequence[str]) -> tuple[str, ...]:
    """List the quantities among folded tokens, sorted.

    >>> quantities(fold("3 cats and 12 % of 40 dogs".split()))
    ('#12%', '#3', '#40')
    """
    return tuple(sorted(t for t in tokens if t.startswith("#")))


def _quantity(words: Sequence[str], start: int) -> tuple[str, int] | None:
    if words[start][0] == "+" and words[start][1:].isdigit():  # a phone number
        return f"#{words[start]}", start + 1
    bound, at = _bound(words, start)
    money = ""
    if at < len(words) and words[at] in "$€£¥":
        money, at = _UNITS[words[at]][1], at + 1
    first = _number(words, at)
    if first is None:
        return None
    value, at = first
    joint = words[at].lower() if at < len(words) else ""
    ranged = joint in ("to", "-") or (joint == "and" and words[start].lower() == "between")
    upper = _number(words, at + 1) if ranged else None
    if upper and joint == "to" and upper[0] < value:  # from 20 to 12 is a way down, no range
        upper = None
    at = upper[1] if upper else at
    factor, unit, at = _unit(words, at, money)
    spelled = _spelled(value * factor) + (f"~{_spelled(upper[0] * factor)}" if upper else "")
    return f"#{bound}{spelled}{unit}", at


def _bound(words: Sequence[str], at: int) -> tuple[str, int]:
    low = [w.lower() for w in words[at : at + 2]] + ["", ""]
    if low[0] in _THAN and low[1] == "than":
        return _THAN[low[0]], at + 2
    if low[0] == "at" and low[1] in _AT:
        return _AT[low[1]], at + 2
    if low[0] == "up" and low[1] == "to":
        return "<=", at + 2
    if low[0] in _OVER:
        return _OVER[low[0]], at + 1
    if low[0] in _ABOUT:
        return "≈", at + 1
    return ("", at + 1) if low[0] in ("between", "from") and _number(words, at + 1) else ("", at)


def _number(words: Sequence[str], at: int) -> tuple[float, int] | None:
    """Read the number that begins here, in digits or words, and say where it ends."""
    start, total, current = at, 0.0, 0.0
    while at < len(words):
        low = words[at].lower()
        if _NUMBER.match(low) and at == start and low.count(".") < 2:
            current = float(low.replace(",", ""))
        elif low == "dozen":
            current = max(current, 1) * 12
        elif low in _SMALL and (at > start or low != "one" or _followed(words, at)):
            current += _SMALL[low]
        elif low == "hundred":
            current = (current or 1) * 100
        elif low in _LARGE and at > start:
            total, current = total + (current or 1) * _LARGE[low], 0.0
        elif not (low == "and" and at > start and _joins(words, at)):
            break
        at += 1
    return (total + current, at) if at > start else None


def _joins(words: Sequence[str], at: int) -> bool:
    """Tell the `and` of two hundred and five."""
    return words[at - 1].lower() in _LARGE and at + 1 < len(words) and words[at + 1].lower() in _SMALL


def _followed(words: Sequence[str], at: int) -> bool:
    """Tell a counted `one` from the pronoun: it is counted before a large number or a unit."""
    following = words[at + 1].lower() if at + 1 < len(words) else ""
    return following in _LARGE or following.rstrip("s") in _UNITS


def _unit(words: Sequence[str], at: int, money: str) -> tuple[float, str, int]:
    low = words[at].lower() if at < len(words) else ""
    factor, unit = _UNITS.get(low) or _UNITS.get(low.removesuffix("s")) or (1.0, "")
    if money:
        return 1.0, money, at + (unit == money)
    return factor, unit, at + bool(unit)


def _spelled(value: float) -> str:
    return f"{value:.10g}" if value < 1e10 else f"{value:.0f}"


def ordinal(word: str) -> str:
    """Read an ordinal as its number, or return nothing.

    >>> ordinal("third"), ordinal("21st"), ordinal("thing")
    ('3', '21', '')
    """
    low = word.lower()
    found = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", low)
    return found.group(1) if found else _ORDINALS.get(low, "")
