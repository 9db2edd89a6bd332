"""Tell what happened again from what was only told again: a meeting is moved every week, somebody moves to Rome once."""

from functools import lru_cache

from compoundry.text.dates import MONTHS
from compoundry.text.guards.finding import Told
from compoundry.text.lexicon import AGAIN, ARTICLES, EITHER_WAY, MOVES, OFTEN, ONCE, ONE_THING, STATES
from compoundry.text.relative_dates import WEEKDAYS
from compoundry.text.sentence import Sentence
from compoundry.text.words import lemma

_WHERETO = frozenset(("to", "into", "from", "in", "out", "away", "house", "home", "here", "there"))
_BE = frozenset(("was", "were", "been", "being"))
_OWN = ARTICLES - {"a", "an", "some", "any"}


def again(older: Told, newer: Told) -> bool:
    """Tell a thing that happened on two days from one that was told on two days: no day in common, and it can happen twice.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> say = lambda text: again(*(Told(read(text, day), day) for day in (datetime(2023, 5, 9), datetime(2023, 6, 9))))
    >>> say("Dana moved the Friday meeting"), say("Dana moved to Rome"), say("Dana likes tea")
    (True, False, False)
    """
    if older.observed_at.date() == newer.observed_at.date() or any(not date.startswith("@t") for date in older.sentence.dates):
        return False
    told = older.event or older.sentence.past
    return told and (repeated(older.sentence) or not (STATES & {*older.sentence.senses} or once(older.sentence)))


def repeated(s: Sentence) -> bool:
    """Tell whether a sentence says itself that it happened before: again, once more."""
    return not AGAIN.isdisjoint(s.low) or "once more" in s.text.lower()


@lru_cache(maxsize=4096)
def once(s: Sentence) -> bool:
    """Tell whether a sentence tells of what happens only once; in doubt it can happen again.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> say = lambda text: once(read(text, datetime(2023, 5, 9)))
    >>> say("Dana was born in Oslo"), say("Dana joined Acme"), say("Dana joined the call"), say("Dana bought the house")
    (True, True, False, True)
    >>> say("Dana bought a ticket"), say("Dana bought the tickets"), say("Dana sold the weekly magazine"), say("The house was sold")
    (False, False, False, True)
    """
    if not OFTEN.isdisjoint(s.low) or any(word in WEEKDAYS for word in s.low):
        return False
    return any(_only(s, at) for at, sense in enumerate(s.senses) if sense in ONCE)


def _only(s: Sentence, at: int) -> bool:
    """Tell whether the verb at a place can be true only once of what it is about."""
    verb = s.senses[at]
    following = s.low[at + 1] if at + 1 < len(s.low) else ""
    if verb in MOVES:
        return following in _WHERETO
    if verb not in ONE_THING and verb not in EITHER_WAY:
        return True
    if at and s.low[at - 1] in _BE:
        return _the_one(s, 0, at - 1, verb)
    return _the_one(s, at + 1, len(s.words), verb)


def _the_one(s: Sentence, start: int, end: int, verb: str) -> bool:
    """Tell whether a phrase that begins here is a name, or, where that is enough, one thing that is known: the house, not a house."""
    if start >= end:
        return False
    if s.words[start][:1].isupper() and s.low[start] not in (*MONTHS, *ARTICLES):
        return True
    noun = next((i for i in range(start + 1, end) if i in s.content), -1)
    return verb in ONE_THING and s.low[start] in _OWN and noun > 0 and lemma(s.low[noun]) == s.low[noun]
