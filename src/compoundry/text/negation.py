"""Tell what is denied: words that negate become one sign, idioms that only look negative don't."""

from collections.abc import Sequence

from compoundry.text.lexicon import NEGATORS

NOT = "¬"
_IDIOMS = {
    ("can", "not", "wait"): ("eager",), ("not", "only"): ("also",), ("no", "doubt"): ("sure",), ("without", "doubt"): ("sure",),
    ("can", "not", "help", "but"): (), ("not", "to", "mention"): ("and",), ("no", "matter"): ("whatever",), ("nothing", "but"): ("only",),
    ("no", "later", "than"): ("by",), ("why", "not"): ("should",), ("no", "one"): ("nobody",), ("not", "any", "longer"): ("not", "anymore"),
    ("no", "longer"): ("not", "anymore"), ("not", "any", "more"): ("not", "anymore"),
}  # fmt: skip


def fold(words: Sequence[str]) -> list[str]:
    """Replace words that negate by one sign, and idioms by what they mean.

    >>> fold("Dana does not eat meat".split()), fold("I can not wait to go".split())
    (['Dana', 'does', '¬', 'eat', 'meat'], ['I', 'eager', 'to', 'go'])
    """
    made: list[str] = []
    at = 0
    while at < len(words):
        low = tuple(w.lower() for w in words[at : at + 4])
        length = next((n for n in (4, 3, 2) if low[:n] in _IDIOMS), 0)
        said = _IDIOMS[low[:length]] if length else (words[at],)
        made += [NOT if w.lower() in NEGATORS else w for w in said]
        at += length or 1
    return made


def differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether one says no where the other says yes.

    >>> differ(["Dana", "¬", "eat"], ["Dana", "eat"]), differ(["¬", "go"], ["go", "¬"])
    (True, False)
    """
    return one.count(NOT) != other.count(NOT)
