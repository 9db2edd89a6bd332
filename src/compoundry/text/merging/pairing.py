"""Find the pairs that may be the same fact, and judge each once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from compoundry.model import Fact, Reason
from compoundry.text import approximate, neighbours
from compoundry.text.designations import designated_apart
from compoundry.text.guards.finding import Finding
from compoundry.text.merging import sharing
from compoundry.text.merging.bounds import bounded
from compoundry.text.merging.crowd import beyond, crowd
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.policy import Policy
from compoundry.text.verdict import Verdict, judge
from compoundry.text.worth import together, worth

_TICK_EVERY = 64
_AT_ONCE = 100_000  # near pairs that are held at a time: some 20 MB

_UNOPPOSED = {
    "same": ("same_fact", "They say the same: every word of one has its match in the other."),
    "recurrence": ("recurrence", "The same thing happened on another day."),
}
_NOT_NEAR = ("same_fact", "Every word of one has its match in the other, but they aren't near enough to be surely the same.")

Close = tuple[int, int, float, float, float]  # two places, their cosine, how near they are to any other one, what else speaks for asking


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold two insights (by place, in the order of their ids) with their cosine and what was judged."""

    i: int
    j: int
    cosine: float
    verdict: Verdict
    crowding: float = 0.0
    more: float = 0.0

    @property
    def score(self) -> float:
        """Return what the pair is worth a person's time, from 0 to 1; where the words clash, how near they are."""
        if self.verdict.relation not in ("same", "unsure"):
            return self.cosine
        weighed = worth(beyond(self.cosine, self.crowding), self.verdict.matched, self.verdict.cost, self.more)
        return round(min(max(weighed, 0.0), 1.0), 4)

    @property
    def reason(self) -> Reason:
        """Say what the gravest finding is, with all that was found."""
        facts: dict[str, Fact] = {"cosine": self.cosine}
        if not self.verdict.findings:
            code, text = _UNOPPOSED.get(self.verdict.relation, _NOT_NEAR)
            return Reason(code, text, facts)
        first = self.verdict.findings[0]
        facts |= {"guards": [f.guard for f in self.verdict.findings], **first.facts}
        return Reason(first.guard, f"{first.text[0].upper()}{first.text[1:]}.", facts)


