"""Know what has one value at a time, so that a newer value takes the place of the older one."""

from collections.abc import Sequence

from compoundry.text.guards.finding import STILL, Compared, Told
from compoundry.text.lexicon import ARTICLES, PREPOSITIONS, SLOTS
from compoundry.text.sentence import Sentence

_IS = frozenset(("is", "are"))


def slot(c: Compared) -> bool:
    """Tell whether a later sentence puts another name into a place that holds one: hosted on, works at, whose manager is.

    >>> from datetime import datetime
    >>> from compoundry.text.guards.finding import Told, compared
    >>> from compoundry.text.sentence import read
    >>> days = datetime(2023, 5, 9), datetime(2023, 6, 9)
    >>> say = lambda *told: slot(compared(*(Told(read(text, day), day) for text, day in zip(told, days))))
    >>> say("Acme hosts its shop on AWS", "Acme hosts its shop on Google Cloud"), say("Dana's manager is Ann", "Dana's manager is Bob")
    (True, True)
    >>> say("Dana works with Ann", "Dana works with Bob"), say("Dana uses Slack", "Dana uses Notion"), say("Dana is Ann", "Dana is Bob")
    (False, False, False)
    """
    if not c.later or c.aligned.crossed or not (_together(c.lasting_a) and _together(c.lasting_b)):
        return False
    if not (_holds(c.older) and _holds(c.newer)) or c.a.asks or c.b.asks:
        return False
    one, other = _place(c.a, c.lasting_a[0]), _place(c.b, c.lasting_b[0])
    return bool(one) and one == other


def _together(places: Sequence[int]) -> bool:
    return bool(places) and places[-1] - places[0] == len(places) - 1


def _holds(told: Told) -> bool:
    """Tell what holds now from what happened or held once."""
    return not told.event and (not told.sentence.past or not STILL.isdisjoint(told.sentence.low))


def _place(s: Sentence, at: int) -> str:
    """Name the place before a word that holds one value; none when it may hold several."""
    before = at - 1
    while before >= 0 and s.words[before].lower() in ARTICLES:
        before -= 1
    small = s.words[before].lower() if before >= 0 else ""
    if small in _IS:
        return small if sum(i < before for i in s.content) > 1 else ""
    if small not in PREPOSITIONS:
        return ""
    return next((f"{sense} {small}" for sense in s.senses[:before] if (sense, small) in SLOTS), "")
