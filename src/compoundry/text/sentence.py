"""Read a sentence once: its words, what they mean, and what the guards look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from compoundry.text import dates, negation, quantities, questions
from compoundry.text.lexicon import FOREIGN, PREPOSITIONS, SMALL, rows
from compoundry.text.signs import PUNCTUATION
from compoundry.text.words import cut, past, sense

PERSONS = {form: row[0] for row in rows("persons") for form in row[1:]}


@dataclass(frozen=True, slots=True)
class Sentence:
    """Hold what a sentence says.

    `words` are folded, `low` are they in small letters, `senses` runs beside them, `content` are places of the words that carry meaning.
    """

    text: str
    words: tuple[str, ...]
    low: tuple[str, ...]
    senses: tuple[str, ...]
    content: tuple[int, ...]
    quantities: tuple[str, ...]
    dates: tuple[str, ...]
    persons: frozenset[str]
    past: bool
    english: bool
    asks: bool

    def __hash__(self) -> int:
        """Spread by the text alone, whose hash is kept: what is found out about a sentence is looked up many times."""
        return hash(self.text)

    @property
    def meanings(self) -> tuple[str, ...]:
        """List the senses of the words that carry meaning, in order."""
        return tuple(self.senses[i] for i in self.content)

    def named(self, place: int) -> bool:
        """Tell whether the word at this place is a name: capitalised, and not only because it comes first."""
        word = self.words[place]
        return word[:1].isupper() and (place > 0 or word[1:].lower() != word[1:]) and word != "I"


def read(text: str, observed_at: datetime) -> Sentence:
    """Read a sentence as said on that day.

    >>> read("Dana bought 3 cats.", datetime(2023, 5, 9)).meanings
    ('dana', 'buy', '#3', 'cat')
    """
    words = tuple(quantities.fold(negation.fold(dates.fold(questions.fold(cut(text)), observed_at))))
    senses = tuple(_sense(w) for w in words)
    low = tuple(w.lower() for w in words)
    content = tuple(i for i, w in enumerate(low) if w not in SMALL and w[0] not in PUNCTUATION)
    return Sentence(
        text=text,
        words=words,
        low=low,
        senses=senses,
        content=content,
        quantities=quantities.quantities(words),
        dates=dates.dates(words),
        persons=frozenset(PERSONS[w] for w in low if w in PERSONS),
        past=any(past(w) for w in low),
        english=_english(text, low),
        asks=text.rstrip().endswith("?"),
    )


def _english(text: str, low: Sequence[str]) -> bool:
    """Tell English from what isn't, by its small words; a short sentence of plain letters is taken for English.

    >>> [_english(t, t.lower().split()) for t in ("Dana eats meat", "Dana isst nicht mit Bob", "Dana no come carne con Bob el lunes")]
    [True, False, False]
    """
    small, foreign = sum(w in SMALL for w in low), sum(w in FOREIGN for w in low)
    return small * 6 >= len(low) > 0 and small >= foreign if not text.isascii() or foreign > 1 else True


def leads(word: str) -> bool:
    """Tell whether a word begins a phrase: a preposition.

    >>> leads("from"), leads("cat")
    (True, False)
    """
    return word in PREPOSITIONS


@lru_cache(maxsize=65536)
def _sense(word: str) -> str:
    if word[0] in "#@¬":
        return word
    number = quantities.ordinal(word)
    return f"#{number}." if number else sense(word)
