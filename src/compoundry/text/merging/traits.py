"""Know of a sentence what is decided by after pairs were judged."""

from dataclasses import dataclass

from compoundry.text.guards.finding import changed
from compoundry.text.sentence import Sentence

_SOMEBODY = frozenset(("he", "she", "they"))


@dataclass(frozen=True, slots=True)
class Traits:
    """Say whether a sentence leaves its subject open (`vague`), whether it tells of a change (`news`), and how much it `says` in words."""

    vague: bool
    news: bool
    says: int


def traits(sentence: Sentence) -> Traits:
    """Look at a sentence that was read."""
    return Traits(vague=bool(sentence.persons & _SOMEBODY), news=changed(sentence) and not sentence.past, says=len(sentence.content))
