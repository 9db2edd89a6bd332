"""Guard numbers, units and dates: 200 is not 250, 5 km is not 5 miles, Tuesday is not Thursday."""

import re
from collections.abc import Sequence
from itertools import product

from compoundry.model import Fact
from compoundry.text import dates
from compoundry.text.guards.finding import Compared, Finding, Told, happened
from compoundry.text.lexicon import FALLS, REVISIONS, RISES
from compoundry.text.quoting import said
from compoundry.text.sentence import Sentence
from compoundry.text.synonyms import nearness

_PLAIN = re.compile(r"#(-?\d+(?:\.\d+)?)(?![\d.~])")
_WRITTEN = re.compile(r"(#\D*)([\d.,]+)(.*)")
_YEAR = re.compile(r"#(?:19|20)\d\d")
_NUMBERED = frozenset(("number", "no", "version", "id", "issue", "pr", "\uff03"))


def quantity(c: Compared) -> list[Finding]:
    """Find numbers, money and measures that differ, or that only one of them says.

    >>> from compoundry.text.guards.finding import spoken
    >>> [(f.guard, f.text, f.relation) for f in quantity(spoken("Dana has 200 employees", "Dana has 250 employees"))]
    [('quantity', '200 is not 250', 'update')]
    >>> [(f.guard, f.text, f.relation) for f in quantity(spoken("Dana merged PR 260", "Dana merged PR 480"))]
    [('quantity', '260 is not 480', 'different')]
    >>> [f.text for f in quantity(spoken("Dana ran 5 km", "Dana ran 5 miles"))]
    ['5 km is not 5 miles']
    >>> quantity(spoken("Dana has 200 cats", "Dana has two hundred cats"))
    []
    >>> [f.guard for f in quantity(spoken("Dana has cats", "Dana has 3 cats"))]
    ['quantity_added']
    >>> [(f.text, f.hard) for f in quantity(spoken("Dana needs Python 3.1", "Dana needs Python 3.10"))]
    [('3.1 need not be 3.10', False)]
    """
    one = [c.a.words[i] for i in c.aligned.only_a if c.a.words[i][0] == "#"]
    other = [c.b.words[j] for j in c.aligned.only_b if c.b.words[j][0] == "#"]
    if not one and not other:
        return []
    ones, others = _said(c.older, one), _said(c.newer, other)
    shown: dict[str, Fact] = {"one": ones, "other": others}
    if not one or not other:
        return [Finding("quantity_added", f"only one of them says {(ones or others)[0]}", facts=shown)]
    if len(one) == len(other) == 1 and _worth(one[0]) == _worth(other[0]):
        return [Finding("quantity", f"{ones[0]} need not be {others[0]}", facts=shown)]
    rest = c.lasting_a or c.lasting_b
    value = len(one) == len(other) == 1 and not rest and not c.aligned.crossed and _counted(c.a, c.b, one[0], other[0]) and not _twice(c)
    return [Finding("quantity", _clash(one, other, ones, others), c.alike_otherwise, "update" if value else "different", facts=shown)]


def _worth(value: str) -> tuple[str, float, str]:
    """Return what a number is worth that may be a version or a code: 3.10 is 3.1, and 007 is 7."""
    found = _WRITTEN.fullmatch(value)
    try:
        return (found[1], float(found[2].replace(",", "")), found[3]) if found else (value, 0.0, "")
    except ValueError:
        return value, 0.0, ""


def _clash(one: Sequence[str], other: Sequence[str], ones: Sequence[str], others: Sequence[str]) -> str:
    """Name the first two values of one unit; of several, those of different units are no two answers to one question.

    >>> _clash(["#75%", "#3"], ["#4"], ["75%", "3"], ["4"]), _clash(["#75%"], ["#4", "#5"], ["75%"], ["4", "5"])
    ('3 is not 4', 'one says 75%, the other 4')
    """
    alike = ((ones[n], others[m]) for (n, x), (m, y) in product(enumerate(one), enumerate(other)) if _unit(x) == _unit(y))
    found = next(alike, (ones[0], others[0]) if len(one) == len(other) == 1 else None)
    return f"{found[0]} is not {found[1]}" if found else f"one says {ones[0]}, the other {others[0]}"


def _twice(c: Compared) -> bool:
    """Tell two events of two days: each has its own value, and neither takes the place of the other."""
    return c.later and happened(c.older) and happened(c.newer)


def _counted(a: Sentence, b: Sentence, one: str, other: str) -> bool:
    """Tell a counted or measured value (200 employees) from a number that is a name (PR 200)."""

    def counts(s: Sentence, q: str) -> bool:
        at = s.words.index(q)
        before = s.words[at - 1].lower() if at else ""
        named = at > 0 and s.named(at - 1)
        return bool(_unit(q)) or (at + 1 in s.content and not named and before not in _NUMBERED)

    return _unit(one) == _unit(other) and counts(a, one) and counts(b, other)


