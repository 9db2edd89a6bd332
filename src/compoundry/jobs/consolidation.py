"""Merge what is surely the same fact, and ask about the rest."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from compoundry.job import Change, Disposition, Merge, Outcome, Plan, Propose, Reinforce, Supersede, View, Withdraw, same_id
from compoundry.model import Candidate, CandidateKind, Evidence, Fact, Reason
from compoundry.text.groups import linked
from compoundry.text.neighbours import near
from compoundry.text.sentence import read
from compoundry.text.verdict import Told, Verdict, changed, judge

ORDER = 10
SETTLE_S = 0.0
VECTORS = True

_RANK: tuple[Outcome, ...] = ("kept", "proposed", "recurred", "survived", "superseded", "merged", "failed")
_KINDS: Mapping[str, CandidateKind] = {"unsure": "merge", "same": "merge", "update": "update", "contradiction": "contradiction"}
_TICK_EVERY = 64


@dataclass(frozen=True, slots=True)
class Policy:
    """Set how near (cosine) sentences must be to be merged, or shown to a person, when no guard objects.

    `review_words` is how many words may differ before the pair isn't shown at all, unless the sentences are as
    near as `ask_at`. Measured in docs/benchmarks/consolidation.md.
    """

    merge_at: float = 0.80
    review_at: float = 0.80
    review_words: int = 4
    ask_at: float = 0.88


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold two insights (by place, in the order of their ids) with their cosine and what was judged."""

    i: int
    j: int
    cosine: float
    verdict: Verdict


def plan(view: View, policy: Policy, now: datetime) -> Plan:
    """Decide what is merged, superseded, reinforced and asked.

    Only insights that share an entity, or have none, are compared; groups are complete: every
    member is the same fact as every other one. The result depends on what is in the view, not on
    its order, and planning again on the outcome changes nothing.
    """
    return _Consolidation(view, policy, now).plan()


