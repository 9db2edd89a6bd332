"""Leave out what people say for the sake of manners: it recurs, and says nothing about the world."""

import re
from collections.abc import Sequence

from compoundry.model import Insight
from compoundry.text.lexicon import COURTESIES, MANNERS, SMALL
from compoundry.text.words import lemma

_LEAST_WORDS = 2
_OPENING = 4
_WORD = re.compile(r"\w+")


def says_something(sentence: str) -> bool:
    """Tell whether a sentence has at least two words that mean something; “okay” and “thank you” recur and mean nothing.

    >>> [says_something(s) for s in ("Received.", "OK, it is.", "Good morning, how are you today?", "Exports fail.")]
    [False, False, False, True]
    """
    return len({word for word in _WORD.findall(sentence.casefold()) if word not in SMALL and word not in MANNERS}) >= _LEAST_WORDS


def mutual(insights: Sequence[Insight]) -> list[bool]:
    """Tell which insights only say how one thanks, praises or supports another who does so in turn.

    Praise that goes one way, as of customers for a colleague, says something about whom it is for; praise that goes both
    ways is how people talk to each other. It shows in what is first said of a person, and in another's name.
    """
    names = {entity.name.casefold(): entity.id for insight in insights for entity in insight.entities}
    towards = [_towards(insight, names) for insight in insights]
    pairs = {(insight.entities[0].id, other) for insight, others in zip(insights, towards, strict=True) for other in others}
    return [any((other, i.entities[0].id) in pairs for other in others) for i, others in zip(insights, towards, strict=True)]


def _towards(insight: Insight, names: dict[str, str]) -> frozenset[str]:
    """Return whom a courtesy is for; nobody when the insight is none."""
    if not insight.entities:
        return frozenset()
    me = insight.entities[0]
    own = set(me.name.casefold().split())
    words = [word for word in _WORD.findall(insight.content.casefold()) if word not in own]
    telling = [word for word in words if word not in SMALL and word not in names]
    if not any(word in COURTESIES or lemma(word) in COURTESIES for word in telling[:_OPENING]):
        return frozenset()
    return frozenset(names[word] for word in words if word in names and names[word] != me.id)
