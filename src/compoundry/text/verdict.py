"""Judge whether two sentences state the same fact, and say which guard found a difference."""

from collections import Counter
from dataclasses import dataclass

from compoundry.text import roles
from compoundry.text.alignment import Alignment
from compoundry.text.guards.changes import OUTWEIGHING
from compoundry.text.guards.finding import Finding, Relation, Told, compared
from compoundry.text.guards.listing import findings
from compoundry.text.lexicon import SLIGHT, TAKEN_BACK, TURNING
from compoundry.text.recurring import again
from compoundry.text.sentence import Sentence
from compoundry.text.worth import cost

_SLIGHT = frozenset(("preposition", "tense", "number"))
_MANY = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """Say how two facts relate, and what was found.

    `matched` counts the words that are in both; `cost` is what the differences take from the worth of asking
    (`text/worth.py`). It is `strict` to call them the same when a word is told in another one, or when they aren't
    English, to call one an update when more than a value differs; the only difference is `slight` when a long sentence
    has one word more, or another small word. It `asks` when both are questions.
    """

    relation: Relation
    findings: tuple[Finding, ...] = ()
    matched: int = 0
    cost: float = 0.0
    strict: bool = False
    slight: bool = False
    asks: bool = False


def judge(older: Told, newer: Told) -> Verdict:
    """Judge two sentences about the same thing.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> day = datetime(2023, 5, 9)
    >>> say = lambda one, other: judge(*(Told(read(t, day), day) for t in (one, other))).relation
    >>> say("Dana prefers e-mail", "dana prefers email."), say("Dana has 200 employees", "Dana has 250 employees")
    ('same', 'update')
    >>> say("Dana eats meat", "Dana does not eat meat"), say("Dana is a person", "Dana is a real person")
    ('contradiction', 'unsure')
    """
    a, b = older.sentence, newer.sentence
    pair = compared(older, newer)
    aligned, order = pair.aligned, pair.order
    found = tuple(findings(pair))
    matched = len(aligned.pairs)
    if not found:
        strict = bool(aligned.replaced) or not (a.english and b.english)
        return Verdict("recurrence" if again(older, newer) else "same", (), matched, strict=strict, asks=a.asks and b.asks)
    if found[0].guard in OUTWEIGHING:
        return Verdict(found[0].relation, found, matched, 1.0, strict=True)
    hard = [f for f in found if f.hard]
    if hard:
        slight = _SLIGHT | {"restriction", "joint"} if hard[0].guard in ("negation", "again") else _SLIGHT
        sure = len(hard) == 1 and all(f.hard or f.guard in slight for f in found)
        return Verdict(hard[0].relation if sure else "different", found, matched, 1.0)
    taken = cost({f.guard for f in found}, alike=_alike(a, b, aligned), order=order, asks=a.asks and b.asks)
    return Verdict("unsure", found, matched, taken, slight=_slight(a, b, aligned, found) and not again(older, newer))


def _slight(a: Sentence, b: Sentence, aligned: Alignment, found: tuple[Finding, ...]) -> bool:
    """Tell whether long sentences differ in one preposition that turns nothing round, in one word more, or in words that are near.

    The longer one survives, so that a word more isn't lost; words that take something back (former, alleged) are no such words.
    """
    if len(found) > 1 or len(aligned.pairs) < _MANY or not (a.english and b.english) or aligned.crossed:
        return False
    match found[0].guard:
        case "preposition":
            one, other = Counter(roles.prepositions(a)), Counter(roles.prepositions(b))
            more, less = one - other, other - one
            return max(more.total(), less.total()) == 1 and not {*more, *less} & TURNING
        case "restriction":
            added = {*(a.low[i] for i in aligned.only_a), *(b.low[j] for j in aligned.only_b)}
            return added <= SLIGHT or (len(added) == 1 and not added & TAKEN_BACK)
        case "other_words":
            return len(aligned.similar) == len(aligned.only_a) == len(aligned.only_b)
        case _:
            return False


def _alike(a: Sentence, b: Sentence, aligned: Alignment) -> float:
    """Return the share of words that have a match, of the sentence that has more without."""
    near = len(aligned.similar)
    most = max((len(only) - near) / max(len(s.content), 1) for s, only in ((a, aligned.only_a), (b, aligned.only_b)))
    return 1.0 - most