class _Consolidation:
    """Carry one consolidation: places are indices into the insights sorted by id."""

    def __init__(self, view: View, policy: Policy, now: datetime) -> None:
        order = sorted(range(len(view.insights)), key=lambda n: view.insights[n].id)
        self.view, self.policy, self.now = view, policy, now
        self.insights = [view.insights[n] for n in order]
        self.row = np.asarray(order, dtype=np.intp)
        self.entities = [frozenset(e.id for e in i.entities) for i in self.insights]
        self.told: dict[int, Told] = {}
        self.failed: set[int] = set()
        self.verdicts: dict[tuple[int, int], Pair] = {}
        self.into: dict[int, int] = {}
        self.changes: list[Change] = []
        self.outcomes: dict[int, tuple[Outcome, str]] = {}

    @cached_property
    def asked(self) -> Mapping[str, str]:
        """Map each known candidate to its status: nothing is asked twice, and what people refused is never merged."""
        return {c.id: c.status for c in self.view.candidates}

    def plan(self) -> Plan:
        fresh = np.array([self.view.compared.get(i.id) != i.version for i in self.insights], dtype=np.bool_)
        while fresh.any():
            grown = self._merge(self._pairs(fresh))
            fresh = np.zeros(len(self.insights), dtype=np.bool_)
            fresh[list(grown)] = True
        standing = [p for key, p in sorted(self.verdicts.items()) if not (self.into.keys() | self.failed) & set(key)]
        self._supersede(standing)
        self._reinforce(standing)
        self._propose(standing)
        self._withdraw()
        return Plan(tuple(self._dispositions()), tuple(self.changes))

    def _pairs(self, fresh: NDArray[np.bool_]) -> list[Pair]:
        """Judge the pairs of all blocks that hold something fresh."""
        found: list[Pair] = []
        by_row = np.zeros(len(self.insights), dtype=np.bool_)
        by_row[self.row] = fresh
        blocks = self._blocks(fresh)
        for done, block in enumerate(blocks):
            if done % _TICK_EVERY == 0:
                self.view.tick(done, len(blocks))
            found += [pair for i, j, cosine in self._near(block, fresh, by_row) if (pair := self._judged(i, j, cosine)) is not None]
        return found

    def _blocks(self, fresh: NDArray[np.bool_]) -> list[list[int]]:
        """Block by entity; those without any are a block of their own."""
        blocks: dict[str, list[int]] = defaultdict(list)
        for place, ids in enumerate(self.entities):
            if place not in self.into:
                for id in ids or ("",):
                    blocks[id].append(place)
        return [block for _, block in sorted(blocks.items()) if len(block) > 1 and fresh[block].any()]

    def _near(self, block: list[int], fresh: NDArray[np.bool_], by_row: NDArray[np.bool_]) -> Iterator[tuple[int, int, float]]:
        place = {int(self.row[p]): p for p in block}
        floor = min(self.policy.merge_at, self.policy.review_at)
        for one, other, cosine in near(self.view.vectors, [int(self.row[p]) for p in block], by_row, at_least=floor):
            i, j = sorted((place[one], place[other]))
            yield i, j, cosine
        yield from self._spelled_alike(block, fresh)

    def _spelled_alike(self, block: list[int], fresh: NDArray[np.bool_]) -> Iterator[tuple[int, int, float]]:
        """Pair sentences of the same words where one isn't encoded."""
        encoded = [bool(vector.any()) for vector in self.view.vectors[self.row[block]]]
        if all(encoded):
            return
        words: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        for place, vector in zip(block, encoded, strict=True):
            words["".join(c for c in self.insights[place].content.casefold() if c.isalnum())].append((place, vector))
        for alike in words.values():
            for n, (j, has_j) in enumerate(alike):
                yield from ((i, j, 1.0) for i, has_i in alike[:n] if not (has_i and has_j) and (fresh[i] or fresh[j]))

    def _judged(self, i: int, j: int, cosine: float) -> Pair | None:
        """Judge a pair once; None when one of them can't be read."""
        if (i, j) not in self.verdicts:
            try:
                older, newer = sorted((i, j), key=self._age)
                verdict = judge(self._told(older), self._told(newer), review_words=self.policy.review_words)
                self.verdicts[i, j] = Pair(i, j, cosine, self._bounded(i, j, cosine, verdict))
            except Exception as poison:
                self._fail(i, j, poison)
                return None
        return self.verdicts[i, j]

    def _bounded(self, i: int, j: int, cosine: float, verdict: Verdict) -> Verdict:
        """Hold a verdict against the thresholds, and against entities that only one of them has."""
        if verdict.relation == "same" and (cosine < self.policy.merge_at or self._about_others(i, j)):
            return Verdict("unsure", verdict.findings)
        if verdict.relation == "unsure" and cosine < self.policy.review_at:
            return Verdict("different", verdict.findings)
        if verdict.relation == "different" and cosine >= self.policy.ask_at and not any(f.hard for f in verdict.findings):
            return Verdict("unsure", verdict.findings)
        return verdict

    def _about_others(self, i: int, j: int) -> bool:
        """Tell whether each has an entity that the other lacks and that its words don't name."""

        def lacks(one: int, other: int) -> bool:
            said = self.insights[one].content.casefold()
            own = self.entities[one] - self.entities[other]
            return any(e.name.casefold() not in said for e in self.insights[one].entities if e.id in own)

        return lacks(i, j) and lacks(j, i)

    def _fail(self, i: int, j: int, poison: Exception) -> None:
        """Find out which of two can't be read, and go on without it."""
        for place in (i, j):
            try:
                judge(self._told(place), self._told(place))
            except Exception as own:
                self._mark(place, "failed", f"it can't be compared: {own}")
                self.failed.add(place)
        if not {i, j} & self.failed:
            self._mark(j, "failed", f"it can't be compared: {poison}")
            self.failed.add(j)

    def _told(self, place: int) -> Told:
        if place not in self.told:
            one = self.insights[place]
            self.told[place] = Told(read(one.content, one.observed_at), one.observed_at, one.type == "event")
        return self.told[place]

    def _age(self, place: int) -> tuple[datetime, str]:
        return self.insights[place].observed_at, self.insights[place].id

    def _merge(self, pairs: list[Pair]) -> set[int]:
        """Merge groups into their clearest sentence; return the survivors that have new entities from it."""
        edges = [(p.i, p.j, p.cosine) for p in pairs if self._fits(p.i, p.j)]
        grown: set[int] = set()
        for members in linked(edges, self._fits):
            survivor = min(members, key=self._clearest)
            for loser in members:
                if loser != survivor:
                    self.into[loser] = survivor
                    self.changes.append(Merge(self.insights[loser].id, self.insights[survivor].id, self._same_reason(loser, survivor)))
                    self._mark(loser, "merged", f"the same as {self.insights[survivor].id}")
            self._mark(survivor, "survived", f"{len(members) - 1} merged into it")
            union = frozenset().union(*(self.entities[m] for m in members))
            if union != self.entities[survivor]:
                self.entities[survivor] = union
                grown.add(survivor)
        return grown

    def _fits(self, i: int, j: int) -> bool:
        """Tell whether two may be merged: the same fact, about the same thing, and no person has a say in it."""
        if {i, j} & self.failed or ((self.entities[i] or self.entities[j]) and not self.entities[i] & self.entities[j]):
            return False
        if self.insights[i].pinned and self.insights[j].pinned:
            return False
        if self.asked.get(self._candidate_id("merge", i, j), "withdrawn") != "withdrawn":
            return False
        pair = self._judged(i, j, self._cosine(i, j))
        return pair is not None and pair.verdict.relation == "same"

    def _cosine(self, i: int, j: int) -> float:
        if not self.view.vectors.shape[1]:
            return 1.0
        one, other = self.view.vectors[self.row[i]], self.view.vectors[self.row[j]]
        return round(min(float(one @ other), 1.0), 4) if one.any() and other.any() else 1.0

    def _clearest(self, place: int) -> tuple[bool, bool, bool, int, datetime, str]:
        """Order sentences: pinned, written as a sentence, naming its subject, short, old; the id decides last."""
        one = self.insights[place]
        text = one.content.strip()
        sentence = text[:1].isupper() and text.endswith((".", "!", "?"))
        vague = bool(self._told(place).sentence.persons & {"he", "she", "they"})
        return not one.pinned, not sentence, vague, len(text), one.observed_at, one.id

    def _candidate_id(self, kind: str, i: int, j: int) -> str:
        return same_id(kind, *sorted((self.insights[i].id, self.insights[j].id)))

    def _same_reason(self, loser: int, survivor: int) -> Reason:
        words = self.insights[loser].content.casefold().split() == self.insights[survivor].content.casefold().split()
        text = "They say the same in the same words." if words else "They say the same: every word of one has its match in the other."
        return Reason("same_words" if words else "same_fact", text, {"cosine": self._cosine(*sorted((loser, survivor)))})

    def _supersede(self, standing: list[Pair]) -> None:
        """Let the newer of two values hold where the newer sentence itself says that it changed."""
        newest: dict[int, tuple[int, Pair]] = {}
        for p in standing:
            older, newer = sorted((p.i, p.j), key=self._age)
            if p.verdict.relation != "update" or not self._surely_newer(older, newer) or self._known("update", p):
                continue
            if older not in newest or self._age(newer) > self._age(newest[older][0]):
                newest[older] = newer, p
        for older, (newer, p) in sorted(newest.items()):
            if newer not in newest and not self.insights[older].pinned:
                one, other = self.insights[older], self.insights[newer]
                self.changes.append(Supersede(one.id, other.id, other.observed_at, self._reason(p)))
                self._mark(older, "superseded", f"{other.id} is newer")

    def _surely_newer(self, older: int, newer: int) -> bool:
        later = self.insights[older].observed_at.date() < self.insights[newer].observed_at.date()
        return later and changed(self._told(newer).sentence) and not self._told(newer).sentence.past

    def _reinforce(self, standing: list[Pair]) -> None:
        """Count what happened again for the oldest of its kind; both stay."""
        oldest: dict[int, tuple[int, Pair]] = {}
        for p in standing:
            if p.verdict.relation == "recurrence":
                older, newer = sorted((p.i, p.j), key=self._age)
                if newer not in oldest or self._age(older) < self._age(oldest[newer][0]):
                    oldest[newer] = older, p
        for newer, (older, p) in sorted(oldest.items()):
            one, other = self.insights[older], self.insights[newer]
            id = same_id("recurrence", one.id, other.id)
            if all(e.id != id for e in one.evidence):
                seen = Evidence(id, "confirmed", other.observed_at, other.source, artifact={"insight": other.id})
                reason = Reason("recurrence", "The same thing happened on another day.", {"cosine": p.cosine, "again": other.id})
                self.changes.append(Reinforce(one.id, seen, reason))
                self._mark(older, "recurred", f"seen again in {other.id}")
                self._mark(newer, "recurred", f"happened before: {one.id}")

    def _propose(self, standing: list[Pair]) -> None:
        """Ask a person about every pair that is near but not sure, once."""
        gone = {place for place, (outcome, _) in self.outcomes.items() if outcome == "superseded"}
        for p in standing:
            kind = _KINDS.get(p.verdict.relation)
            if kind is None or {p.i, p.j} & gone or self._known(kind, p):
                continue
            first, last = sorted((p.i, p.j), key=self._clearest, reverse=True) if kind == "merge" else sorted((p.i, p.j), key=self._age)
            subjects = self.insights[first].id, self.insights[last].id
            self.changes.append(Propose(Candidate(self._candidate_id(kind, p.i, p.j), kind, subjects, self._reason(p), p.cosine, self.now)))
            for place in (p.i, p.j):
                self._mark(place, "proposed", "a person is asked")

    def _known(self, kind: str, pair: Pair) -> bool:
        return self._candidate_id(kind, pair.i, pair.j) in self.asked

    def _reason(self, pair: Pair) -> Reason:
        """Say what the gravest finding is, with all that was found."""
        facts: dict[str, Fact] = {"cosine": pair.cosine}
        if not pair.verdict.findings:
            return Reason("same_fact", "They seem to say the same, but not surely about the same thing.", facts)
        first = pair.verdict.findings[0]
        facts |= {"guards": [f.guard for f in pair.verdict.findings], **first.facts}
        return Reason(first.guard, f"{first.text[0].upper()}{first.text[1:]}.", facts)

    def _withdraw(self) -> None:
        """Take back open questions about what doesn't stand any more."""
        gone = {place for place, (outcome, _) in self.outcomes.items() if outcome in ("merged", "superseded")}
        here = {i.id for place, i in enumerate(self.insights) if place not in gone}
        for c in sorted(self.view.candidates, key=lambda c: c.id):
            if c.status == "open" and c.kind in ("merge", "update", "contradiction") and not set(c.subjects) <= here:
                self.changes.append(Withdraw(c, Reason("gone", "One of them doesn't stand any more.", {})))

    def _mark(self, place: int, outcome: Outcome, because: str) -> None:
        known = self.outcomes.get(place)
        if known is None or _RANK.index(outcome) > _RANK.index(known[0]):
            self.outcomes[place] = outcome, because

    def _dispositions(self) -> Iterator[Disposition]:
        for place, one in enumerate(self.insights):
            outcome, because = self.outcomes.get(place, ("kept", ""))
            yield Disposition(one.id, one.version, outcome, because)
