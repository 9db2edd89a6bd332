"""Judge whether two sentences state the same fact, and say which guard found a difference."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Literal

from compoundry.model import Fact
from compoundry.text import dates, negation, opposites, roles
from compoundry.text.alignment import Alignment, align
from compoundry.text.lexicon import CHANGES, MODAL, ONCE, STATES
from compoundry.text.sentence import Sentence
from compoundry.text.words import lemma

Relation = Literal["same", "recurrence", "update", "contradiction", "unsure", "different"]

_PRESENT = frozenset(("now", "currently", "today", "nowadays"))
_NUMBERED = frozenset(("number", "no", "version", "id", "issue", "pr", "#"))


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what one guard found: `hard` when it rules out that the facts are the same."""

    guard: str
    text: str
    hard: bool = False
    relation: Relation = "different"
    weight: int = 1
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """Hold a sentence with what else is known of it: when it was observed, and whether it is an event."""

    sentence: Sentence
    observed_at: datetime
    event: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Say how two facts relate, and what was found."""

    relation: Relation
    findings: tuple[Finding, ...] = ()


def judge(older: Told, newer: Told, *, review_words: int = 2) -> Verdict:
    """Judge two sentences about the same thing; `review_words` is how many words may differ before a person isn't asked.

    >>> from compoundry.text.sentence import read
    >>> day = datetime(2023, 5, 9)
    >>> say = lambda one, other: judge(*(Told(read(t, day), day) for t in (one, other))).relation
    >>> say("Dana prefers e-mail", "dana prefers email."), say("Dana has 200 employees", "Dana has 250 employees")
    ('same', 'update')
    >>> say("Dana eats meat", "Dana does not eat meat"), say("Dana is a person", "Dana is a real person")
    ('contradiction', 'unsure')
    """
    found = tuple(findings(older, newer))
    hard = [f for f in found if f.hard]
    soft = sum(f.weight for f in found if not f.hard)
    if not found:
        return Verdict("recurrence" if _again(older, newer) else "same")
    if not hard:
        return Verdict("unsure" if soft <= review_words else "different", found)
    sure = len(hard) == 1 and soft == 0
    return Verdict(hard[0].relation if sure else "different", found)


def changed(newer: Sentence) -> bool:
    """Tell whether a sentence says itself that something is different now.

    >>> from compoundry.text.sentence import read
    >>> changed(read("Dana now has 250 employees", datetime(2023, 5, 9)))
    True
    """
    return bool(CHANGES & {*newer.senses, *(w.lower() for w in newer.words)})


def _again(older: Told, newer: Told) -> bool:
    """Tell a thing that happened on two days from one that was told on two days: no date in common, and it can happen twice."""
    if older.observed_at.date() == newer.observed_at.date() or older.sentence.dates:
        return False
    told = older.event or older.sentence.past
    return told and not (ONCE | STATES) & set(older.sentence.senses)


def findings(a: Told, b: Told) -> list[Finding]:
    """List all differences between two sentences, the gravest first; none means the same fact."""
    aligned = align(a.sentence, b.sentence)
    found = [
        *_quantities(a.sentence, b.sentence, aligned),
        *_dates(a, b, aligned),
        *_negation(a.sentence, b.sentence, aligned),
        *_words(a.sentence, b.sentence, aligned),
        *_persons(a.sentence, b.sentence),
        *_order(a.sentence, b.sentence, aligned),
        *_prepositions(a.sentence, b.sentence),
        *_forms(a, b, aligned),
    ]
    return sorted(found, key=lambda f: (not f.hard, f.guard))


def _left(s: Sentence, places: tuple[int, ...]) -> list[int]:
    """Leave out quantities, dates and negation: they have guards of their own."""
    return [i for i in places if s.words[i][0] not in "#@¬"]


def _quantities(a: Sentence, b: Sentence, aligned: Alignment) -> list[Finding]:
    one = [a.words[i] for i in aligned.only_a if a.words[i][0] == "#"]
    other = [b.words[j] for j in aligned.only_b if b.words[j][0] == "#"]
    if not one and not other:
        return []
    shown: dict[str, Fact] = {"one": [q[1:] for q in one], "other": [q[1:] for q in other]}
    if not one or not other:
        return [Finding("quantity_added", f"only one of them says {(one or other)[0][1:]}", facts=shown, weight=2)]
    rest = _lasting(a, _left(a, aligned.only_a)) + _lasting(b, _left(b, aligned.only_b))
    value = len(one) == len(other) == 1 and not rest and not aligned.crossed and _counted(a, b, one[0], other[0])
    return [Finding("quantity", f"{one[0][1:]} is not {other[0][1:]}", True, "update" if value else "different", facts=shown)]


def _counted(a: Sentence, b: Sentence, one: str, other: str) -> bool:
    """Tell a counted or measured value (200 employees) from a number that is a name (PR 200)."""

    def unit(q: str) -> str:
        return q.lstrip("#≈<>=0123456789.~")

    def counts(s: Sentence, q: str) -> bool:
        at = s.words.index(q)
        before = s.words[at - 1].lower() if at else ""
        named = at > 0 and s.named(at - 1)
        return bool(unit(q)) or (at + 1 in s.content and not named and before not in _NUMBERED)

    return unit(one) == unit(other) and counts(a, one) and counts(b, other)


def _dates(a: Told, b: Told, aligned: Alignment) -> list[Finding]:
    one, other = (tuple(d for d in s.sentence.dates) for s in (a, b))
    if one == other:
        return []
    shown: dict[str, Fact] = {"one": [d[1:] for d in one], "other": [d[1:] for d in other]}
    if not one or not other:
        return [Finding("date_added", f"only one of them says when: {(one or other)[0][1:]}", facts=shown)]
    if len(one) == len(other) and all(dates.agree(x, y) for x, y in zip(one, other, strict=True)):
        return [Finding("date_vaguer", f"{one[0][1:]} and {other[0][1:]} need not be the same day", facts=shown)]
    rest = _left(a.sentence, aligned.only_a) + _left(b.sentence, aligned.only_b)
    again = not rest and not aligned.crossed and (a.event or a.sentence.past) and (b.event or b.sentence.past)
    return [Finding("date", f"{one[0][1:]} is not {other[0][1:]}", True, "recurrence" if again else "different", facts=shown)]


def _negation(a: Sentence, b: Sentence, aligned: Alignment) -> list[Finding]:
    if not negation.differ(a.senses, b.senses):
        return []
    rest = _left(a, aligned.only_a) + _left(b, aligned.only_b)
    return [Finding("negation", "one of them denies what the other says", True, "contradiction" if len(rest) < 2 else "different")]


def _words(a: Sentence, b: Sentence, aligned: Alignment) -> list[Finding]:
    one, other = _lasting(a, _left(a, aligned.only_a)), _lasting(b, _left(b, aligned.only_b))
    if not one and not other:
        return []
    shown: dict[str, Fact] = {"one": [a.words[i] for i in one], "other": [b.words[j] for j in other]}
    alone = len(one) == len(other) == 1 and not aligned.crossed
    for i, j in product(one, other):
        x, y = a.words[i], b.words[j]
        if opposites.opposed(x, y):
            return [Finding("opposite", f"{x} is the opposite of {y}", True, "contradiction" if alone else "different", facts=shown)]
        if opposites.exclusive(x, y):
            return [Finding("exclusive", f"{x} is not {y}", True, "contradiction" if alone else "different", facts=shown)]
    names = [i for i in one if a.named(i)], [j for j in other if b.named(j)]
    if names[0] and names[1]:
        x, y = a.words[names[0][0]], b.words[names[1][0]]
        moved = alone and changed(b) and not b.past and not a.past
        return [Finding("name", f"{x} is not {y}", not _initial(x, y), "update" if moved else "different", facts=shown)]
    if names[0] or names[1]:
        added = a.words[names[0][0]] if names[0] else b.words[names[1][0]]
        return [Finding("name_added", f"only one of them names {added}", weight=len(one) + len(other), facts=shown)]
    if {a.senses[i] for i in one} & MODAL or {b.senses[j] for j in other} & MODAL:
        return [Finding("modality", "one of them says that it may, will or should be", weight=len(one) + len(other), facts=shown)]
    if not one or not other:
        extra = " ".join(a.words[i] for i in one) or " ".join(b.words[j] for j in other)
        return [Finding("restriction", f"only one of them says: {extra}", weight=max(len(one), len(other)), facts=shown)]
    return [Finding("other_words", f"one says {a.words[one[0]]}, the other {b.words[other[0]]}", weight=len(one) + len(other), facts=shown)]


def _lasting(s: Sentence, places: list[int]) -> list[int]:
    """Leave out what only says that it is so at present."""
    return [i for i in places if s.words[i].lower() not in _PRESENT]


def _initial(x: str, y: str) -> bool:
    short, long = sorted((x.lower(), y.lower()), key=len)
    return len(short) == 1 and long.startswith(short)


def _persons(a: Sentence, b: Sentence) -> list[Finding]:
    one, other = a.persons - b.persons, b.persons - a.persons
    if not one or not other:
        return []
    hard = {*one, *other} == {"he", "she"}
    return [Finding("person", f"one says {min(one)}, the other {min(other)}", hard)]


def _order(a: Sentence, b: Sentence, aligned: Alignment) -> list[Finding]:
    if not aligned.crossed:
        return []
    if not aligned.only_a and not aligned.only_b and roles.same_roles(a, b):
        return []
    return [Finding("roles", "the same words play other parts", weight=2)]


def _prepositions(a: Sentence, b: Sentence) -> list[Finding]:
    one, other = roles.prepositions(a), roles.prepositions(b)
    if one == other:
        return []
    return [Finding("preposition", f"one says {' '.join(one) or 'no preposition'}, the other {' '.join(other) or 'none'}", weight=0)]


def _forms(a: Told, b: Told, aligned: Alignment) -> list[Finding]:
    """Find a state told as past against one told as present, and one thing against several."""
    found: list[Finding] = []
    if _tense(a.sentence) != _tense(b.sentence) and not (a.event or b.event):
        found.append(Finding("tense", "one of them is about the past", weight=0))
    for i, j in aligned.pairs:
        x, y = a.sentence.words[i].lower(), b.sentence.words[j].lower()
        if x != y and {x, y} == {lemma(x), lemma(x) + "s"} and (_single(a.sentence, i) or _single(b.sentence, j)):
            found.append(Finding("number", f"{x} is not {y}", weight=0))
    return found


def _tense(s: Sentence) -> bool:
    return s.past


def _single(s: Sentence, place: int) -> bool:
    return any(w.lower() in ("a", "an", "one", "another") for w in s.words[max(0, place - 2) : place])
