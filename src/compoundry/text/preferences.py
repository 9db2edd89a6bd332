"""Read what a sentence prefers to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from compoundry.text.lexicon import ARTICLES
from compoundry.text.negation import NOT
from compoundry.text.sentence import Sentence

_SECOND = frozenset(("over", "to", "than"))
_LEFT_OUT = frozenset(("now", "currently", "nowadays", "get", "have", "receive", *ARTICLES))


@dataclass(frozen=True, slots=True)
class Preference:
    """Hold the senses of what comes first and second, and how it is said."""

    first: frozenset[str]
    second: frozenset[str]
    said: str


@lru_cache(maxsize=4096)
def preference(s: Sentence) -> Preference | None:
    """Read `prefers A over B`, `would rather have A than B`; None where nothing is preferred to anything.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> [sorted(side) for found in [preference(read("Dana would rather have mail than a call", datetime(2023, 5, 9)))]
    ...     for side in (found.first, found.second)]
    [['email'], ['call']]
    """
    low = s.low
    verb = next((i for i, sense in enumerate(s.senses) if sense == "prefer" or low[i] == "rather"), -1)
    then = next((i for i in range(verb + 2, len(low)) if low[i] in _SECOND), -1)
    if verb < 0 or then < 0 or NOT in low or s.asks:
        return None
    one, other = _carrying(s, range(verb + 1, then)), _carrying(s, range(then + 1, len(low)))
    if not one or not other:
        return None
    said = " over ".join(" ".join(s.words[side[0] : side[-1] + 1]) for side in (one, other))
    return Preference(_senses(s, one), _senses(s, other), said)


def _carrying(s: Sentence, places: Sequence[int]) -> list[int]:
    return [i for i in places if i in s.content and s.low[i] not in _LEFT_OUT]


def _senses(s: Sentence, places: Sequence[int]) -> frozenset[str]:
    return frozenset(s.senses[i] for i in places)


def turned(one: Preference, other: Preference) -> bool:
    """Tell whether each prefers what the other puts second.

    >>> tea, coffee = Preference(frozenset({"tea"}), frozenset({"coffee"}), ""), Preference(frozenset({"coffee"}), frozenset({"tea"}), "")
    >>> turned(tea, coffee), turned(tea, tea)
    (True, False)
    """
    return bool(one.first & other.second and one.second & other.first) and not (one.first & other.first or one.second & other.second)
