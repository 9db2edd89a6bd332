"""Find themes, what several say independently, and habits, what one does again and again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from compoundry.text.counting import wilson
from compoundry.text.mining.chance import binomial_tail
from compoundry.text.mining.findings import Corpus, Finding
from compoundry.text.mining.groups import communities, joined, medoid, tight

NEAR = 0.55
JOIN = 0.6  # ways to say one thing, which a graph of nearest neighbours keeps apart where each is said often
_SAMPLE = 1_000
_MOST_COMPARED = 20_000
_LEAST_PAIRS = 200


def topics(corpus: Corpus, *, near: float = NEAR) -> list[list[int]]:
    """Group the rows that are about the same, tightly; rows of no group are left out."""
    labels = communities(corpus.vectors, at_least=near, resolution=1.0)
    split: dict[int, list[int]] = defaultdict(list)
    for n, label in enumerate(labels):
        if label >= 0:
            split[int(label)].append(n)
    close = [kept for members in split.values() if len(kept := tight(corpus.vectors, members, at_least=near)) > 1]
    return joined(corpus.vectors, close, at_least=JOIN)


def themes(corpus: Corpus, groups: Sequence[list[int]], *, at_least: int) -> Iterator[Finding]:
    """Find groups over enough distinct entities.

    Chance: two sentences about others are as near as these are to their middle with a rate read off the workspace; having
    that many is a binomial tail, times the number of sentences that could have been the middle.
    """
    crowd = _Crowd(corpus)
    everyone = len({corpus.who(n) for n in range(len(corpus.insights))})
    for rows in groups:
        support = len({corpus.who(n) for n in rows})
        if support >= at_least:
            p = min(1.0, binomial_tail(everyone - 1, support - 1, crowd.rate(rows)) * len(corpus.insights))
            yield Finding("theme", tuple(rows), support, everyone, p, support / everyone, wilson(support, everyone))


def habits(corpus: Corpus, groups: Sequence[list[int]], *, at_least: int) -> Iterator[Finding]:
    """Find what one entity does on enough distinct days; the same chance as for themes, among its own days."""
    crowd = _Crowd(corpus)
    told = _by_entity(corpus, range(len(corpus.insights)))
    for rows in groups:
        for entity, mine in _by_entity(corpus, rows).items():
            days, every = _days(corpus, mine), len(_days(corpus, told[entity]))
            if len(days) >= at_least:
                rate = crowd.rate(mine)
                p = min(1.0, binomial_tail(every - 1, len(days) - 1, rate) * len(told[entity]))
                yield Finding("habit", tuple(mine), len(days), every, p, len(days) / every, wilson(len(days), every))


class _Crowd:
    """Know how near ordinary sentences are to each other and to the middle of a group, from an even sample of rows.

    Beyond the 99th percentile the share of pairs falls off exponentially (Pickands 1975), with the slope between the
    90th and the 99th: so a workspace that is full of themes doesn't make each of them look usual. A middle to which
    everything is rather near is held against its own neighbours, the group left out.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.vectors = corpus.vectors
        size = len(corpus.insights)
        names: dict[str, int] = {}
        who = np.array([names.setdefault(corpus.who(n), len(names)) for n in range(size)], dtype=np.intp)
        some = np.arange(0, size, max(1, size // _SAMPLE))
        self.seen = np.arange(0, size, max(1, size // _MOST_COMPARED))
        apart = who[some][:, None] != who[some][None, :]
        counted = apart if int(apart.sum()) >= _LEAST_PAIRS else ~np.eye(len(some), dtype=bool)
        self.tail = _Tail.of((corpus.vectors[some] @ corpus.vectors[some].T)[counted])

    def rate(self, rows: Sequence[int]) -> float:
        """Return the share of ordinary pairs that are as near as three quarters of these rows are to their middle."""
        middle = self.vectors[medoid(self.vectors, list(rows), most=1)[0]]
        near = float(np.quantile(self.vectors[list(rows)] @ middle, 0.25)) - 1e-4
        others = self.seen[~np.isin(self.seen, rows)]
        return max(self.tail.beyond(near), _Tail.of(self.vectors[others] @ middle).beyond(near))


@dataclass(frozen=True, slots=True)
class _Tail:
    """Hold how cosines fall off: the 90th and the 99th percentile of so many."""

    often: float
    seldom: float
    size: int

    @classmethod
    def of(cls, cosines: NDArray[np.float32]) -> "_Tail":
        if not len(cosines):
            return cls(0.0, 0.0, 0)
        often, seldom = np.quantile(cosines, (0.9, 0.99))
        return cls(float(often), float(seldom), len(cosines))

    def beyond(self, near: float) -> float:
        """Return the share of cosines beyond that."""
        slope = max(0.01, (self.seldom - self.often) / float(np.log(10)))
        return min(1.0, 0.01 * float(np.exp(-(near - self.seldom) / slope))) if self.size else 0.0


def _by_entity(corpus: Corpus, rows: Sequence[int]) -> dict[str, list[int]]:
    split: dict[str, list[int]] = defaultdict(list)
    for n in rows:
        split[corpus.who(n)].append(n)
    return split


def _days(corpus: Corpus, rows: Sequence[int]) -> frozenset[date]:
    return frozenset(day for n in rows for day in corpus.days(n))
