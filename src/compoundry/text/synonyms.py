"""Know which words can stand for each other, surely or perhaps, from WordNet."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from compoundry.text.lexicon import lines
from compoundry.text.opposites import exclusive, opposed
from compoundry.text.words import lemma, sense

Nearness = Literal["same", "near", "apart"]


def nearness(one: str, other: str) -> Nearness:
    """Say whether two words mean the same in nearly every sentence, may mean the same, or neither.

    >>> nearness("film", "movies"), nearness("reject", "declined"), nearness("tea", "coffee"), nearness("increase", "decrease")
    ('same', 'near', 'apart', 'apart')
    """
    a, b = lemma(one), lemma(other)
    if a == b or sense(a) == sense(b):
        return "same"
    table = _table()
    for first, second in ((a, b), (b, a)):
        sure, maybe = table.get(first, _NONE)
        if (second in sure or second in maybe) and not opposed(a, b) and not exclusive(a, b):
            return "same" if second in sure else "near"
    return "apart"


_NONE: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


@cache
def _table() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Map a word to those that surely, and those that perhaps, mean the same; read once, when it is first needed."""
    table: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for line in lines("thesaurus"):
        word, _, near = line.partition(":")
        sure, _, maybe = near.partition("|")
        table[word] = frozenset(sure.split()), frozenset(maybe.split())
    return table
