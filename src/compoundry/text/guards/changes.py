"""Guard what a newer sentence says of an older one: that it is over, done, or turned into something else."""

from itertools import product

from compoundry.model import Fact
from compoundry.text import opposites, preferences
from compoundry.text.guards.finding import Compared, Finding, Relation, happened
from compoundry.text.lessons import lesson
from compoundry.text.lexicon import AGAIN, ARTICLES, LEAVINGS, MOVES, ONE_WAY, PLANS, PREPOSITIONS, REVISIONS, SLIGHT
from compoundry.text.negation import NOT
from compoundry.text.sentence import Sentence

OUTWEIGHING = frozenset(("revised", "ended", "done", "moved", "preference", "reversed"))  # they outweigh whatever else differs
_FORMERLY = frozenset(("formerly", "previously"))
_NEAR = 3  # a place or a plan stands at most so far behind its preposition: on the old Pro plan
_REST = 2  # words of the older sentence that may be left over: lives in Gothenburg, leads procurement at Pinecrest
_REST_OPPOSED = 4  # the like, where Wednesday against Thursday says what the sentences are about
_SHARED = 2  # words that both must have: who it is, and what


def ended(c: Compared) -> list[Finding]:
    """Find that one says of what the other tells that it is over: `used to`, `no longer`.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.text for f in ended(spoken("Dana works in Rome", "Dana used to work in Rome"))]
    ['one says that it is over, the other that it is so']
    >>> ended(spoken("Dana works in Rome", "Dana used to work in Oslo"))
    []
    """
    one, other = _over(c.a, c.lasting_a), _over(c.b, c.lasting_b)
    rest = len(c.lasting_a) + len(c.lasting_b) - len(one) - len(other)
    if bool(one) == bool(other) or rest or c.aligned.crossed or c.a.dates != c.b.dates or c.a.quantities != c.b.quantities:
        return []
    if other and c.later:
        return [Finding("ended", f"the newer one says that it is over: {_quoted(c.b, other)}", True, "update")]
    return [Finding("ended", "one says that it is over, the other that it is so", True, "contradiction")]


def _over(s: Sentence, places: list[int]) -> list[int]:
    """List the places of the words that say that it is over."""
    if not places:
        return []
    low = (*s.low, "")
    used = [i for i in places if low[i] in _FORMERLY or (low[i] == "used" and low[i + 1] == "to")]
    return used + [i for i in places if low[i] == "anymore" and NOT in low]


def _quoted(s: Sentence, places: list[int]) -> str:
    said = s.low[places[0]]
    return {"used": "used to", "anymore": "no longer"}.get(said, said)


def done(c: Compared) -> list[Finding]:
    """Find that a newer sentence tells as done what the older one planned.

    >>> from datetime import datetime
    >>> from compoundry.text.guards.finding import Told, compared
    >>> from compoundry.text.sentence import read
    >>> days = datetime(2023, 5, 9), datetime(2023, 6, 9)
    >>> told = ("Acme plans to open a clinic in Rome", "Acme opened a clinic in Rome")
    >>> [f.text for f in done(compared(*(Told(read(t, day), day) for t, day in zip(told, days))))]
    ['it was a plan (plans), and is done now']
    """
    plan = [i for i in c.lasting_a if c.a.senses[i] in PLANS]
    rest = len(c.lasting_a) - len(plan)
    slight = all(c.b.low[j] in SLIGHT for j in c.lasting_b)
    if not plan or rest or not slight or not c.b.past or not c.later or c.aligned.crossed or c.a.asks or NOT in (*c.a.words, *c.b.words):
        return []
    return [Finding("done", f"it was a plan ({c.a.words[plan[0]]}), and is done now", True, "update")]


def moved(c: Compared) -> list[Finding]:
    """Find that a newer sentence says that somebody or something left the state that the older one tells.

    >>> from datetime import datetime
    >>> from compoundry.text.guards.finding import Told, compared
    >>> from compoundry.text.sentence import read
    >>> days = datetime(2023, 5, 9), datetime(2023, 6, 9)
    >>> say = lambda *told: [f.text for f in moved(compared(*(Told(read(t, day), day) for t, day in zip(told, days))))]
    >>> say("Dana lives in Oslo", "Dana moved from Oslo to Rome"), say("The team review is on Mondays", "The team review moved to Fridays")
    (['it was Oslo, and is now Rome'], ['it was Mondays, and is now Fridays'])
    >>> say("Dana leads sales at Acme", "Dana left Acme in May"), say("Dana left Oslo", "Dana moved from Oslo to Rome")
    (['the newer one says: left Acme'], [])
    """
    alike = sum(c.a.words[i][0].isalpha() for i, _ in c.aligned.pairs) >= _SHARED
    if not alike or not c.later or happened(c.older) or c.a.asks or c.b.asks or NOT in (*c.a.words, *c.b.words):
        return []
    found = (_opposed(c) if len(c.lasting_a) <= _REST_OPPOSED else "") or (_from(c) or _left(c) if len(c.lasting_a) <= _REST else "")
    return [Finding("moved", found, True, "update")] if found else []


