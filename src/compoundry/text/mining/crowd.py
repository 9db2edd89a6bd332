"""Know how near ordinary sentences are to each other, and so whether a group stands apart from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compoundry.text.mining.chance import binomial_tail
from compoundry.text.mining.findings import Corpus
from compoundry.text.mining.groups import medoid

_SAMPLE = 1_000
_MOST_COMPARED = 20_000
_LEAST_PAIRS = 200
_STEEPEST = 0.01
_SHELL = 3.0  # planted patterns in 10,000 of noise: 1 takes some of the noise for themes
_MATTERS = 0.02
_FLATTER = 1.15


@dataclass(frozen=True, slots=True)
class Crowd:
    """Know how near ordinary sentences are to each other: an even sample of rows, their cosines, and which pairs count."""

    vectors: NDArray[np.float32]
    step: int
    seen: NDArray[np.intp]
    some: NDArray[np.intp]
    cosines: NDArray[np.float32]
    counted: NDArray[np.bool_]
    slope: float

    @classmethod
    def of(cls, corpus: Corpus) -> "Crowd":
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
