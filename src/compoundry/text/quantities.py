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
_SIGNS = {">": ">", ">=": ">=", "<": "<", "<=": "<=", "~": "≈", "±": "±", "!=": "≠"}
_ABOUT = frozenset(["about", "around", "approximately", "roughly", "nearly", "almost", "circa", "some"])
_BEGINNINGS = {*_SMALL, "dozen", "hundred", *_OVER, *_THAN, *_SIGNS, *_ABOUT, "at", "up", "between", "from", "-", "minus", "plus"}
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d+)*\+?$")
_SPAN = re.compile(r"([1-9][\d.,]*|0(?:\.\d+)?)-([1-9][\d.,]*)")
_LEADING_ZERO = re.compile(r"0\d")
_TRAILING_ZERO = re.compile(r"[\d,]+\.\d*0")
_THOUSANDS_OR_PARTS = re.compile(r"[1-9]\d{0,2}\.\d{3}")  # 5.000 is five here, and five thousand there
_DIGITS = 14  # a float holds so many


def fold(words: Sequence[str]) -> list[str]:
    """Replace each quantity by one token that begins with `#`: value, unit, and how it is bounded.

    >>> fold("Dana has two hundred employees".split()) == fold("Dana has 0.2 k employees".split())
    True
    >>> fold("paid $ 5 million".split()), fold("runs 5 kilometers".split()), fold("at least 3 to 5 %".split())
    (['paid', '#5000000usd'], ['runs', '#5000m'], ['#>=3~5%'])
    >>> fold("reduced from 20 to 12 %".split()), fold("takes 10-20 days".split()) == fold("takes 10 to 20 days".split())
    (['reduced', '#20', 'to', '#12%'], True)
    >>> fold("- 5 C".split()), fold("minus $ 5".split()), fold("> 5".split()), fold("200+ cats".split())
    (['#-5', 'C'], ['#-5usd'], ['#>5'], ['#>=200', 'cats'])
    >>> fold("Python 3.10".split()), fold("$ 3.10".split()), fold("code 0042".split()), fold("3,5 %".split())
    (['Python', '#3.10'], ['#3.1usd'], ['code', '#0042'], ['3,5', '%'])
    """
    made: list[str] = []
    at = 0
    if "-" in " ".join(words):
        words = [part for word in words for part in _span(word)]
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


@lru_cache(maxsize=65536)
def _span(word: str) -> tuple[str, ...]:
    """Take a span apart that leads up: 10-20, but neither a phone number nor 3-2.

    >>> _span("10-20"), _span("3-2"), _span("070-123"), _span("pre")
    (('10', 'to', '20'), ('3-2',), ('070-123',), ('pre',))
    """
    found = _SPAN.fullmatch(word) if "-" in word else None
    if not found or not (_NUMBER.match(found[1]) and _NUMBER.match(found[2])) or word.count(".") > 2:
        return (word,)
    low, high = _number(found.groups(), 0), _number(found.groups(), 1)
    return (found[1], "to", found[2]) if low and high and low[0] < high[0] else (word,)


def _quantity(words: Sequence[str], start: int) -> tuple[str, int] | None:
    if words[start][0] == "+" and words[start][1:].isdigit():  # a phone number
        return f"#{words[start]}", start + 1
    bound, at = _bound(words, start)
    minus, at = _minus(words, at)
    money = ""
    if at < len(words) and words[at] in "$€£¥":
        money, at = _UNITS[words[at]][1], at + 1
    after, at = _minus(words, at)
    first = _number(words, at)
    if first is None:
        return None
    one, (value, at) = words[at : first[1]], first
    joint = words[at].lower() if at < len(words) else ""
    ranged = joint == "to" or (joint == "and" and words[start].lower() == "between")
    upper = _number(words, at + 1) if ranged else None
    if upper and joint == "to" and upper[0] < value:  # from 20 to 12 is a way down, no range
        upper = None
    other = words[at + 1 : upper[1]] if upper else ()
    at = upper[1] if upper else at
    factor, unit, end = _unit(words, at, money)
    known = [_known(told, number, factor, bool(unit)) for told, number in ((one, value), *([(other, upper[0])] if upper else []))]
    if "" in known:  # as it is written, and its unit too
        known = [told or "".join(words).rstrip("+") for told, words in zip(known, (one, other), strict=False)]
        unit = money or "".join(words[at:end]).lower()
    bound = ">=" if one[-1][-1] == "+" and not bound else bound
    return f"#{bound}{minus or after}{'~'.join(known)}{unit}", end


def _minus(words: Sequence[str], at: int) -> tuple[str, int]:
    """Read a sign before a number or a currency; behind another number it is a dash: 6 -2."""
    signed = at + 1 < len(words) and words[at].lower() in ("-", "minus") and words[at + 1][0] in "$€£¥0123456789"
    dash = signed and at > 0 and words[at] == "-" and words[at - 1][0].isdigit()
    return ("" if dash else "-", at + 1) if signed else ("", at)


def _known(told: Sequence[str], value: float, factor: float, measured: bool) -> str:
    """Spell the value of a number; nothing where it may be a version or a code (3.10, 0042), or can be read in two ways (5.000).

    >>> _known(["3.10"], 3.1, 1, False), _known(["3.10"], 3.1, 1, True), _known(["0.2", "k"], 200, 1, False)
    ('', '3.1', '200')
    """
    digits = told[0].rstrip("+") if len(told) == 1 else ""
    if not measured and (_LEADING_ZERO.match(digits) or _TRAILING_ZERO.fullmatch(digits)):
        return ""
    return "" if _THOUSANDS_OR_PARTS.fullmatch(digits) or sum(map(str.isdigit, digits)) > _DIGITS else _spelled(value * factor)


def _bound(words: Sequence[str], at: int) -> tuple[str, int]:
    low = [w.lower() for w in words[at : at + 2]] + ["", ""]
    if low[0] in _THAN and low[1] == "than":
        return _THAN[low[0]], at + 2
    if low[0] == "at" and low[1] in _AT:
        return _AT[low[1]], at + 2
    if low[0] == "up" and low[1] == "to":
        return "<=", at + 2
    if low[0] == "plus" and [w.lower() for w in words[at + 1 : at + 3]] == ["or", "minus"]:
        return "±", at + 3
    if low[0] in _SIGNS:
        return _SIGNS[low[0]], at + 1
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
            current = float(low.replace(",", "").rstrip("+"))
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
    return f"{value:.14g}" if value < 1e14 else f"{value:.0f}"


def ordinal(word: str) -> str:
    """Read an ordinal as its number, or return nothing.

    >>> ordinal("third"), ordinal("21st"), ordinal("thing")
    ('3', '21', '')
    """
    low = word.lower()
    found = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", low)
    return found.group(1) if found else _ORDINALS.get(low, "")
