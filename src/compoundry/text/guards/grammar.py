"""Guard what small words and word order say: who, whether it is asked, who did it to whom, where, when, how many."""

from collections import Counter
from functools import lru_cache

from compoundry.text import questions, roles
from compoundry.text.guards.finding import Compared, Finding
from compoundry.text.lexicon import ARTICLES, PREPOSITIONS
from compoundry.text.negation import NOT
from compoundry.text.questions import HOW
from compoundry.text.sentence import PERSONS, Sentence
from compoundry.text.words import lemma

_ANYONE = frozenset(("i", "you", "we"))
_LONG = 6
_JOINTS = frozenset(("or", "but"))
_ALL = frozenset(("all", "any", "anybody", "anyone", "anything", "each", "every", "everybody", "everyone", "everything", NOT))
_AMOUNTS = frozenset(("few", "little"))


def person(c: Compared) -> list[Finding]:
    """Find another person spoken of, or the same ones in other places.

    >>> from compoundry.text.guards.finding import spoken
    >>> [(f.guard, f.hard) for f in person(spoken("He likes tea", "She likes tea"))]
    [('person', True)]
    >>> [f.guard for f in person(spoken("She called and he came", "He called and she came"))]
    ['pronoun']
    """
    a, b = c.a, c.b
    one, other = a.persons - b.persons, b.persons - a.persons
    if a.persons == b.persons and _pronouns(a) != _pronouns(b):
        return [Finding("pronoun", "he, she or the like stands elsewhere")]
    if not one or not other or (HOW in a.words and HOW in b.words and one | other <= _ANYONE):
        return []
    return [Finding("person", f"one says {min(one)}, the other {min(other)}", {*one, *other} == {"he", "she"})]


@lru_cache(maxsize=4096)
def _pronouns(s: Sentence) -> list[tuple[str, bool, str]]:
    """List the pronouns that aren't possessive, each with whether words that carry meaning came before it, and its preposition.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> _pronouns(read("She hit it with him", datetime(2023, 5, 9)))
    [('he', True, 'with'), ('she', False, '')]
    """
    low = s.low
    first = s.content[0] if s.content else 0
    places = [i for i, w in enumerate(low) if w in PERSONS and w not in ARTICLES]
    return sorted((PERSONS[low[i]], i > first, low[i - 1] if i and low[i - 1] in PREPOSITIONS else "") for i in places)


def question(c: Compared) -> list[Finding]:
    """Find that they ask for different things, or only one of them asks.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.text for f in question(spoken("When did Dana move?", "Where did Dana move?"))]
    ['one asks when, the other where']
    """
    one, other = questions.kind(c.a.words), questions.kind(c.b.words)
    return [Finding("question", f"one asks {one or 'nothing'}, the other {other or 'nothing'}")] if one != other else []


def order(c: Compared) -> list[Finding]:
    """Find words that take each other's part, or that come in another order that isn't known to say the same.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.guard for f in order(spoken("Ann reports to Bob", "Bob reports to Ann"))], order(spoken("Ann met Bob", "Bob was met by Ann"))
    (['exchange'], [])
    """
    if not c.aligned.crossed or (not c.aligned.only_a and not c.aligned.only_b and roles.same_roles(c.a, c.b)):
        return []
    if c.order.exchanged:
        one, other = c.order.exchanged
        return [Finding("exchange", f"{one} and {other} take each other's part", facts={"one": one, "other": other})]
    return [Finding("roles", "the same words come in another order")]


def preposition(c: Compared) -> list[Finding]:
    """Find another preposition; in a long sentence an `in` or `on` may be left out.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.text for f in preposition(spoken("Dana left before lunch", "Dana left after lunch"))]
    ['one says before, the other after']
    >>> [f.text for f in preposition(spoken("Dana was late for lunch", "Dana was late"))]
    ['only one of them says for']
    """
    one, other = roles.prepositions(c.a), roles.prepositions(c.b)
    if one == other or (len(c.aligned.pairs) >= _LONG and _place_left_out(one, other)):
        return []
    more, less = (" ".join((Counter(x) - Counter(y)).elements()) for x, y in ((one, other), (other, one)))
    both = f"one says {more}, the other {less}"
    return [Finding("preposition", both if more and less else f"only one of them says {more or less}")]


