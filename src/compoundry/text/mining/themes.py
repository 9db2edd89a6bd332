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
from compoundry.text.mining.groups import dense, joined, medoid, tight

NEAR = 0.55
DENSITY = 0.01  # weight a pair; planted patterns: what modularity cuts at 1 loses small topics in large loose ones
JOIN = 0.6  # ways to say one thing, which a graph of nearest neighbours keeps apart where each is said often
_SAMPLE = 1_000
_MOST_COMPARED = 20_000
_LEAST_PAIRS = 200
_STEEPEST = 0.01
_SHELL = 3.0  # planted patterns in 10,000 of noise: 1 takes some of the noise for themes
_MATTERS = 0.02
_FLATTER = 1.15


def topics(corpus: Corpus, *, near: float = NEAR) -> list[list[int]]:
    """Group the rows that are about the same, tightly; rows of no group are left out.

    Communities are cut fine, so that no small topic drowns in a loose large one; `joined` puts together what belongs together.
    """
    labels = dense(corpus.vectors, at_least=near, density=DENSITY)
    split: dict[int, list[int]] = defaultdict(list)
    for n, label in enumerate(labels.tolist()):
        if label >= 0:
            split[label].append(n)
    close = [kept for members in split.values() if len(kept := tight(corpus.vectors, members, at_least=near)) > 1]
    return joined(corpus.vectors, close, at_least=JOIN)


def themes(corpus: Corpus, groups: Sequence[list[int]], *, at_least: int) -> Iterator[Finding]:
    """Find groups over enough distinct entities that stand apart from everything else."""
    crowd = _Crowd.of(corpus)
    everyone = len({corpus.who(n) for n in range(len(corpus.insights))})
    for rows in groups:
        by_entity = _by_entity(corpus, rows)
        if (support := len(by_entity)) >= at_least:
            one_each = [medoid(corpus.vectors, mine, most=1)[0] for mine in by_entity.values()]
            p = crowd.chance(rows, one_each)
            yield Finding("theme", tuple(rows), support, everyone, p, support / everyone, wilson(support, everyone))


def habits(corpus: Corpus, groups: Sequence[list[int]], *, at_least: int) -> Iterator[Finding]:
    """Find what one entity does on enough distinct days, standing apart from everything else, one sentence a day."""
    crowd = _Crowd.of(corpus)
    told = _by_entity(corpus, range(len(corpus.insights)))
    for rows in groups:
        for entity, mine in _by_entity(corpus, rows).items():
            days, every = _days(corpus, mine), len(_days(corpus, told[entity]))
            if len(days) >= at_least:
                p = crowd.chance(rows, list({corpus.at(n).date(): n for n in mine}.values()) if len(mine) > len(days) else mine)
                yield Finding("habit", tuple(mine), len(days), every, p, len(days) / every, wilson(len(days), every))


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Know how near ordinary sentences are to each other: an even sample of rows, their cosines, and which pairs count."""

    vectors: NDArray[np.float32]
    step: int
    seen: NDArray[np.intp]
    some: NDArray[np.intp]
    cosines: NDArray[np.float32]
    counted: NDArray[np.bool_]
    slope: float

    @classmethod
    def of(cls, corpus: Corpus) -> "_Crowd":
        size = len(corpus.insights)
        names: dict[str, int] = {}
        who = np.array([names.setdefault(corpus.who(n), len(names)) for n in range(size)], dtype=np.intp)
        some = np.arange(0, size, max(1, size // _SAMPLE))
        apart = who[some][:, None] != who[some][None, :]
        counted = apart if int(apart.sum()) >= _LEAST_PAIRS else ~np.eye(len(some), dtype=bool)
        cosines = corpus.vectors[some] @ corpus.vectors[some].T
        step = max(1, size // _MOST_COMPARED)
        return cls(corpus.vectors, step, np.arange(0, size, step), some, cosines, counted, _slope(cosines[counted]))

    def chance(self, rows: Sequence[int], independent: Sequence[int]) -> float:
        """Return how likely so many of these rows lie so near their middle, with so little around them.

        Cosines to a middle fall off exponentially at their far end (Pickands 1975), no flatter than `slope`. So of all that
        lies within a shell around the group, three times as thick as it takes to fall to a third, only a twentieth should be
        as near as three quarters of the group.
        """
        middle = self.vectors[medoid(self.vectors, list(rows), most=1)[0]]
        own = self.vectors[list(independent)] @ middle
        near = float(np.quantile(own, 0.25)) - 1e-4
        around = (self.vectors[:: self.step] @ middle)[~np.isin(self.seen, rows)]
        edge = near - _SHELL * max(self._slope_without(rows), _slope(around))
        inside = int((own >= near).sum())
        shell = int((own >= edge).sum()) + int((around >= edge).sum())
        return binomial_tail(shell, inside, float(np.exp(-_SHELL)))

    def _slope_without(self, rows: Sequence[int]) -> float:
        """Leave a group out where it is large enough to matter, for it isn't ordinary itself."""
        outside = ~np.isin(self.some, rows)
        if (~outside).sum() < _MATTERS * len(self.some):
            return self.slope
        return _slope(self.cosines[np.ix_(outside, outside)][self.counted[np.ix_(outside, outside)]])


def _slope(cosines: NDArray[np.float32]) -> float:
    """Read off the 90th and the 99th percentile how fast cosines fall off, taken a little flatter, for some middles are hubs."""
    if not len(cosines):
        return 1.0
    often, seldom = (float(mark) for mark in np.quantile(cosines, (0.9, 0.99)))
    return max(_STEEPEST, _FLATTER * (seldom - often) / float(np.log(10)))


def _by_entity(corpus: Corpus, rows: Sequence[int]) -> dict[str, list[int]]:
    split: dict[str, list[int]] = defaultdict(list)
    for n in rows:
        split[corpus.who(n)].append(n)
    return split


def _days(corpus: Corpus, rows: Sequence[int]) -> frozenset[date]:
    return frozenset(day for n in rows for day in corpus.days(n))
