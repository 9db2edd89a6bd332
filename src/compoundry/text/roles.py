"""Tell who did what to whom: the same words in another order may say something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from compoundry.text.lexicon import PREPOSITIONS, SMALL, SORTS, SYMMETRIC
from compoundry.text.sentence import Sentence

_LISTED = frozenset(("and", "or", "&"))
_BREAKS = frozenset(",;:()?")
_BE = frozenset(["is", "are", "was", "were", "been", "being", "be", "got", "get"])
_CLAUSES = frozenset(("and", "but", "which", "who", "that", "when", "where", "while"))
_ALIKE = {"onto": "on", "into": "in", "within": "in", "towards": "to", "toward": "to", "till": "until", "at": "in", "via": "through"}
_WHEN = frozenset(("on", "in", "at", "during"))
_EMPTY = frozenset(("of", "to", "as"))


@dataclass(frozen=True, slots=True)
class _Phrase:
    lead: str
    items: tuple[str, ...]


def same_roles(a: Sentence, b: Sentence) -> bool:
    """Tell whether two sentences of the same words give each word the same part.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> say = lambda one, other: same_roles(*(read(t, datetime(2023, 5, 9)) for t in (one, other)))
    >>> say("Ann taught Bob", "Bob taught Ann"), say("Ann taught Bob", "Bob was taught by Ann")
    (False, True)
    >>> say("In May 2020 Ann moved to Rome", "Ann moved to Rome in May 2020"), say("moved from Rome to Oslo", "moved from Oslo to Rome")
    (True, False)
    >>> say("It flows into the River Ouse", "It flows into the Ouse River"), say("Ann Lee called", "Lee Ann called")
    (True, False)
    >>> say("Ann likes tea and cake", "Ann likes cake and tea"), say("Ann married Bob", "Bob married Ann")
    (True, True)
    """
    one, other = _phrases(_active(a)), _phrases(_active(b))
    return one == other or _one_moved(one, other) or _neighbours_swapped(one, other) or _mirrored(one, other)


@lru_cache(maxsize=4096)
def prepositions(sentence: Sentence) -> tuple[str, ...]:
    """List the prepositions that carry meaning, alike ones written alike, sorted; the `by` of a passive isn't one, nor the `on` of a date.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> prepositions(read("The book was read by Ann at a desk of oak", datetime(2023, 5, 9)))
    ('in',)
    """
    passive = _by_agent(sentence)
    low = (*sentence.low, " ")
    places = [i for i, w in enumerate(low) if w in PREPOSITIONS and w not in _EMPTY and i != passive]
    return tuple(sorted(_ALIKE.get(low[i], low[i]) for i in places if not (low[i] in _WHEN and low[i + 1][0] == "@")))


def _by_agent(sentence: Sentence) -> int:
    """Find the `by` of the only passive clause: a form of be, a verb, by; -1 without one."""
    low = sentence.low
    if low.count("by") != 1 or (by := low.index("by")) < 2 or by - 1 not in sentence.content:
        return -1
    return by if any(w in _BE for w in low[max(0, by - 3) : by - 1]) else -1


def active_order(sentence: Sentence) -> list[int]:
    """List the places of words with the only passive clause turned round: B was taught by A → A taught B.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> s = read("In May Bob was taught by Ann at home", datetime(2023, 5, 9))
    >>> " ".join(s.words[i] for i in active_order(s))
    'In @2023-05 Ann taught Bob at home'
    """
    low = sentence.low
    by = _by_agent(sentence)
    if by < 0:
        return list(range(len(low)))
    be = min(i for i in range(max(0, by - 3), by - 1) if low[i] in _BE)
    start = max((i + 1 for i in range(be) if low[i] in _CLAUSES or low[i] in _BREAKS or sentence.words[i][0] == "@"), default=0)
    end = next((i for i in range(by + 1, len(low)) if low[i] in PREPOSITIONS or low[i] in _BREAKS or low[i] in _CLAUSES), len(low))
    return [*range(start), *range(by + 1, end), *range(be + 1, by), *range(start, be), *range(end, len(low))]


def _active(sentence: Sentence) -> list[tuple[str, str]]:
    """List (word, sense) with a passive clause turned round."""
    return [(sentence.low[i], sentence.senses[i]) for i in active_order(sentence)]


def _phrases(told: Sequence[tuple[str, str]]) -> tuple[_Phrase, ...]:
    """Cut into phrases at prepositions and commas; what `and` joins within one phrase counts in any order."""
    made: list[_Phrase] = []
    lead: str = ""
    items: list[str] = []
    runs: list[int] = []
    for word, sense in [*told, (";", ";")]:
        dated = bool(items) and items[-1][0] == "@"
        if word in PREPOSITIONS or word in _BREAKS or (dated and _carries(word)):
            if items:
                made.append(_Phrase(lead, _unordered(items, runs)))
            if word in PREPOSITIONS or items:
                lead = _ALIKE.get(word, word) if word in PREPOSITIONS else ""
            items, runs = [sense] if dated and _carries(word) and word not in _BREAKS else [], []
        elif word in _LISTED:
            runs.append(len(items))
        elif _carries(word):
            items.append(sense)
            if len(items) > 1 and items[-2] in SORTS and items[-1] not in SORTS:
                items[-2:] = items[:-3:-1]
    return tuple(made)


def _unordered(items: list[str], runs: list[int]) -> tuple[str, ...]:
    """Sort the two words around each `and`, when they are single words.

    >>> _unordered(["like", "tea", "cake"], [2])
    ('like', 'cake', 'tea')
    """
    made = list(items)
    for at in runs:
        if 0 < at < len(made):
            made[at - 1 : at + 1] = sorted(made[at - 1 : at + 1])
    return tuple(made)


def _one_moved(one: tuple[_Phrase, ...], other: tuple[_Phrase, ...]) -> bool:
    """Tell whether one phrase with a preposition, or a run of phrases at either end, stands elsewhere."""
    if sorted(map(_key, one)) != sorted(map(_key, other)) or len(one) < 2:
        return _glued(one) == _glued(other) if len(one) > 1 else False
    for place, phrase in enumerate(one):
        if phrase.lead and place and _without(one, phrase) == _without(other, phrase) and one[0] != other[0]:
            return True
    turns = (one[n:] + one[:n] for n in range(1, len(one)))
    return any(turn == other for turn in turns)


def _neighbours_swapped(one: tuple[_Phrase, ...], other: tuple[_Phrase, ...]) -> bool:
    """Tell whether two neighbouring phrases change places that different prepositions lead, neither being `of`.

    >>> as_a, in_, of = _Phrase("as", ("lawyer",)), _Phrase("in", ("rome",)), _Phrase("of", ("oslo",))
    >>> main = _Phrase("", ("ann", "settle"))
    >>> _neighbours_swapped((main, as_a, in_), (main, in_, as_a)), _neighbours_swapped((main, of, in_), (main, in_, of))
    (True, False)
    """
    changed = [n for n, (x, y) in enumerate(zip(one, other, strict=False)) if x != y]
    if len(one) != len(other) or len(changed) != 2 or changed[1] != changed[0] + 1:
        return False
    first, second = one[changed[0]], one[changed[1]]
    apart = first.lead != second.lead and "of" not in (first.lead, second.lead) and bool(first.lead and second.lead)
    return apart and (other[changed[0]], other[changed[1]]) == (second, first)


def _without(phrases: tuple[_Phrase, ...], gone: _Phrase) -> tuple[_Phrase, ...]:
    at = phrases.index(gone)
    return phrases[:at] + phrases[at + 1 :]


def _glued(phrases: tuple[_Phrase, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Read a fronted phrase as if it stood last: (main words, one phrase)."""
    if phrases[0].lead and len(phrases) > 1 and not phrases[1].lead:
        phrases = (*phrases[1:], phrases[0])
    main = tuple(i for p in phrases if not p.lead for i in p.items)
    return main, tuple(_key(p) for p in phrases if p.lead)


def _mirrored(one: tuple[_Phrase, ...], other: tuple[_Phrase, ...]) -> bool:
    if len(one) != 1 or len(other) != 1:
        return False
    words, turned = one[0].items, other[0].items
    return len(words) == 3 and words[1] in SYMMETRIC and words == tuple(reversed(turned))


def _key(phrase: _Phrase) -> tuple[str, tuple[str, ...]]:
    return phrase.lead, phrase.items


def _carries(word: str) -> bool:
    return word not in SMALL and (word[0].isalnum() or word[0] in "#@¬")
