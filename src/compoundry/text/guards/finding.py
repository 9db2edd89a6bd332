"""Hold what is compared of two sentences, and what a guard finds."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Literal

from compoundry.model import Fact
from compoundry.text.alignment import Alignment, align
from compoundry.text.lexicon import CHANGES, LASTING
from compoundry.text.order import Arrangement, arrange
from compoundry.text.sentence import Sentence, read
from compoundry.text.synonyms import nearness
from compoundry.text.words import past

Relation = Literal["same", "recurrence", "update", "contradiction", "unsure", "different"]

ALIKE_OTHERWISE = 3
_PRESENT = frozenset(("now", "currently", "today", "nowadays"))
STILL = frozenset(("am", "is", "are", "has", "have"))


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what one guard found: `hard` when it rules out that the facts are the same."""

    guard: str
    text: str
    hard: bool = False
    relation: Relation = "different"
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """Hold a sentence with what else is known of it: when it was observed, and whether it is an event."""

    sentence: Sentence
    observed_at: datetime
    event: bool = False


@dataclass(frozen=True)
class Compared:
    """Hold two sentences, the older one first, with how their words pair and how the order of these differs."""

    older: Told
    newer: Told
    aligned: Alignment
    order: Arrangement

    @property
    def a(self) -> Sentence:
        return self.older.sentence

    @property
    def b(self) -> Sentence:
        return self.newer.sentence

    @cached_property
    def only_a(self) -> list[int]:
        """List the places left over in a whose words have no guard of their own, as quantities, dates and denials have."""
        return [i for i in self.aligned.only_a if self.a.words[i][0] not in "#@¬"]

    @cached_property
    def only_b(self) -> list[int]:
        """List the like places in b."""
        return [j for j in self.aligned.only_b if self.b.words[j][0] not in "#@¬"]

    @cached_property
    def lasting_a(self) -> list[int]:
        """Leave out of those in a what only says that it is so at present."""
        return [i for i in self.only_a if self.a.low[i] not in _PRESENT]

    @cached_property
    def lasting_b(self) -> list[int]:
        """Leave the like out in b."""
        return [j for j in self.only_b if self.b.low[j] not in _PRESENT]

    @property
    def later(self) -> bool:
        """Tell whether the newer one was observed on a later day."""
        return self.older.observed_at.date() < self.newer.observed_at.date()

    @property
    def present(self) -> bool:
        """Tell whether only the newer one says that it is so at present."""
        return _PRESENT.isdisjoint(self.a.low) and not _PRESENT.isdisjoint(self.b.low)

    @property
    def alike_otherwise(self) -> bool:
        """Tell whether few words but numbers, dates and denials are left over: then a clash rules out that the facts are the same."""
        return len(self.lasting_a) + len(self.lasting_b) <= ALIKE_OTHERWISE

    @property
    def alone(self) -> bool:
        """Tell whether one word stands for another one, and all else is the same, in the same order."""
        return len(self.lasting_a) == len(self.lasting_b) == 1 and not self.aligned.crossed


@lru_cache(maxsize=4096)
def happened(told: Told) -> bool:
    """Tell what happened from a state that lasts; only a state has a value that can be updated.

    >>> from compoundry.text.sentence import read
    >>> say = lambda text: happened(Told(read(text, datetime(2023, 5, 9)), datetime(2023, 5, 9)))
    >>> say("Dana asked for a discount"), say("Dana asks for a discount"), say("Dana lived in Rome"), say("Dana is based in Rome")
    (True, False, False, False)
    """
    s = told.sentence
    over = (sense for word, sense in zip(s.words, s.senses, strict=True) if past(word))
    return told.event or (STILL.isdisjoint(s.low) and any(sense not in LASTING for sense in over))


def compared(older: Told, newer: Told) -> Compared:
    """Pair the words of two sentences."""
    a, b = older.sentence, newer.sentence
    aligned = align(a, b)
    order = Arrangement()
    if aligned.crossed:
        order = arrange(a, b, (*aligned.pairs, *aligned.similar), lambda x, y: nearness(x, y) != "apart")
    return Compared(older, newer, aligned, order)


def spoken(one: str, other: str, *, on: datetime = datetime(2023, 5, 9)) -> Compared:
    """Compare two sentences said on one day, as the examples of the guards do."""
    return compared(*(Told(read(text, on), on) for text in (one, other)))


def changed(newer: Sentence) -> bool:
    """Tell whether a sentence says itself that something is different now.

    >>> from compoundry.text.sentence import read
    >>> changed(read("Dana now has 250 employees", datetime(2023, 5, 9)))
    True
    """
    return not (CHANGES.isdisjoint(newer.senses) and CHANGES.isdisjoint(newer.low))
