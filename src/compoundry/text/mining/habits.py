"""Find habits: what one does again and again, and more than others do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from compoundry.text.counting import wilson
from compoundry.text.mining.chance import combined, hypergeometric_tail
from compoundry.text.mining.crowd import Crowd
from compoundry.text.mining.findings import Corpus, Finding
from compoundry.text.mining.groups import about_the_same

NEAR = 0.4  # looser than a theme: whose it is tells it from chance, and so need not how near its sentences are
_FEW, _ALONE = 5.0, 1.2  # entities, each seen as often as the others: of five, one has three days to itself by chance once in 25
_BLOCK = 20_000


def habits(corpus: Corpus, *, at_least: int) -> Iterator[Finding]:
    """Find what one entity does on enough distinct days, standing out from what is known of the others."""
    owners = _Owners.of(corpus, at_least)
    for who, rows in owners.rows.items():
        if owners.days[who] >= at_least and _recurs(corpus, rows, at_least):
            own = about_the_same(corpus.vectors[rows], near=NEAR)
            topics = [mine for group in own if _again(corpus, mine := [rows[n] for n in group], at_least)]
            for mine, others in zip(topics, owners.of_others(corpus, who, topics), strict=True):
                support, every = len(_days(corpus, mine)), owners.days[who]
                p = owners.chance(corpus, who, mine, support, others)
                yield Finding("habit", tuple(mine), support, every, p, support / every, wilson(support, every))


@dataclass(frozen=True, slots=True)
class _Owners:
    """Know on how many days each entity has been seen, and so how likely a topic is all its own by chance."""

    rows: Mapping[str, list[int]]
    days: Mapping[str, int]
    able: int
    crowd: Crowd | None
    alone: bool

    @classmethod
    def of(cls, corpus: Corpus, at_least: int) -> "_Owners":
        rows = corpus.by_entity(range(len(corpus.insights)))
        days = {who: len(_days(corpus, mine)) for who, mine in rows.items()}
        shares = [n / max(1, sum(days.values())) for n in days.values()]
        as_many_as = 1 / max(1e-9, sum(share * share for share in shares))
        crowd = Crowd.of(corpus) if as_many_as < _FEW else None
        return cls(rows, days, sum(n >= at_least for n in days.values()), crowd, as_many_as < _ALONE)

    def of_others(self, corpus: Corpus, who: str, topics: Sequence[Sequence[int]]) -> list[int]:
        """Count for each topic the days on which others say the same: as near to it on average as its own must be."""
        if not topics:
            return []
        middles = np.stack([corpus.vectors[list(mine)].mean(axis=0) for mine in topics])
        size = len(corpus.insights)
        days = [set[tuple[str, date]]() for _ in topics]
        for start in range(0, size, _BLOCK):
            near = np.argwhere(corpus.vectors[start : start + _BLOCK] @ middles.T >= NEAR)
            for row, topic in near.tolist():
                if (other := corpus.who(start + row)) != who:
                    days[topic] |= {(other, day) for day in corpus.days(start + row)}
        return [len(mine) for mine in days]

    def chance(self, corpus: Corpus, who: str, mine: Sequence[int], support: int, others: int) -> float:
        """Return how likely an entity has so many days of a topic.

        The days of the topic are dealt to all that anybody has been seen on (Fisher's exact test), once for each entity that
        could have a habit. Among few that says little, so there it counts too how far a habit stands apart from everything
        else, as a theme must.
        """
        everyone = sum(self.days.values())
        dealt = min(1.0, hypergeometric_tail(everyone, self.days[who], support + others, support) * self.able)
        if self.crowd is None:
            return dealt
        one_a_day = list({corpus.at(n).date(): n for n in mine}.values()) if len(mine) > support else mine
        apart = self.crowd.chance(mine, one_a_day)
        return apart if self.alone else combined(dealt, apart)


def _recurs(corpus: Corpus, rows: Sequence[int], at_least: int) -> bool:
    """Tell at a glance whether anything of an entity is near enough to enough of the rest."""
    mine = corpus.vectors[rows]
    return bool(((mine @ mine.T >= NEAR).sum(axis=1) >= at_least).any())


def _again(corpus: Corpus, rows: Sequence[int], at_least: int) -> bool:
    """Tell whether something was done on enough days; what somebody only is doesn't become a habit by being told again."""
    return len(_days(corpus, rows)) >= at_least and len(_days(corpus, corpus.doings(rows))) >= at_least


def _days(corpus: Corpus, rows: Sequence[int]) -> frozenset[date]:
    return frozenset(day for n in rows for day in corpus.days(n))