def date(c: Compared) -> list[Finding]:
    """Find dates and times that differ, that one says less exactly, or that only one of them says.

    >>> from compoundry.text.guards.finding import spoken
    >>> [(f.guard, f.relation) for f in date(spoken("Dana ran on 7 May 2023", "Dana ran on 8 May 2023"))]
    [('date', 'recurrence')]
    >>> [f.guard for f in date(spoken("Dana ran on 7 May 2023", "Dana ran in May 2023"))]
    ['date_vaguer']
    >>> date(spoken("Dana ran yesterday", "Dana ran on 8 May 2023"))
    []
    >>> [f.guard for f in date(spoken("Dana ran", "Dana ran at 3 pm"))]
    ['date_added']
    """
    one, other = c.a.dates, c.b.dates
    if one == other:
        return []
    ones, others = _said(c.older, one), _said(c.newer, other)
    shown: dict[str, Fact] = {"one": ones, "other": others}
    if not one or not other:
        return [Finding("date_added", f"only one of them says when: {(ones or others)[0]}", facts=shown)]
    if len(one) == len(other) and all(dates.agree(x, y) for x, y in zip(one, other, strict=True)):
        return [Finding("date_vaguer", f"{ones[0]} and {others[0]} need not be the same day", facts=shown)]
    if ones == others and all(when.lower().startswith("in ") for when in ones):  # tokens expire in 3 days: a day, or how long it takes
        return [Finding("date", _apart(ones, others), facts=shown)]
    told = (c.older.event or c.a.past) and (c.newer.event or c.b.past)
    again = told and not (c.only_a or c.only_b or c.aligned.crossed)
    return [Finding("date", _apart(ones, others), True, "recurrence" if again else "different", facts=shown)]


def _said(told: Told, values: Sequence[str]) -> list[str]:
    return [said(told.sentence.text, told.observed_at, value) for value in values]


def _apart(ones: Sequence[str], others: Sequence[str]) -> str:
    """Name the first two values that are said in other words; yesterday isn't yesterday where they were said on two days.

    >>> _apart(["3 May", "noon"], ["3 May", "3 pm"]), _apart(["yesterday"], ["yesterday"])
    ('noon is not 3 pm', 'yesterday is another day in each')
    """
    one, other = next((pair for pair in zip(ones, others, strict=False) if pair[0] != pair[1]), (ones[0], others[0]))
    return f"{one} is not {other}" if one != other else f"{one} is another day in each"


def revised(c: Compared) -> list[Finding]:
    """Find a newer sentence that says itself that a value of the older one was changed: `increased to 250`.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.text for f in revised(spoken("I budget $200 for the trip", "The trip budget was raised to $250"))]
    ['it was $200, and is now $250']
    >>> from datetime import datetime
    >>> from compoundry.text.guards.finding import Told, compared
    >>> from compoundry.text.sentence import read
    >>> told = (("Acme Foods employs 450 people", datetime(2023, 5, 9)), ("Acme Foods now has 520 employees", datetime(2023, 6, 9)))
    >>> [f.text for f in revised(compared(*(Told(read(text, day), day) for text, day in told)))]
    ['it was 450, and is now 520']
    """
    s, t = c.a, c.b
    recounted = c.later and c.present and c.alike_otherwise
    if (
        c.newer.observed_at.date() < c.older.observed_at.date()
        or not (recounted or REVISIONS & {*t.senses})
        or sum(s.words[i][0].isalpha() for i, _ in c.aligned.pairs) < 2
    ):
        return []
    olds, news = ([w.words[i] for i in only if w.words[i][0] in "#@"] for w, only in ((s, c.aligned.only_a), (t, c.aligned.only_b)))
    found = [
        (not _counting(s, t, old, new), n, old, new)
        for n, (old, new) in enumerate(product(olds, news))
        if _unit(old) == _unit(new) and (_follows_to(t, old, new) or (recounted and _counting(s, t, old, new, reworded=True)))
    ]
    if not found:
        return []
    *_, old, new = min(found)  # what counts the same comes first
    if not _that_way(t, old, new) or (_year(old) and not _year(new)):
        return []
    was, now = _said(c.older, [old]), _said(c.newer, [new])
    return [Finding("revised", f"it was {was[0]}, and is now {now[0]}", True, "update", {"one": was, "other": now})]


def _follows_to(s: Sentence, old: str, new: str) -> bool:
    """Tell whether the new value stands behind `to`, and no other one than the old value stands behind `from` before it."""
    at = s.words.index(new)
    if at < 1 or s.low[at - 1] != "to":
        return False
    return at < 2 or s.words[at - 2][0] not in "#@" or s.words[at - 2] == old


def _that_way(s: Sentence, old: str, new: str) -> bool:
    """Tell whether a value went the way that the sentence says: up when it increased, down when it was reduced."""
    way = (bool(RISES & {*s.senses})) - bool(FALLS & {*s.senses})
    was, now = (_PLAIN.match(value) for value in (old, new))
    return not way or not was or not now or (float(now[1]) - float(was[1])) * way > 0


def _year(value: str) -> bool:
    return bool(_YEAR.fullmatch(value))


def _counting(s: Sentence, t: Sentence, old: str, new: str, *, reworded: bool = False) -> bool:
    """Tell whether the same is counted, if need be in other words: `employs 450 people` and `now has 520 employees`."""
    x, y = (words[at + 1] if (at := words.index(value)) + 1 < len(words) else "" for words, value in ((s.words, old), (t.words, new)))
    known = bool(x and y) and (x.lower() == "people" or y.lower() == "people" or nearness(x, y) != "apart")
    return known and bool(s.english and t.english) and not (reworded and x == y)


def _unit(value: str) -> str:
    """Return the unit of a quantity; a date and a time are units of their own."""
    return (
        value[:2]
        if value.startswith("@t")
        else "@"
        if value[0] == "@"
        else "+"
        if value[1] == "+"
        else value.lstrip("#≈≠±<>=-0123456789.,~")
    )
