"""Find themes, what several say independently, and habits, what one does again and again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from compoundry.text.counting import wilson
from compoundry.text.mining.chance import binomial_tail
from compoundry.text.mining.findings import Corpus, Finding
from compoundry.text.mining.groups import communities, tight

NEAR = 0.45
_MOST_PAIRS = 1_000_000
_LEAST_PAIRS = 200


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

    Chance: two sentences are near with the rate that the workspace's other pairs have; having that many
    near ones is a binomial tail, times the number of sentences that could have been the middle.
    """
    nearness = _Nearness.of(corpus)
    everyone = len({corpus.who(n) for n in range(len(corpus.insights))})
    for rows in groups:
        support = len({corpus.who(n) for n in rows})
        if support >= at_least:
            rate = nearness.apart_from(corpus, rows)
            p = min(1.0, binomial_tail(everyone - 1, support - 1, rate) * len(corpus.insights))
            yield Finding("theme", tuple(rows), support, everyone, p, support / everyone, wilson(support, everyone))


def habits(corpus: Corpus, groups: Sequence[list[int]], *, at_least: int) -> Iterator[Finding]:
    """Find what one entity does on enough distinct days; the same chance as for themes, among its own days."""
    nearness = _Nearness.of(corpus)
    told = _by_entity(corpus, range(len(corpus.insights)))
    for rows in groups:
        for entity, mine in _by_entity(corpus, rows).items():
            days, every = _days(corpus, mine), len(_days(corpus, told[entity]))
            if len(days) >= at_least:
                rate = nearness.apart_from(corpus, rows)
                p = min(1.0, binomial_tail(every - 1, len(days) - 1, rate) * len(told[entity]))
                yield Finding("habit", tuple(mine), len(days), every, p, len(days) / every, wilson(len(days), every))


@dataclass(frozen=True, slots=True)
class _Nearness:
    """Hold how many of how many pairs are near: pairs about different entities, or all where those are too few."""

    near: float
    pairs: float
    across: bool

    @classmethod
    def of(cls, corpus: Corpus) -> "_Nearness":
        """Count over an even sample of rows."""
        size = len(corpus.insights)
        who = np.array([corpus.who(n) for n in range(size)])
        rows = range(0, size, max(1, size * size // _MOST_PAIRS))
        scale = size / max(1, len(rows)) / 2
        across = sum(int((who != who[n]).sum()) for n in rows) * scale
        if across < _LEAST_PAIRS:
            near = sum(int((corpus.vectors @ corpus.vectors[n] >= NEAR).sum()) - 1 for n in rows)
            return cls(near * scale, len(rows) * (size - 1) * scale, across=False)
        near = sum(int(((corpus.vectors @ corpus.vectors[n] >= NEAR) & (who != who[n])).sum()) for n in rows)
        return cls(near * scale, across, across=True)

    def apart_from(self, corpus: Corpus, rows: Sequence[int]) -> float:
        """Return the rate of near pairs without those inside a group, which would make itself look usual."""
        inside = corpus.vectors[list(rows)] @ corpus.vectors[list(rows)].T >= NEAR
        who = np.array([corpus.who(n) for n in rows])
        counted = who[:, None] != who[None, :] if self.across else ~np.eye(len(rows), dtype=bool)
        own_near, own_pairs = (inside & counted).sum() / 2, counted.sum() / 2
        return float((max(0.0, self.near - own_near) + 1) / (max(0.0, self.pairs - own_pairs) + 1))


def _by_entity(corpus: Corpus, rows: Sequence[int]) -> dict[str, list[int]]:
    split: dict[str, list[int]] = defaultdict(list)
    for n in rows:
        split[corpus.who(n)].append(n)
    return split


def _days(corpus: Corpus, rows: Sequence[int]) -> frozenset[date]:
    return frozenset(day for n in rows for day in corpus.days(n))
