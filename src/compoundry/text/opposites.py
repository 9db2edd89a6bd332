"""Know words that exclude each other: opposites, and members of one kind, such as colours or weekdays."""

from itertools import product

from compoundry.text.lexicon import rows
from compoundry.text.words import lemma


def _pairs() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(lemma(w) for w in pair) for pair in rows("opposites"))


def _kinds() -> dict[str, frozenset[int]]:
    member: dict[str, frozenset[int]] = {}
    for number, kind in enumerate(rows("kinds")):
        for word in kind:
            member[lemma(word)] = member.get(lemma(word), frozenset()) | {number}
    return member


_OPPOSED = _pairs()
_KIND = _kinds()
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "anti", "mis")


def opposed(one: str, other: str) -> bool:
    """Tell whether two words mean opposite things.

    >>> opposed("increased", "decreases"), opposed("legal", "illegal"), opposed("car", "bus"), opposed("longer", "shorter")
    (True, True, False, True)
    """
    a, b = lemma(one), lemma(other)
    if frozenset((a, b)) in _OPPOSED or any(frozenset(pair) in _OPPOSED for pair in product(_compared(a), _compared(b))):
        return True
    short, long = sorted((a, b), key=len)
    return len(short) > 3 and any(long == prefix + short for prefix in _PREFIXES)


def _compared(word: str) -> list[str]:
    """List what a word can compare: larger → larg, large; nothing when it compares nothing.

    >>> _compared("larger"), _compared("earliest"), _compared("hottest"), _compared("red")
    (['larg', 'large'], ['early'], ['hott', 'hotte', 'hot'], [])
    """
    ending = next((ending for ending in ("er", "est") if word.endswith(ending) and len(word) > len(ending) + 2), "")
    stem = word[: -len(ending)] if ending else ""
    if stem.endswith("i"):
        return [f"{stem[:-1]}y"]
    return [stem, f"{stem}e", *([stem[:-1]] if stem[-1] == stem[-2] else [])] if stem else []


def exclusive(one: str, other: str) -> bool:
    """Tell whether two words are different members of one kind, of which only one can hold.

    >>> exclusive("red", "blue"), exclusive("cats", "dog"), exclusive("red", "car")
    (True, True, False)
    """
    a, b = lemma(one), lemma(other)
    return a != b and bool(_KIND.get(a, frozenset()) & _KIND.get(b, frozenset()))