class Pairing:
    """Judge pairs, and remember those that aren't plainly two facts; what can't be read is in `failed`."""

    def __init__(self, lineup: Lineup, policy: Policy, ledger: Ledger) -> None:
        self.failed: set[int] = set()
        self._lineup, self._policy, self._ledger = lineup, policy, ledger
        self._judged: dict[tuple[int, int], Pair] = {}
        self._apart: set[int] = set()  # most pairs lead to nothing: each is one number here, a tenth of what it takes as a Pair
        self._known: dict[tuple[int, int], Verdict] = {}

    def fresh(self, fresh: NDArray[np.bool_], gone: Collection[int]) -> list[Pair]:
        """Judge the pairs of all blocks that hold something fresh, without those that are gone; leave out what is two facts."""
        found, done, close = list[Pair](), 0, self._close(fresh, gone)
        while some := list(islice(close, _AT_ONCE)):
            self._share(some)
            found += [pair for pair in self._each(some, done) if pair is not None]
            done += len(some)
        return found

    def every(self, fresh: NDArray[np.bool_], gone: Collection[int]) -> list[Pair]:
        """Judge as `fresh` does, and return those too that are two facts."""
        return [pair for near in self._close(fresh, gone) if (pair := self._pair(*near)) is not None]

    def all(self) -> list[Pair]:
        """Return every pair that was judged and isn't two facts, in order."""
        return [pair for _, pair in sorted(self._judged.items())]

    def judged(self, i: int, j: int, cosine: float | None = None, crowding: float = 0.0, more: float = 0.0) -> Pair | None:
        """Judge a pair once; None when they are two facts, or one of them can't be read."""
        if self._was_judged(i, j):
            return self._judged.get((i, j))
        pair = self._pair(i, j, self._lineup.cosine(i, j) if cosine is None else cosine, crowding, more)
        if pair is None:
            return None
        if pair.verdict.relation == "different":
            self._apart.add(self._packed(i, j))
            return None
        self._judged[i, j] = pair
        return pair

    def _was_judged(self, i: int, j: int) -> bool:
        return (i, j) in self._judged or self._packed(i, j) in self._apart

    def _packed(self, i: int, j: int) -> int:
        return i * len(self._lineup.insights) + j

    def _pair(self, i: int, j: int, cosine: float, crowding: float, more: float) -> Pair | None:
        try:
            found = bounded(self._verdict(i, j), cosine, self._policy, crowding=crowding, more=more)
            return Pair(i, j, cosine, self._held(i, j, found), crowding, more)
        except Exception as poison:
            self._fail(i, j, poison)
            return None

    def _close(self, fresh: NDArray[np.bool_], gone: Collection[int]) -> Iterator[Close]:
        """Find what is near, block by block."""
        by_row = np.zeros(len(fresh), dtype=np.bool_)
        by_row[self._lineup.row] = fresh
        blocks = self._blocks(fresh, gone)
        for done, block in enumerate(blocks):
            self._lineup.view.tick(done, len(blocks))
            yield from self._near(block, fresh, by_row)

    def _each(self, close: Sequence[Close], before: int) -> Iterator[Pair | None]:
        for done, pair in enumerate(close):
            if done % _TICK_EVERY == 0:
                self._lineup.view.tick(before + done, before + len(close))
            yield self.judged(*pair)

    def _share(self, close: Sequence[Close]) -> None:
        """Have other workers judge what is still open, where that is much."""
        wanted = [(i, j, beyond(*near), more) for i, j, *near, more in dict.fromkeys(close) if not self._was_judged(i, j)]
        if len(wanted) < sharing.FROM:
            return
        asked = sharing.questions(self._lineup, wanted, review_at=self._policy.review_at)
        known = sharing.gathered(self._lineup.view.share(list(asked)))
        self._lineup.hear(known.traits)
        self._known.update(known.verdicts)

    def _verdict(self, i: int, j: int) -> Verdict:
        if known := self._known.pop((i, j), None):
            return known
        older, newer = self._lineup.by_age(i, j)
        return judge(self._lineup.told(older), self._lineup.told(newer))

    def _blocks(self, fresh: NDArray[np.bool_], gone: Collection[int]) -> list[list[int]]:
        """Block by entity what shares one with something fresh; those without any are a block of their own."""
        wanted = {id for place in np.flatnonzero(fresh).tolist() for id in self._lineup.about(place) or ("",)}
        self._lineup.view.must_show(wanted)
        return [block for _, block in sorted(self._lineup.blocks(wanted, gone).items()) if len(block) > 1]

    def _near(self, block: list[int], fresh: NDArray[np.bool_], by_row: NDArray[np.bool_]) -> Iterator[Close]:
        row = self._lineup.row[block]
        place = dict(zip(row.tolist(), block, strict=True))
        floor = min(self._policy.near_at, self._policy.merge_at)
        spelled = [self._lineup.spelled(p) for p in block]
        crowding = dict(zip(block, crowd(self._lineup.view.vectors, row, spelled).tolist(), strict=True))
        more = together(len({self._lineup.day(p) for p in block}))
        exact = len(block) * int(by_row[row].sum()) <= self._policy.exact_up_to**2
        near = neighbours.near if exact else approximate.near
        for one, other, cosine in near(self._lineup.view.vectors, row, by_row, at_least=floor):
            i, j = sorted((place[one], place[other]))
            yield i, j, cosine, (crowding[i] + crowding[j]) / 2, more * self._lineup.of_two(i, j)
        yield from self._spelled_alike(block, fresh)

    def _spelled_alike(self, block: list[int], fresh: NDArray[np.bool_]) -> Iterator[Close]:
        """Pair sentences of the same words where one isn't encoded."""
        encoded = self._lineup.encoded(block)
        if encoded.all():
            return
        words: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        for place, vector in zip(block, encoded, strict=True):
            words[self._lineup.spelled(place)].append((place, vector))
        for alike in words.values():
            for n, (j, has_j) in enumerate(alike):
                yield from ((i, j, 1.0, 0.0, 0.0) for i, has_i in alike[:n] if not (has_i and has_j) and (fresh[i] or fresh[j]))

    def _held(self, i: int, j: int, found: Verdict) -> Verdict:
        """Hold a verdict against ids that are names, and against entities that only one of them has."""
        ids = self._lineup.insights[i].external_id, self._lineup.insights[j].external_id
        if designated_apart(*ids):
            named = Finding("designation", f"one is {ids[0]}, the other {ids[1]}", hard=True)
            return replace(found, relation="unsure" if found.relation == "same" else "different", findings=(named, *found.findings))
        others = self._about_others(i, j) if found.relation == "same" else None
        return replace(found, relation="unsure", findings=(others, *found.findings)) if others else found

    def _about_others(self, i: int, j: int) -> Finding | None:
        """Find that each has an entity that the other lacks and that its words don't name."""
        one, other = self._unnamed(i, j), self._unnamed(j, i)
        return Finding("about", f"one is about {one}, the other about {other}") if one and other else None

    def _unnamed(self, one: int, other: int) -> str:
        """Name an entity of one that the other lacks and that its words don't name."""
        own, words = self._lineup.about(one) - self._lineup.about(other), self._lineup.insights[one].content.casefold()
        return next((e.name for e in self._lineup.insights[one].entities if e.id in own and e.name.casefold() not in words), "")

    def _fail(self, i: int, j: int, poison: Exception) -> None:
        """Find out which of two can't be read, and go on without it."""
        for place in (i, j):
            try:
                judge(self._lineup.told(place), self._lineup.told(place))
            except Exception as own:
                self._leave_out(place, own)
        if not {i, j} & self.failed:
            self._leave_out(j, poison)

    def _leave_out(self, place: int, because: Exception) -> None:
        self._ledger.mark(place, "failed", f"it can't be compared: {because}")
        self.failed.add(place)