def _place_left_out(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether only one of them says in or on, and nothing stands there in the other.

    >>> _place_left_out(("from", "in"), ("from",)), _place_left_out(("in",), ("from",))
    (True, False)
    """
    more, less = Counter(one) - Counter(other), Counter(other) - Counter(one)
    return not (more and less) and {*more, *less} <= {"in", "on"}


def tense(c: Compared) -> list[Finding]:
    """Find a state told as past against one told as present; of events, when they happened is told by dates.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.guard for f in tense(spoken("Dana works at Acme", "Dana used to work at Acme"))]
    ['tense']
    """
    past = c.a.past != c.b.past and not (c.older.event or c.newer.event)
    return [Finding("tense", "one of them is about the past")] if past else []


def number(c: Compared) -> list[Finding]:
    """Find one thing against several.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.text for f in number(spoken("Dana has a cat", "Dana has cats"))]
    ['one says cat, the other cats']
    """
    found = []
    for i, j in c.aligned.pairs:
        x, y = c.a.low[i], c.b.low[j]
        if x != y and {x, y} == {lemma(x), lemma(x) + "s"} and (_single(c.a, i) or _single(c.b, j)):
            found.append(Finding("number", f"one says {x}, the other {y}"))
    return found


def joint(c: Compared) -> list[Finding]:
    """Find an `or` against an `and`, or all but one against all.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.text for f in joint(spoken("It needs a stamp and a signature", "It needs a stamp or a signature"))]
    ['one says and, the other or']
    >>> [f.text for f in joint(spoken("Scan all folders but payroll", "Scan all folders and payroll"))]
    ['one says but, the other and']
    >>> joint(spoken("Dana likes tea, cake or milk", "Dana likes cake, tea or milk"))
    []
    """
    one, other = _joints(c.a), _joints(c.b)
    if one == other:
        turned = "or" in one and not c.aligned.crossed and _chain(c.a) != _chain(c.b) and sorted(_chain(c.a)) == sorted(_chain(c.b))
        return [Finding("joint", "and stands where the other says or")] if turned else []
    x, y = (next((word for word in said if word not in rest), "") for said, rest in ((one, other), (other, one)))
    if not (x or y):
        return [Finding("joint", "one of them says or in more places")]
    x, y = (word or ("and" if "and" in s.low else "") for word, s in ((x, c.a), (y, c.b)))
    return [Finding("joint", f"one says {x}, the other {y}" if x and y else f"only one of them says {x or y}")]


@lru_cache(maxsize=4096)
def _joints(s: Sentence) -> tuple[str, ...]:
    """List what joins so that it matters, without the words around it: or, and/or, the but of all but one."""
    if _JOINTS.isdisjoint(s.low):
        return ()
    found = []
    for at, word in enumerate(s.low):
        if word == "or":
            found.append("and/or" if at and s.low[at - 1] == "and" else "or")
        elif word == "but" and not _ALL.isdisjoint(s.low[:at]):
            found.append("but")
    return tuple(sorted(found))


def _chain(s: Sentence) -> list[str]:
    return [word for word in s.low if word in ("and", "or")]


def amount(c: Compared) -> list[Finding]:
    """Find few against a few, little against a little.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.text for f in amount(spoken("There are few open invoices", "There are a few open invoices"))]
    ['one says few, the other a few']
    >>> amount(spoken("The little boy ran", "A little boy ran"))
    []
    """
    found = []
    for i, j in c.aligned.pairs:
        if c.a.low[i] in _AMOUNTS and c.a.low[i] == c.b.low[j]:
            one, other = (s.low[at - 1] if at and s.low[at - 1] in ARTICLES else "" for s, at in ((c.a, i), (c.b, j)))
            if "a" in (one, other) and "" in (one, other):
                x, y = (f"{article} {c.a.low[i]}".strip() for article in (one, other))
                found.append(Finding("amount", f"one says {x}, the other {y}"))
    return found


def _single(s: Sentence, place: int) -> bool:
    return any(w in ("a", "an", "one", "another") for w in s.low[max(0, place - 2) : place])
