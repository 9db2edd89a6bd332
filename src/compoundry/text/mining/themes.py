"""Find themes, what several say independently, and habits, what one does again and again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from compoundry.text.counting import wilson
from compoundry.text.mining.chance import binomial_tail
from compoundry.text.mining.findings import Corpus, Finding
from compoundry.text.mining.groups import communities, tight

NEAR = 0.45
_MOST_PAIRS = 1_000_000


def topics(corpus: Corpus, *, near: float = NEAR) -> list[list[int]]:
    """Group the rows that are about the same, tightly; rows of no group are left out."""
    labels = communities(corpus.vectors, at_least=near, resolution=1.0)
    split: dict[int, list[int]] = defaultdict(list)
    for n, label in enumerate(labels):
        if label >= 0:
            split[int(label)].append(n)
    return [kept for members in split.values() if len(kept := tight(corpus.vectors, members, at_least=near)) > 1]


def themes(corpus: Corpus, groups: Sequence[list[int]], *, at_least: int) -> Iterator[Finding]:
    """Find groups over enough distinct entities.

    Chance: a sentence about another entity is this near with the workspace's own rate of near pairs;
    having that many near ones is a binomial tail, times the number of sentences that could have been it.
    """
    rate = _rate_of_near_pairs(corpus)
    everyone = len({corpus.who(n) for n in range(len(corpus.insights))})
    for rows in groups:
        support = len({corpus.who(n) for n in rows})
        if support >= at_least:
            p = min(1.0, binomial_tail(everyone - 1, support - 1, rate) * len(corpus.insights))
            yield Finding("theme", tuple(rows), support, everyone, p, support / everyone, wilson(support, everyone))


def habits(corpus: Corpus, groups: Sequence[list[int]], *, at_least: int) -> Iterator[Finding]:
    """Find what one entity does on enough distinct days; the same chance as for themes, among its own sentences."""
    rate = _rate_of_near_pairs(corpus)
    told = _by_entity(corpus, range(len(corpus.insights)))
    for rows in groups:
        for entity, mine in _by_entity(corpus, rows).items():
            days = frozenset[object]().union(*(corpus.days(n) for n in mine))
            if len(days) >= at_least:
                every = frozenset[object]().union(*(corpus.days(n) for n in told[entity]))
                p = min(1.0, binomial_tail(max(len(every), len(days)) - 1, len(days) - 1, rate) * len(told[entity]))
                yield Finding("habit", tuple(mine), len(days), len(every), p, len(days) / len(every), wilson(len(days), len(every)))


def _by_entity(corpus: Corpus, rows: Sequence[int]) -> dict[str, list[int]]:
    split: dict[str, list[int]] = defaultdict(list)
    for n in rows:
        split[corpus.who(n)].append(n)
    return split


def _rate_of_near_pairs(corpus: Corpus) -> float:
    """Return how often two sentences about different entities are near, over an even sample of pairs."""
    size = len(corpus.insights)
    step = max(1, size * size // _MOST_PAIRS)
    who: NDArray[np.str_] = np.array([corpus.who(n) for n in range(size)])
    near = pairs = 0
    for n in range(0, size, step):
        others = who != who[n]
        pairs += int(others.sum())
        near += int(((corpus.vectors @ corpus.vectors[n] >= NEAR) & others).sum())
    return max(near, 1) / max(pairs, 1)
