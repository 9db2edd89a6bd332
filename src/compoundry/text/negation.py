"""Tell what is denied: words that negate become one sign, idioms that only look negative don't."""

from collections.abc import Sequence
from itertools import pairwise

from compoundry.text.lexicon import NEGATORS

NOT = "¬"
_IDIOMS = {
    ("can", "not", "wait"): ("eager",), ("not", "only"): ("also",), ("no", "doubt"): ("sure",), ("without", "doubt"): ("sure",),
    ("can", "not", "help", "but"): (), ("not", "to", "mention"): ("and",), ("no", "matter"): ("whatever",), ("nothing", "but"): ("only",),
    ("no", "later", "than"): ("by",), ("why", "not"): ("should",), ("no", "one"): ("nobody",), ("not", "any", "longer"): ("not", "anymore"),
    ("not", "give", "up"): ("persist",), ("never", "give", "up"): ("persist",), ("not", "far", "from"): ("near",),
    ("no", "longer"): ("not", "anymore"), ("not", "any", "more"): ("not", "anymore"),
}  # fmt: skip
_OPENING = frozenset(idiom[0] for idiom in _IDIOMS)


def fold(words: Sequence[str]) -> list[str]:
    """Replace words that negate by one sign, and idioms by what they mean; `anymore` can stand anywhere, so it stands last.

    >>> fold("Dana does not eat meat".split()), fold("I can not wait to go".split())
    (['Dana', 'does', '¬', 'eat', 'meat'], ['I', 'eager', 'to', 'go'])
    """
    made: list[str] = []
    low, at = tuple(w.lower() for w in words), 0
    while at < len(words):
        length = next((n for n in (4, 3, 2) if low[at : at + n] in _IDIOMS), 0) if low[at] in _OPENING else 0
        said = _IDIOMS[low[at : at + length]] if length else (words[at],)
        made += [NOT if w.lower() in NEGATORS else w for w in said]
        at += length or 1
    return [w for w in made if w != "anymore"] + [w for w in made if w == "anymore"] if "anymore" in made else made


def differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether one says no where the other says yes.

    >>> differ(["Dana", "¬", "eat"], ["Dana", "eat"]), differ(["¬", "go"], ["go", "¬"])
    (True, False)
    """
    return one.count(NOT) != other.count(NOT)


def moved(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether both deny something, but not the same; the words are those that carry meaning.

    >>> moved(["problem", "¬", "who", "has"], ["problem", "who", "¬", "has"]), moved(["¬", "eat"], ["¬", "eat", "meat"])
    (True, False)
    """
    denied = [sorted(after for word, after in pairwise([*words, ""]) if word == NOT) for words in (one, other)]
    return not differ(one, other) and denied[0] != denied[1]
