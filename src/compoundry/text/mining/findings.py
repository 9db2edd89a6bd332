"""Describe what mining works on and what it finds, before it has words and an identity."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from compoundry.model import Insight, PatternKind
from compoundry.text.mining.doings import done
from compoundry.text.mining.sources import heard, subject


@dataclass(frozen=True, slots=True)
class Corpus:
    """Hold the insights in the order of their ids, with a unit vector for each."""

    insights: tuple[Insight, ...]
    vectors: NDArray[np.float32]

    def days(self, n: int) -> frozenset[date]:
        """Return the days on which the insight was observed, by any evidence."""
        insight = self.insights[n]
        return frozenset({insight.observed_at.date(), *(e.at.date() for e in insight.evidence if e.kind != "contradicted")})

    def who(self, n: int) -> str:
        """Return whom the insight is about first; its own id where it is about nobody."""
        return subject(self.insights[n])

    def by_entity(self, rows: Iterable[int]) -> dict[str, list[int]]:
        """Split rows by whom they are about."""
        split: dict[str, list[int]] = defaultdict(list)
        for n in rows:
            split[self.who(n)].append(n)
        return split

    def independent(self, rows: Sequence[int]) -> list[int]:
        """Return those of the rows that are about somebody who has a source of their own among them."""
        having = heard([self.insights[n] for n in rows])
        return [n for n in rows if self.who(n) in having]

    def doings(self, rows: Sequence[int]) -> list[int]:
        """Return those of the rows, all about the same, that say what happened or was done."""
        return [n for n, happened in zip(rows, done([self.insights[n] for n in rows]), strict=True) if happened]

    def at(self, n: int) -> datetime:
        """Return when the insight was observed first."""
        return self.insights[n].observed_at


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold something that recurs: the rows it stands on, how much speaks for it, and how likely it is chance.

    `support` counts what is independent: entities with a source of their own, days of a habit or a period; `effect` is a share with its
    interval; `then` are the rows of what follows or goes together with the `rows`; `when` names a period or a number of days.
    """

    kind: PatternKind
    rows: tuple[int, ...]
    support: int
    out_of: int
    p_value: float
    effect: float
    interval: tuple[float, float]
    then: tuple[int, ...] = ()
    when: str = ""
