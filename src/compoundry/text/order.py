"""Find words that change places: the same words in another order may say something else."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compoundry.text.roles import active_order
from compoundry.text.sentence import Sentence

_JOINS = frozenset(("and", "or", "&"))
_ARTICLES = frozenset(("the", "a", "an"))
_LONGEST_NAME = 5
_EDGES = ("^", "$")

Near = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Hold how many neighbourhoods of words are broken, and two words that take each other's place, if any do."""

    broken: int = 0
    exchanged: tuple[str, str] | None = None


def arrange(a: Sentence, b: Sentence, pairs: Sequence[tuple[int, int]], near: Near) -> Arrangement:
    """Compare the order of words that are paired (places in a and b); words that are `near` may change places.

    >>> from datetime import datetime
    >>> from compoundry.text.alignment import align
    >>> from compoundry.text.sentence import read
    >>> def told(one, other):
    ...     a, b = (read(text, datetime(2023, 5, 9)) for text in (one, other))
    ...     return arrange(a, b, align(a, b).pairs, lambda x, y: False).exchanged
    >>> told("Ann sent the old plan to the new team", "Ann sent the new plan to the old team")
    ('old', 'new')
    >>> told("In May 2020 Ann moved to Rome", "Ann moved to Rome in May 2020") is None
    True
    >>> told("Ann met Bob, Cara and Dan", "Ann met Dan, Cara and Bob") is None
    True
    """
    first = {place: n for n, place in enumerate(_ordered(a))}
    second = {place: n for n, place in enumerate(_ordered(b))}
    known = sorted(((i, j) for i, j in pairs if i in first and j in second), key=lambda pair: first[pair[0]])
    senses = [a.senses[i] for i, _ in known]
    places = _untangled(senses, [second[j] for _, j in known])
    broken = _broken(places)
    if not broken:
        return Arrangement()
    pair = _exchanged(senses, places, [a.words[i] for i, _ in known], near)
    return Arrangement(broken, pair)


def _ordered(s: Sentence) -> list[int]:
    """List the places of words that carry meaning: a passive turned round, lists sorted, a single date last."""
    carries = frozenset(s.content)
    order = [i for i in _sorted_lists(s, active_order(s)) if i in carries]
    dated = [i for i in order if s.words[i][0] == "@"]
    return [i for i in order if i not in dated] + dated if len(dated) == 1 else order


def _sorted_lists(s: Sentence, order: Sequence[int]) -> list[int]:
    """Sort the items of each list of names, or of single words, that `and` or `or` ends."""
    carries = frozenset(s.content)
    made: list[int] = []
    at = 0
    while at < len(order):
        items, after = _list(s, order, at, carries)
        if len(items) > 1 and (all(s.words[i[0]][:1].isupper() for i in items) or all(len(i) == 1 for i in items)):
            made += [i for item in sorted(items, key=lambda item: [s.senses[i] for i in item]) for i in item]
            at = after
        else:
            made.append(order[at])
            at += 1
    return made


def _list(s: Sentence, order: Sequence[int], at: int, carries: frozenset[int]) -> tuple[list[Sequence[int]], int]:
    """Read the list that begins here: its items and where it ends; one item or none when it isn't a list."""
    items: list[Sequence[int]] = []
    joined = False
    end = at
    while (after := _item(s, order, at, carries)) > at:
        items.append(order[at:after])
        end = at = after
        words = [s.low[i] for i in order[at : at + 3]]
        comma = words[:1] == [","]
        joint = words[comma : comma + 1]
        if not comma and not (joint and joint[0] in _JOINS):
            break
        joined = joined or bool(joint and joint[0] in _JOINS)
        at += comma + bool(joint and joint[0] in _JOINS)
        at += bool(at < len(order) and s.words[order[at]].lower() in _ARTICLES)
    return (items, end) if joined else ([], end)


def _item(s: Sentence, order: Sequence[int], at: int, carries: frozenset[int]) -> int:
    """Say where an item ends that begins here: a name of some words, or one word that carries meaning."""
    end = at
    while end < len(order) and end - at < _LONGEST_NAME and order[end] in carries and s.words[order[end]][:1].isupper():
        end += 1
    return end if end > at else at + (at < len(order) and order[at] in carries)


def _untangled(senses: Sequence[str], places: Sequence[int]) -> list[int]:
    """Number the places in b from 0, and pair repeated words so that as few neighbourhoods break as can be.

    >>> _untangled(["city", "of", "city"], [9, 5, 2])
    [0, 1, 2]
    """
    rank = {place: n for n, place in enumerate(sorted(places))}
    found = [rank[place] for place in places]
    repeated: dict[str, list[int]] = defaultdict(list)
    for n, sense in enumerate(senses):
        repeated[sense].append(n)
    swaps = [(x, y) for group in repeated.values() for n, x in enumerate(group) for y in group[n + 1 :]]
    for x, y in swaps * 2:
        turned = list(found)
        turned[x], turned[y] = found[y], found[x]
        if _broken(turned) < _broken(found):
            found = turned
    return found


def _broken(places: Sequence[int]) -> int:
    """Count neighbours in a that aren't neighbours in b, the two ends included."""
    padded = [-1, *places, len(places)]
    return sum(abs(x - y) != 1 for x, y in pairwise(padded))


def _exchanged(senses: Sequence[str], places: Sequence[int], words: Sequence[str], near: Near) -> tuple[str, str] | None:
    """Find two words of which one stands where the other stood, between the same neighbours or both on their left or right."""
    length = len(places)
    back = sorted(range(length), key=lambda n: places[n])
    left_a, right_a = [_EDGES[0], *senses[:-1]], [*senses[1:], _EDGES[1]]
    left_b, right_b = [""] * length, [""] * length
    for n, x in enumerate(back):
        left_b[x] = senses[back[n - 1]] if n else _EDGES[0]
        right_b[x] = senses[back[n + 1]] if n + 1 < length else _EDGES[1]
    found: list[tuple[int, int, int]] = []
    for x in range(length):
        for y in range(length):
            if x == y or senses[x] == senses[y]:
                continue
            lefts = left_b[y] == left_a[x] and left_b[x] == left_a[y]
            rights = right_b[y] == right_a[x] and right_b[x] == right_a[y]
            taken = left_b[x] == left_a[y] and right_b[x] == right_a[y] and (left_a[x], right_a[x]) != (left_a[y], right_a[y])
            if (lefts or rights or taken) and not near(words[x], words[y]):
                found.append((-2 * (lefts and rights) - taken, x, y))
    if not found:
        return None
    _, x, y = min(found)
    return words[x], words[y]
