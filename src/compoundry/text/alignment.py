"""Pair the words of two sentences that mean the same, and say which are left over."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from compoundry.text.sentence import Sentence
from compoundry.text.synonyms import Nearness, nearness


@dataclass(frozen=True, slots=True)
class Alignment:
    """Hold pairs of places (in a, in b), in the order of a, and the places left over on each side.

    `replaced` are those of the pairs whose words differ and surely mean the same; `similar` pairs places that are left
    over and may mean the same.
    """

    pairs: tuple[tuple[int, int], ...]
    only_a: tuple[int, ...]
    only_b: tuple[int, ...]
    replaced: tuple[tuple[int, int], ...] = ()
    similar: tuple[tuple[int, int], ...] = ()

    @property
    def crossed(self) -> bool:
        """Tell whether paired words come in another order."""
        places = [j for _, j in self.pairs]
        return places != sorted(places)


def align(a: Sentence, b: Sentence) -> Alignment:
    """Pair words that carry meaning: the same sense, or two words that the other writes as one.

    >>> from datetime import datetime
    >>> from compoundry.text.sentence import read
    >>> a, b = (read(t, datetime(2023, 5, 9)) for t in ("Dana bought an air plane", "The airplane Dana purchased yesterday"))
    >>> found = align(a, b)
    >>> [b.words[j] for j in found.only_b]
    ['@2023-05-08']
    """
    free: dict[str, list[int]] = defaultdict(list)
    for j in reversed(b.content):
        free[b.senses[j]].append(j)
    pairs: list[tuple[int, int]] = []
    only_a = []
    for i in a.content:
        if free.get(a.senses[i]):
            pairs.append((i, free[a.senses[i]].pop()))
        else:
            only_a.append(i)
    only_b = sorted(j for places in free.values() for j in places)
    _join(a, b, only_a, only_b, pairs, turned=False)
    _join(b, a, only_b, only_a, pairs, turned=True)
    replaced = _matched(a, b, only_a, only_b, "same")
    only_a = [i for i in only_a if i not in {i for i, _ in replaced}]
    only_b = [j for j in only_b if j not in {j for _, j in replaced}]
    similar = _matched(a, b, only_a, only_b, "near")
    return Alignment(tuple(sorted(pairs + replaced)), tuple(only_a), tuple(only_b), tuple(replaced), tuple(similar))


def _matched(a: Sentence, b: Sentence, only_a: Sequence[int], only_b: Sequence[int], nearly: Nearness) -> list[tuple[int, int]]:
    """Pair words left over that stand for each other; names, quantities and dates don't."""
    free = [j for j in only_b if a.english and b.english and b.words[j][0].isalpha() and not b.named(j)]
    found: list[tuple[int, int]] = []
    for i in only_a:
        if free and a.words[i][0].isalpha() and not a.named(i):
            match = next((j for j in free if nearness(a.words[i], b.words[j]) == nearly), None)
            if match is not None:
                free.remove(match)
                found.append((i, match))
    return found


def _join(a: Sentence, b: Sentence, only_a: list[int], only_b: list[int], pairs: list[tuple[int, int]], *, turned: bool) -> None:
    """Pair two neighbouring words of a with one of b: air plane, airplane."""
    for first, second in pairwise(tuple(only_a)):
        joined = a.low[first] + a.low[second]
        match = next((j for j in only_b if b.low[j] in (joined, joined + "s")), None)
        if second == first + 1 and match is not None and first in only_a and second in only_a:
            only_a.remove(first)
            only_a.remove(second)
            only_b.remove(match)
            pairs += [(match, first), (match, second)] if turned else [(first, match), (second, match)]
