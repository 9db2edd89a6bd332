"""Guard words that only one of two sentences says: denials, opposites, names, plans, restrictions."""

from itertools import pairwise, product

from compoundry.model import Fact
from compoundry.text import negation, opposites
from compoundry.text.guards import quoting
from compoundry.text.guards.finding import ALIKE_OTHERWISE, Compared, Finding, Relation, changed
from compoundry.text.guards.slots import slot
from compoundry.text.lexicon import AUXILIARIES, MODAL, NEGATORS
from compoundry.text.words import cut


def denial(c: Compared) -> list[Finding]:
    """Find that one denies what the other says, or that they deny different words.

    >>> from compoundry.text.guards.finding import spoken
    >>> [(f.guard, f.relation) for f in denial(spoken("Dana eats meat", "Dana never eats meat"))]
    [('negation', 'contradiction')]
    >>> [f.text for f in denial(spoken("The disk of the import host ran out of space", "The import broke, db had no space left"))]
    ['only one of them says no']
    >>> denial(spoken("Dana doesn't eat meat", "Dana does not eat meat"))
    []
    """
    if negation.moved(*([sense for word, sense in zip(s.low, s.senses, strict=True) if word not in AUXILIARIES] for s in (c.a, c.b))):
        return [Finding("negation_moved", f"they deny different words{_denied(c)}")]
    if not negation.differ(c.a.senses, c.b.senses):
        return []
    rest = len(c.only_a) + len(c.only_b)
    if rest > ALIKE_OTHERWISE:
        return [Finding("negation", f"only one of them says {_denier(c)}")]
    return [Finding("negation", "one of them denies what the other says", True, "contradiction" if rest < 2 else "different")]


def _denier(c: Compared) -> str:
    """Quote the word with which one of two denies more than the other.

    >>> from compoundry.text.guards.finding import spoken
    >>> _denier(spoken("The disk ran out of space", "The disk had no space left"))
    'no'
    """
    denies = max((c.a, c.b), key=lambda s: s.words.count(negation.NOT))
    return next((word for word in map(str.lower, cut(denies.text)) if word in NEGATORS), "not")


def _denied(c: Compared) -> str:
    """Quote what each denies and the other doesn't, where both deny one thing.

    >>> from compoundry.text.guards.finding import spoken
    >>> _denied(spoken("There were no alarms on Monday", "There were no alerts on Monday"))
    ': alarms, alerts'
    """
    one, other = ([after for word, after in pairwise(s.words) if word == negation.NOT] for s in (c.a, c.b))
    return f": {one[0]}, {other[0]}" if len(one) == len(other) == 1 and one != other else ""


def wording(c: Compared) -> list[Finding]:
    """Name the gravest difference among the words that are left over; none when there are none."""
    if not c.lasting_a and not c.lasting_b:
        return []
    shown: dict[str, Fact] = {"one": [c.a.words[i] for i in c.lasting_a], "other": [c.b.words[j] for j in c.lasting_b]}
    found = clash(c, shown) or name(c, shown) or modality(c, shown) or restriction(c, shown) or other_words(c, shown)
    return [found] if found else []


def clash(c: Compared, shown: dict[str, Fact]) -> Finding | None:
    """Find a word against its opposite, or against another one of a kind of which only one can hold.

    >>> from compoundry.text.guards.finding import spoken
    >>> clash(spoken("The route is longer", "The route is shorter"), {}).text
    'longer is the opposite of shorter'
    >>> clash(spoken("Dana's car is red", "Dana's car is blue"), {}).guard
    'exclusive'
    """
    relation: Relation = "contradiction" if c.alone else "different"
    for i, j in product(c.lasting_a, c.lasting_b):
        x, y = c.a.words[i], c.b.words[j]
        if opposites.opposed(x, y):
            return Finding("opposite", f"{x} is the opposite of {y}", c.alike_otherwise, relation, facts=shown)
        if opposites.exclusive(x, y):
            return Finding("exclusive", f"{x} is not {y}", c.alike_otherwise, "update" if slot(c) else relation, facts=shown)
    return None


def name(c: Compared, shown: dict[str, Fact]) -> Finding | None:
    """Find a name against another one, or one that only one of them says; an initial may stand for a name.

    >>> from compoundry.text.guards.finding import spoken
    >>> [(f.guard, f.text, f.hard) for f in [name(spoken("Acme met Dana", "Acme met Dan"), {})]]
    [('name', 'Dana is not Dan', True)]
    >>> name(spoken("Acme met D. Reyes", "Acme met Dana Reyes"), {}).hard, name(spoken("Acme met us", "Acme met Dana"), {}).guard
    (False, 'name_added')
    """
    one, other = [i for i in c.lasting_a if c.a.named(i)], [j for j in c.lasting_b if c.b.named(j)]
    if one and other:
        x, y = c.a.words[one[0]], c.b.words[other[0]]
        moved = (c.alone and changed(c.b) and not c.b.past and not c.a.past) or slot(c)
        text = f"{quoting.run(c.a, one)} is not {quoting.run(c.b, other)}"
        return Finding("name", text, c.alike_otherwise and not _initial(x, y), "update" if moved else "different", facts=shown)
    if one or other:
        return Finding("name_added", f"only one of them names {quoting.run(c.a, one) if one else quoting.run(c.b, other)}", facts=shown)
    return None


def modality(c: Compared, shown: dict[str, Fact]) -> Finding | None:
    """Find a plan, a wish, a possibility or a claim against what is so, and an `only`.

    >>> from compoundry.text.guards.finding import spoken
    >>> modality(spoken("Dana moves to Rome", "Dana wants to move to Rome"), {}).text
    'only one of them says: wants'
    >>> modality(spoken("Dana eats fish", "Dana eats only fish"), {}).text
    'only one of them says: only'
    """
    one, other = ([i for i in places if s.senses[i] in MODAL] for s, places in ((c.a, c.lasting_a), (c.b, c.lasting_b)))
    if not one and not other:
        return None
    if c.lasting_a and c.lasting_b:
        text = f"one says {quoting.run(c.a, one or c.lasting_a)}, the other {quoting.run(c.b, other or c.lasting_b)}"
    else:
        text = f"only one of them says: {c.a.words[one[0]] if one else c.b.words[other[0]]}"
    return Finding("modality", text, facts=shown)


def restriction(c: Compared, shown: dict[str, Fact]) -> Finding | None:
    """Find words that only one of them has, and nothing in their place.

    >>> from compoundry.text.guards.finding import spoken
    >>> restriction(spoken("Dana is a person", "Dana is a real person"), {}).text
    'only one of them says: real'
    """
    if c.lasting_a and c.lasting_b:
        return None
    extra = quoting.run(c.a, c.lasting_a) if c.lasting_a else quoting.run(c.b, c.lasting_b)
    return Finding("restriction", f"only one of them says: {extra}", facts=shown)


def other_words(c: Compared, shown: dict[str, Fact]) -> Finding | None:
    """Find words in each that the other lacks.

    >>> from compoundry.text.guards.finding import spoken
    >>> other_words(spoken("Dana paints portraits", "Dana paints landscapes"), {}).text
    'one says portraits, the other landscapes'
    >>> other_words(spoken("Dana asked for the numbers behind the chart", "Dana kindly asked for the numbers"), {}).text
    'only one of them says chart, only the other kindly'
    """
    return Finding("other_words", quoting.instead(c), facts=shown)


def _initial(x: str, y: str) -> bool:
    short, long = sorted((x.lower().rstrip("."), y.lower().rstrip(".")), key=len)
    return len(short) == 1 and long.startswith(short)
