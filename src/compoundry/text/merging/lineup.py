"""Line the insights of a view up by id, ready to be compared."""

import re
from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from compoundry.job import Opinion, View
from compoundry.model import Candidate, Entity
from compoundry.text.guards.finding import Told
from compoundry.text.merging.traits import Traits, traits
from compoundry.text.sentence import read

_NOBODY = (Entity("", "", ""),)
_BETWEEN = re.compile(r"[\W_]+")
_OF_INSIGHTS = ("merge", "update", "contradiction")


class Lineup:
    """Hold the insights of a view in the order of their ids; a *place* is an index into them.

    `row` leads from a place to its row in `view.vectors`.
    """

    def __init__(self, view: View) -> None:
        ids = [one.id for one in view.insights]
        order = sorted(range(len(ids)), key=ids.__getitem__)
        self.view = view
        self.insights = [view.insights[n] for n in order]
        self.row = np.asarray(order, dtype=np.intp)
        self._widened: dict[int, frozenset[str]] = {}
        self._told: dict[int, Told] = {}
        self._traits: dict[int, Traits] = {}

    @cached_property
    def candidates(self) -> dict[str, Candidate]:
        """Map each candidate that was ever proposed by its id: nothing is asked twice."""
        return {c.id: c for c in self.view.candidates}

    def asked(self, kind: str, i: int, j: int) -> bool:
        """Tell whether a person was ever asked this about two, alone or among others, or decided it about what was merged into them."""
        return self._pair(kind, i, j) in self._asked or self._inherited(kind, i, j)

    def binding(self, i: int, j: int) -> bool:
        """Tell whether a question about merging two is open, or was answered: then no job merges them."""
        return self._asked.get(self._pair("merge", i, j), False) or self._inherited("merge", i, j)

    def inherit(self, loser: int, survivor: int) -> None:
        """Let what people decided about one hold for the one that it is merged into."""
        gone, stays = self.insights[loser].id, self.insights[survivor].id
        for kind, other in self._decided.get(gone, ()):
            self._decided[stays].add((kind, other))
            self._decided[other].add((kind, stays))

    def opinion(self, i: int, j: int) -> Opinion | None:
        """Return what a judge found about two, where one was asked."""
        return self.view.opinions.get(tuple(sorted((self.insights[i].id, self.insights[j].id)))) if self.view.opinions else None

    def _pair(self, kind: str, i: int, j: int) -> tuple[str, ...]:
        return kind, *sorted((self.insights[i].id, self.insights[j].id))

    def _inherited(self, kind: str, i: int, j: int) -> bool:
        return (kind, self.insights[j].id) in self._decided.get(self.insights[i].id, ())

    @cached_property
    def _decided(self) -> dict[str, set[tuple[str, str]]]:
        """Map each insight to the questions and the others that people decided about, where it or what was merged into it was asked."""
        decided: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for c in self.view.candidates:
            if c.kind in _OF_INSIGHTS and c.status in ("accepted", "rejected"):
                for one, other in permutations({self.view.heirs.get(id, id) for id in c.subjects}, 2):
                    decided[one].add((c.kind, other))
        return decided

    @cached_property
    def _asked(self) -> dict[tuple[str, ...], bool]:
        """Map what was ever asked about two, by its kind and their ids, to whether that still binds: it wasn't withdrawn."""
        asked: dict[tuple[str, ...], bool] = {}
        for c in self.view.candidates:
            if c.kind in _OF_INSIGHTS:
                for pair in combinations(sorted(c.subjects), 2):
                    asked[c.kind, *pair] = c.status != "withdrawn" or asked.get((c.kind, *pair), False)
        return asked

    def about(self, place: int) -> frozenset[str]:
        """Return the entities that an insight is about, with those of what was merged into it."""
        return self._widened.get(place) or frozenset([e.id for e in self.insights[place].entities])

    def blocks(self, wanted: Iterable[str], gone: Collection[int]) -> dict[str, list[int]]:
        """List for each of these entities ("" for none) the places that are about it, in order, without those that are gone."""
        found: dict[str, list[int]] = {id: [] for id in wanted}
        for place, one in enumerate(self.insights):
            for entity in one.entities or _NOBODY:
                if entity.id in found and place not in gone and place not in self._widened:
                    found[entity.id].append(place)
        for place in sorted(self._widened.keys() - gone):
            for id in (self._widened[place] or {""}) & found.keys():
                insort(found[id], place)
        return found

    def widen(self, place: int, entities: frozenset[str]) -> bool:
        """Let an insight be about these too; tell whether that adds any."""
        before = self.about(place)
        self._widened[place] = before | entities
        return self._widened[place] != before

    def told(self, place: int) -> Told:
        """Return an insight as a sentence that was read; read once."""
        if place not in self._told:
            one = self.insights[place]
            self._told[place] = Told(read(one.content, one.observed_at), one.observed_at, one.type == "event")
        return self._told[place]

    def spelled(self, place: int) -> str:
        """Return the letters and digits of a sentence, without case; of whatever can't be read, too."""
        return _BETWEEN.sub("", str(self.insights[place].content).casefold())

    def encoded(self, places: Sequence[int]) -> NDArray[np.bool_]:
        """Tell for each place whether it has a vector."""
        return np.asarray(self.view.vectors[self.row[places]].any(axis=1), dtype=np.bool_)

    def traits(self, place: int) -> Traits:
        """Return what is decided by after judging; from whoever has read the sentence."""
        if place not in self._traits:
            self._traits[place] = traits(self.told(place).sentence)
        return self._traits[place]

    def hear(self, found: Mapping[int, Traits]) -> None:
        """Keep what others have read."""
        self._traits.update(found)

    def age(self, place: int) -> tuple[datetime, str]:
        """Order by when it was observed; the id decides last."""
        return self.insights[place].observed_at, self.insights[place].id

    def day(self, place: int) -> str:
        """Return the day on which it was observed, in UTC; of whatever can't be read, too."""
        return str(self.insights[place].observed_at)[:10]

    def of_two(self, i: int, j: int) -> bool:
        """Tell whether two sources, both known, tell of one day."""
        one, other = self.insights[i].source, self.insights[j].source
        return bool(one and other) and one != other and self.day(i) == self.day(j)

    def by_age(self, i: int, j: int) -> tuple[int, int]:
        """Return the older one first."""
        return (i, j) if self.age(i) <= self.age(j) else (j, i)

    def cosine(self, i: int, j: int) -> float:
        """Return how near two are; 1 where one isn't encoded, because then only their words can decide."""
        if not self.view.vectors.shape[1]:
            return 1.0
        one, other = self.view.vectors[self.row[i]], self.view.vectors[self.row[j]]
        return round(min(float(one @ other), 1.0), 4) if one.any() and other.any() else 1.0

    def clearest(self, place: int) -> tuple[bool, bool, bool, int, int, datetime, str]:
        """Order sentences, the clearest first: pinned, written as a sentence, naming its subject, saying the most, short, old."""
        one = self.insights[place]
        text = one.content.strip()
        sentence = text[:1].isupper() and text.endswith((".", "!", "?"))
        traits = self.traits(place)
        return not one.pinned, not sentence, traits.vague, -traits.says, len(text), one.observed_at, one.id
