"""Find what tells two sentences apart; each guard names the kind of difference that it finds."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Literal

from compoundry.model import Fact
from compoundry.text import dates, negation, opposites, questions, roles
from compoundry.text.alignment import Alignment
from compoundry.text.lexicon import ARTICLES, AUXILIARIES, CHANGES, MODAL, PREPOSITIONS, REVISIONS
from compoundry.text.order import Arrangement
from compoundry.text.questions import HOW
from compoundry.text.sentence import PERSONS, Sentence
from compoundry.text.words import lemma

Relation = Literal["same", "recurrence", "update", "contradiction", "unsure", "different"]

_PRESENT = frozenset(("now", "currently", "today", "nowadays"))
_ANYONE = frozenset(("i", "you", "we"))
_LONG = 6
_ALIKE_OTHERWISE = 3
_NUMBERED = frozenset(("number", "no", "version", "id", "issue", "pr", "#"))


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


def findings(a: Told, b: Told, aligned: Alignment, order: Arrangement) -> list[Finding]:
    """List all differences between two sentences, the gravest first; none means the same fact."""
    found = [
        *_quantities(a.sentence, b.sentence, aligned),
        *_dates(a, b, aligned),
        *_negation(a.sentence, b.sentence, aligned),
        *_words(a.sentence, b.sentence, aligned),
        *_persons(a.sentence, b.sentence),
        *_question(a.sentence, b.sentence),
        *_order(a.sentence, b.sentence, aligned, order),
        *_prepositions(a.sentence, b.sentence, aligned),
        *_forms(a, b, aligned),
        *_revised(a, b, aligned),
    ]
    return sorted(found, key=lambda f: (f.guard != "revised", not f.hard, f.guard))


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
        return [Finding("quantity_added", f"only one of them says {(one or other)[0][1:]}", facts=shown)]
    rest = _lasting(a, _left(a, aligned.only_a)) + _lasting(b, _left(b, aligned.only_b))
    value = len(one) == len(other) == 1 and not rest and not aligned.crossed and _counted(a, b, one[0], other[0])
    hard = len(rest) <= _ALIKE_OTHERWISE
    return [Finding("quantity", f"{one[0][1:]} is not {other[0][1:]}", hard, "update" if value else "different", facts=shown)]


def _counted(a: Sentence, b: Sentence, one: str, other: str) -> bool:
    """Tell a counted or measured value (200 employees) from a number that is a name (PR 200)."""

    def counts(s: Sentence, q: str) -> bool:
        at = s.words.index(q)
        before = s.words[at - 1].lower() if at else ""
        named = at > 0 and s.named(at - 1)
        return bool(_unit(q)) or (at + 1 in s.content and not named and before not in _NUMBERED)

    return _unit(one) == _unit(other) and counts(a, one) and counts(b, other)


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
    if negation.moved(*([s.senses[i] for i in range(len(s.words)) if s.words[i].lower() not in AUXILIARIES] for s in (a, b))):
        return [Finding("negation_moved", "they deny different words")]
    if not negation.differ(a.senses, b.senses):
        return []
    rest = len(_left(a, aligned.only_a)) + len(_left(b, aligned.only_b))
    relation: Relation = "contradiction" if rest < 2 else "different"
    return [Finding("negation", "one of them denies what the other says", rest <= _ALIKE_OTHERWISE, relation)]


def _words(a: Sentence, b: Sentence, aligned: Alignment) -> list[Finding]:
    one, other = _lasting(a, _left(a, aligned.only_a)), _lasting(b, _left(b, aligned.only_b))
    if not one and not other:
        return []
    shown: dict[str, Fact] = {"one": [a.words[i] for i in one], "other": [b.words[j] for j in other]}
    alone = len(one) == len(other) == 1 and not aligned.crossed
    hard = len(one) + len(other) <= _ALIKE_OTHERWISE
    clash: Relation = "contradiction" if alone else "different"
    for i, j in product(one, other):
        x, y = a.words[i], b.words[j]
        if opposites.opposed(x, y):
            return [Finding("opposite", f"{x} is the opposite of {y}", hard, clash, facts=shown)]
        if opposites.exclusive(x, y):
            return [Finding("exclusive", f"{x} is not {y}", hard, clash, facts=shown)]
    names = [i for i in one if a.named(i)], [j for j in other if b.named(j)]
    if names[0] and names[1]:
        x, y = a.words[names[0][0]], b.words[names[1][0]]
        moved = alone and changed(b) and not b.past and not a.past
        return [Finding("name", f"{x} is not {y}", hard and not _initial(x, y), "update" if moved else "different", facts=shown)]
    if names[0] or names[1]:
        added = a.words[names[0][0]] if names[0] else b.words[names[1][0]]
        return [Finding("name_added", f"only one of them names {added}", facts=shown)]
    if {a.senses[i] for i in one} & MODAL or {b.senses[j] for j in other} & MODAL:
        return [Finding("modality", "one of them says that it may, will or should be", facts=shown)]
    if not one or not other:
        extra = " ".join(a.words[i] for i in one) or " ".join(b.words[j] for j in other)
        return [Finding("restriction", f"only one of them says: {extra}", facts=shown)]
    return [Finding("other_words", f"one says {a.words[one[0]]}, the other {b.words[other[0]]}", facts=shown)]


def _revised(a: Told, b: Told, aligned: Alignment) -> list[Finding]:
    """Find a newer sentence that says itself that a value of the older one was changed: `increased to 250`.

    >>> from compoundry.text.alignment import align
    >>> from compoundry.text.sentence import read
    >>> first, later = datetime(2023, 5, 9), datetime(2023, 6, 9)
    >>> a, b = Told(read("I budget $200 for the trip", first), first), Told(read("The trip budget was raised to $250", later), later)
    >>> [finding.text for finding in _revised(a, b, align(a.sentence, b.sentence))]
    ['it was 200usd, and is now 250usd']
    """
    s, t = a.sentence, b.sentence
    if (
        b.observed_at.date() < a.observed_at.date()
        or not REVISIONS & {*t.senses}
        or sum(s.words[i][0].isalpha() for i, _ in aligned.pairs) < 2
    ):
        return []
    olds, news = ([w.words[i] for i in only if w.words[i][0] in "#@"] for w, only in ((s, aligned.only_a), (t, aligned.only_b)))
    for old, new in product(olds, news):
        if _unit(old) == _unit(new) and t.words.index(new) and t.words[t.words.index(new) - 1].lower() == "to":
            return [Finding("revised", f"it was {old[1:]}, and is now {new[1:]}", True, "update", {"one": [old[1:]], "other": [new[1:]]})]
    return []


def _unit(value: str) -> str:
    """Return the unit of a quantity; a date and a time are units of their own."""
    return value[:2] if value[0] == "@" and value[1] == "t" else "@" if value[0] == "@" else value.lstrip("#≈<>=0123456789.~")


def _lasting(s: Sentence, places: list[int]) -> list[int]:
    """Leave out what only says that it is so at present."""
    return [i for i in places if s.words[i].lower() not in _PRESENT]


def _initial(x: str, y: str) -> bool:
    short, long = sorted((x.lower(), y.lower()), key=len)
    return len(short) == 1 and long.startswith(short)


def _pronouns(s: Sentence) -> list[tuple[str, bool, str]]:
    """List the pronouns that aren't possessive, each with whether words that carry meaning came before it, and its preposition.

    >>> from compoundry.text.sentence import read
    >>> _pronouns(read("She hit it with him", datetime(2023, 5, 9)))
    [('he', True, 'with'), ('she', False, '')]
    """
    low = [w.lower() for w in s.words]
    first = s.content[0] if s.content else 0
    places = [i for i, w in enumerate(low) if w in PERSONS and w not in ARTICLES]
    return sorted((PERSONS[low[i]], i > first, low[i - 1] if i and low[i - 1] in PREPOSITIONS else "") for i in places)


def _persons(a: Sentence, b: Sentence) -> list[Finding]:
    one, other = a.persons - b.persons, b.persons - a.persons
    if a.persons == b.persons and _pronouns(a) != _pronouns(b):
        return [Finding("pronoun", "he, she or the like stands elsewhere")]
    if not one or not other or (HOW in a.words and HOW in b.words and one | other <= _ANYONE):
        return []
    hard = {*one, *other} == {"he", "she"}
    return [Finding("person", f"one says {min(one)}, the other {min(other)}", hard)]


def _question(a: Sentence, b: Sentence) -> list[Finding]:
    one, other = questions.kind(a.words), questions.kind(b.words)
    return [Finding("question", f"one asks {one or 'nothing'}, the other {other or 'nothing'}")] if one != other else []


def _order(a: Sentence, b: Sentence, aligned: Alignment, order: Arrangement) -> list[Finding]:
    if not aligned.crossed or (not aligned.only_a and not aligned.only_b and roles.same_roles(a, b)):
        return []
    if order.exchanged:
        one, other = order.exchanged
        return [Finding("exchange", f"{one} and {other} take each other's part", facts={"one": one, "other": other})]
    return [Finding("roles", "the same words come in another order")]


def _prepositions(a: Sentence, b: Sentence, aligned: Alignment) -> list[Finding]:
    one, other = roles.prepositions(a), roles.prepositions(b)
    if one == other or (len(aligned.pairs) >= _LONG and _place_left_out(one, other)):
        return []
    return [Finding("preposition", f"one says {' '.join(one) or 'no preposition'}, the other {' '.join(other) or 'none'}")]


def _place_left_out(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether only one of them says in or on, and nothing stands there in the other.

    >>> _place_left_out(("from", "in"), ("from",)), _place_left_out(("in",), ("from",))
    (True, False)
    """
    more, less = Counter(one) - Counter(other), Counter(other) - Counter(one)
    return not (more and less) and {*more, *less} <= {"in", "on"}


def _forms(a: Told, b: Told, aligned: Alignment) -> list[Finding]:
    """Find a state told as past against one told as present, and one thing against several."""
    found: list[Finding] = []
    if _tense(a.sentence) != _tense(b.sentence) and not (a.event or b.event):
        found.append(Finding("tense", "one of them is about the past"))
    for i, j in aligned.pairs:
        x, y = a.sentence.words[i].lower(), b.sentence.words[j].lower()
        if x != y and {x, y} == {lemma(x), lemma(x) + "s"} and (_single(a.sentence, i) or _single(b.sentence, j)):
            found.append(Finding("number", f"{x} is not {y}"))
    return found


def _tense(s: Sentence) -> bool:
    return s.past


def _single(s: Sentence, place: int) -> bool:
    return any(w.lower() in ("a", "an", "one", "another") for w in s.words[max(0, place - 2) : place])


def changed(newer: Sentence) -> bool:
    """Tell whether a sentence says itself that something is different now.

    >>> from compoundry.text.sentence import read
    >>> changed(read("Dana now has 250 employees", datetime(2023, 5, 9)))
    True
    """
    return bool(CHANGES & {*newer.senses, *(w.lower() for w in newer.words)})
