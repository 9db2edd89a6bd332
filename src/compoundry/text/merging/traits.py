"""Know of a sentence what is decided by after pairs were judged."""

from dataclasses import dataclass

from compoundry.text.sentence import Sentence
from compoundry.text.verdict import changed

_SOMEBODY = frozenset(("he", "she", "they"))


@dataclass(frozen=True, slots=True)
class Traits:
    """Say whether a sentence leaves its subject open (`vague`), and whether it says that something is different now (`news`)."""

    vague: bool
    news: bool


def traits(sentence: Sentence) -> Traits:
    """Look at a sentence that was read."""
    return Traits(vague=bool(sentence.persons & _SOMEBODY), news=changed(sentence) and not sentence.past)