def _from(c: Compared) -> str:
    """Say from where to where, when the newer one names with `from` the place or plan that the older one tells."""
    if not MOVES & {*c.b.senses}:
        return ""
    for i, j in c.aligned.pairs:
        if _before(c.b, j) == "from" and _led(c.a, i):
            to = next((n for n in c.b.content if n > j and _before(c.b, n) == "to"), None)
            was = _named(c.b, j)
            return f"it was {was}, and is now {_named(c.b, to)}" if to is not None else f"it was {was}, and changed"
    return ""


def _left(c: Compared) -> str:
    """Say what was left, when the older one names it behind a preposition."""
    for i, j in c.aligned.pairs:
        verb = next((n for n in (j - 1, j - 2) if n >= 0 and c.b.low[n] not in ARTICLES), -1)
        if verb >= 0 and c.b.senses[verb] in LEAVINGS and c.b.named(j) and _led(c.a, i):
            return f"the newer one says: {c.b.words[verb]} {_named(c.b, j)}"
    return ""


def _opposed(c: Compared) -> str:
    """Say what became what, when the newer one moved to another one of a kind: a weekday, a colour."""
    if not (MOVES | REVISIONS) & {*c.b.senses}:
        return ""
    for i, j in product(c.lasting_a, c.lasting_b):
        if _before(c.b, j) == "to" and opposites.exclusive(c.a.words[i], c.b.words[j]):
            return f"it was {c.a.words[i]}, and is now {c.b.words[j]}"
    return ""


def _before(s: Sentence, place: int) -> str:
    """Return the word before a place, over articles."""
    at = place - 1
    while at >= 0 and s.low[at] in ARTICLES:
        at -= 1
    return s.low[at] if at >= 0 else ""


def _led(s: Sentence, place: int) -> bool:
    return any(w in PREPOSITIONS for w in s.low[max(0, place - _NEAR) : place])


def _named(s: Sentence, place: int) -> str:
    """Quote a name from its first word on, or one word."""
    end = place + 1
    while s.named(place) and end < len(s.words) and s.named(end):
        end += 1
    return " ".join(s.words[place:end])


def preference(c: Compared) -> list[Finding]:
    """Find that each prefers what the other puts second.

    >>> from compoundry.text.guards.finding import spoken
    >>> [(f.text, f.relation) for f in preference(spoken("Dana prefers calls over mail", "Dana would rather have mail than calls"))]
    [('one prefers calls over mail, the other mail over calls', 'contradiction')]
    """
    one, other = preferences.preference(c.a), preferences.preference(c.b)
    if not one or not other or not preferences.turned(one, other):
        return []
    relation: Relation = "update" if c.later and c.present else "contradiction"
    return [Finding("preference", f"one prefers {one.said}, the other {other.said}", True, relation)]


def reversed_parts(c: Compared) -> list[Finding]:
    """Find that two names take each other's part in what goes only one way.

    >>> from compoundry.text.guards.finding import spoken
    >>> [(f.text, f.relation) for f in reversed_parts(spoken("Ann reports to Bob", "Bob reports to Ann"))]
    [("Ann and Bob take each other's part", 'contradiction')]
    >>> reversed_parts(spoken("Ann met Bob at Acme", "Bob met Ann at Acme"))
    []
    """
    names = c.order.exchanged
    if not names or c.only_a or c.only_b or happened(c.older) or happened(c.newer) or not ONE_WAY & {*c.a.senses}:
        return []
    if not all(name[:1].isupper() for name in names) or c.a.asks or c.b.asks:
        return []
    facts: dict[str, Fact] = {"one": names[0], "other": names[1]}
    text = f"{names[0]} and {names[1]} take each other's part"
    return [Finding("reversed", text, True, "update" if c.later else "contradiction", facts)]


def instruction(c: Compared) -> list[Finding]:
    """Find that one tells what to do, and the other what happened.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.text for f in instruction(spoken("If the import fails, check the disk", "The import failed because the disk was full"))]
    ['one tells what to do, the other what happened']
    """
    for one, other in ((c.older, c.newer), (c.newer, c.older)):
        if happened(other) and not other.sentence.asks and lesson(one.sentence.text) and not lesson(other.sentence.text):
            return [Finding("instruction", "one tells what to do, the other what happened", True)]
    return []


def repeated(c: Compared) -> list[Finding]:
    """Find that a later sentence says itself that the same thing happened again.

    >>> from datetime import datetime
    >>> from compoundry.text.guards.finding import Told, compared
    >>> from compoundry.text.sentence import read
    >>> days = datetime(2023, 5, 9), datetime(2023, 6, 9)
    >>> told = ("Dana asked for the numbers", "Dana again asked for the numbers")
    >>> [(f.text, f.relation) for f in repeated(compared(*(Told(read(t, day), day) for t, day in zip(told, days))))]
    [('the newer one says that it happened again', 'recurrence')]
    """
    again = {j for j in c.only_b if c.b.low[j] in AGAIN}
    if not again or not c.later or not happened(c.newer) or c.a.asks or c.b.asks:
        return []
    alone = happened(c.older) and not c.lasting_a and again.issuperset(c.lasting_b) and not c.aligned.crossed
    return [Finding("again", "the newer one says that it happened again", True, "recurrence" if alone else "different")]
