"""Merge groups whose members are all the same fact into their clearest sentence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from compoundry.job import Merge
from compoundry.model import Reason
from compoundry.text.groups import linked
from compoundry.text.merging import judging
from compoundry.text.merging.copies import copies
from compoundry.text.merging.ledger import Ledger
from compoundry.text.merging.lineup import Lineup
from compoundry.text.merging.pairing import Pair, Pairing


class Grouping:
    """Group pairs by complete linkage; `into` leads from what was merged to where it went."""

    def __init__(self, lineup: Lineup, pairing: Pairing, ledger: Ledger) -> None:
        self.into: dict[int, int] = {}
        self._lineup, self._pairing, self._ledger = lineup, pairing, ledger

    def merge(self, pairs: Sequence[Pair]) -> set[int]:
        """Merge what fits; return the survivors that are about more entities than before, and so have new neighbours."""
        edges = [(p.i, p.j, p.cosine) for p in pairs if self._fits(p.i, p.j)]
        return {survivor for members in linked(edges, self._fits) if self._grew(survivor := self._merged(members), members)}

    def merge_copies(self, fresh: NDArray[np.bool_]) -> None:
        """Merge what was told over and over in the same words into the clearest; a pair of each with that one is judged, not all pairs."""
        for places in copies(self._lineup, fresh):
            stays = min(places, key=self._lineup.clearest)
            fitting = [place for place in places if place == stays or self._fits(*sorted((place, stays)))]
            if len(fitting) > 1:
                self._merged(fitting)

    def _merged(self, members: Sequence[int]) -> int:
        """Merge a group; return the one that stays."""
        survivor = min(members, key=self._lineup.clearest)
        stays = self._lineup.insights[survivor].id
        for loser in members:
            if loser != survivor:
                self.into[loser] = survivor
                self._lineup.inherit(loser, survivor)
                self._ledger.changes.append(Merge(self._lineup.insights[loser].id, stays, self._reason(loser, survivor)))
                self._ledger.mark(loser, "merged", f"the same as {stays}")
        self._ledger.mark(survivor, "survived", f"{len(members) - 1} merged into it")
        return survivor

    def _grew(self, survivor: int, members: Sequence[int]) -> bool:
        """Give the survivor the entities of all; tell whether that adds any."""
        return self._lineup.widen(survivor, frozenset().union(*map(self._lineup.about, members)))

    def _fits(self, i: int, j: int) -> bool:
        """Tell whether two may be merged: the same fact, about the same thing, and no person has a say in it."""
        one, other = self._lineup.about(i), self._lineup.about(j)
        if {i, j} & self._pairing.failed or ((one or other) and not one & other):
            return False
        if self._lineup.insights[i].pinned and self._lineup.insights[j].pinned:
            return False
        if self._lineup.binding(i, j):
            return False
        pair = self._pairing.judged(i, j)
        return pair is not None and (pair.verdict.relation == "same" or judging.agreed(self._lineup, pair) is not None)

    def _reason(self, loser: int, survivor: int) -> Reason:
        words = [self._lineup.insights[place].content.casefold().split() for place in (loser, survivor)]
        cosine = self._lineup.cosine(*sorted((loser, survivor)))
        pair = self._pairing.judged(*sorted((loser, survivor)))
        if pair and (opinion := judging.agreed(self._lineup, pair)):
            return judging.reason(opinion, pair.reason)
        if words[0] == words[1]:
            return Reason("same_words", "They say the same in the same words.", {"cosine": cosine})
        if pair and pair.verdict.findings:
            slight = pair.verdict.findings[0]
            return Reason("same_fact", f"They say the same but for little: {slight.text}.", {"cosine": cosine, "guards": [slight.guard]})
        return Reason("same_fact", "They say the same: every word of one has its match in the other.", {"cosine": cosine})
