"""Find in sentences about the same what they share: a clause that most of them bear out, or at least a phrase."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from compoundry.text.lexicon import COURTESIES, MANNERS, NEGATORS, SMALL
from compoundry.text.words import lemma, sense

_MOST = 0.5  # of the sources must have a word before it is said of them all
_RARER = 3.0  # times as often as in the rest of the workspace
_LONGEST = 12
_TOKEN = re.compile(r"\S+")
_AGAIN = re.compile(r"(?<!\band)\s+(?:yet\s+|once\s+)?again\b", re.IGNORECASE)  # what recurs is told by how often it does
_WORD = re.compile(r"[^\W_]+(?:['’.+&-][^\W_]+)*\+?")


def _words(told: str) -> frozenset[str]:
    return frozenset(told.split())


_ADDS = _words("with in at during by and but because while which who so since after near through over")
_WHEN = _words("last next yesterday today tomorrow tonight recently earlier")
_BOUND = NEGATORS | _words("if unless until only when whenever except than instead that")
_UNFINISHED = _words("find make feel think believe consider mention say see call want let help enjoy value love interest get take")
_LINKS = _words("and or of the a an to in for on with at as from into is are too")
_ARTICLES = _words("the a an her his their its")
_LIGHT = _words(
    "again also another more other new some many much own when where how why while because not "
    "week weekend month year day days time recent this"
)

Sources = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Gist:
    """Hold what sentences share: a `claim` out of one of them, or None; and a `topic`, a phrase, or "" when not even that."""

    claim: str | None
    topic: str


def gist(sources: Sources, typical: Sequence[str], *, names: Collection[str], usual: Callable[[str], float]) -> Gist:
    """Return what most sources share, in the words of one of them.

    `sources` are the sentences of each independent source; `typical` the sentences to take words from, the best first.
    `usual` tells in which share of all sentences a word (by its `sense`) stands. A claim is the beginning of a sentence
    of which every telling word stands with most sources; nothing is cut off where that could change what is left.

    >>> told = [["Nate keeps turtles because they are calm"], ["Nate keeps turtles"], ["Nate keeps three turtles"]]
    >>> gist(told, [said for (said,) in told], names=["Nate"], usual=lambda word: 0.1)
    Gist(claim='Nate keeps turtles', topic='keeps turtles')
    """
    own = frozenset(part.casefold() for name in names for part in name.split())
    spoken = [frozenset(word for sentence in mine for word in senses(sentence)) for mine in sources]

    def share(word: str) -> float:
        return sum(word in words for words in spoken) / len(spoken)

    def borne(word: str) -> bool:
        return _weightless(word, own) or share(sense(word.casefold())) > _MOST

    def distinct(word: str) -> bool:
        return not _weightless(word, own) and share(sense(word.casefold())) >= _RARER * usual(sense(word.casefold()))

    claims = [cut for sentence in typical for cut in _beginnings(sentence) if _bears(cut, borne, distinct, own)]
    phrases = [
        phrase for sentence in typical for phrase in _phrases(sentence, lambda w: borne(w) and distinct(w) and lemma(w) not in _UNFINISHED)
    ]
    named = [phrase for phrase in phrases if not _only_done(phrase)]
    topic = max(named, default="", key=lambda phrase: sum(share(word) for word in senses(phrase)))
    claim = max(claims, default=None, key=lambda cut: sum(map(distinct, _WORD.findall(cut))))
    return Gist(_AGAIN.sub("", claim) if claim else None, topic)


def _only_done(phrase: str) -> bool:
    """Tell whether a phrase says only that something was done, which names no topic.

    >>> _only_done("supported"), _only_done("supported exports"), _only_done("shed")
    (True, False, False)
    """
    return phrase.islower() and phrase.endswith("ed") and " " not in phrase and lemma(phrase) != phrase


def senses(sentence: str) -> frozenset[str]:
    """Return the words of a sentence, each in the form under which words that mean the same are one."""
    return frozenset(sense(word.casefold()) for word in _WORD.findall(sentence))


def _bears(cut: str, borne: Callable[[str], bool], distinct: Callable[[str], bool], own: Collection[str]) -> bool:
    """Tell whether a beginning names whom it is about and says of it, beyond a verb, only what most bear out."""
    words = _WORD.findall(cut)
    said = [n for n, word in enumerate(words) if word.casefold() not in own]
    timeless = _WHEN.isdisjoint(word.casefold() for word in words)
    named_only = all(not word.islower() for word in (words[n] for n in said))  # Small Business RV320 says nothing
    bears = timeless and not named_only and words[0].casefold() in own and all(map(borne, words))
    return bears and any(distinct(words[n]) for n in said[1:])


def _weightless(word: str, own: Collection[str]) -> bool:
    low = word.casefold()
    return (
        low in SMALL
        or low in MANNERS
        or low in COURTESIES
        or low in _LIGHT
        or low in _WHEN
        or low in own
        or low.removesuffix("'s").removesuffix("’s") in own
    )


def _beginnings(sentence: str) -> Iterator[str]:
    """Yield a sentence, and then its beginnings up to where something is only added, the longest first."""
    plain = sentence.strip().rstrip(".!")
    tokens = _TOKEN.findall(plain)
    words = [token.casefold().strip(",;:.()“”\"'") for token in tokens]
    if len(tokens) <= _LONGEST:
        yield plain
    if not _BOUND.isdisjoint(words) or "n't" in plain or "n’t" in plain or any(lemma(word) in _UNFINISHED for word in words[1:4]):
        return
    for n in range(min(len(tokens) - 1, _LONGEST), 2, -1):
        whole = (
            words[n - 1] not in SMALL
            and not words[n - 1].endswith(("ing", "ed"))
            and not any(t.endswith((",", ";")) for t in tokens[: n - 1])
        )
        if whole and (words[n] in _ADDS or words[n] in _WHEN):
            yield " ".join(tokens[:n]).rstrip(",;:")


def _phrases(sentence: str, good: Callable[[str], bool]) -> Iterator[str]:
    """Yield the runs of good words, with the small words between them."""
    run: list[str] = []
    for token in [*_TOKEN.findall(sentence), "."]:
        word = _WORD.search(token)
        if word and lemma(word.group()) not in _UNFINISHED and good(word.group()):
            run.append(token)
        elif not (word and run and word.group().casefold() in _LINKS):
            yield from _trimmed(run)
            run = []
            continue
        else:
            run.append(token)
        if token.endswith((",", ";", ".", ":", "!", "?", ")")):
            yield from _trimmed(run)
            run = []


def _trimmed(run: Sequence[str]) -> Iterator[str]:
    """Yield the run without what only leads to something, and without the verb before an article."""
    words = [token.casefold().strip(",;.:") for token in run]
    last = max((n for n, word in enumerate(words) if word not in _LINKS), default=-1)
    first = max((n + 1 for n, word in enumerate(words[:last]) if n in (0, 1) and word in _ARTICLES), default=0)
    if last >= 0:
        phrase = " ".join(run[first : last + 1])
        phrase = phrase if phrase.count("(") == phrase.count(")") else phrase.partition(" (")[0].replace("(", "").replace(")", "")
        yield phrase.strip(",;.:!?“”\"'").removesuffix("'s").removesuffix("’s")
