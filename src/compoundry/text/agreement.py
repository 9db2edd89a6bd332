"""Tell which rules say the same, and which contradict each other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from compoundry.model import Rule
from compoundry.text.commands import commands, excluded
from compoundry.text.guards.finding import Told
from compoundry.text.mining.lexical import lexical_vectors
from compoundry.text.playbook import condition
from compoundry.text.sentence import read
from compoundry.text.verdict import judge

NEAR_WORDS = 0.5
NEAR_MEANING = 0.8
_DAY = datetime(2026, 1, 1, tzinfo=UTC)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Hold places of rules: those kept, what each one left out says the same as, and who contradicts whom."""

    kept: Sequence[int]
    same_as: Mapping[int, int]
    against: Mapping[int, tuple[int, ...]]


def agreement(rules: Sequence[Rule], meanings: Floats, *, same_words: float, same_meaning: float) -> Agreement:
    """Go through rules, the best first, and leave out what a better one says already.

    `meanings` is float32 of shape (len(rules), dimension), unit or zero rows. Two rules are one when their words or
    their meaning are near enough and no guard finds a difference; they clash when the guards find a contradiction or only another
    value of the same thing, or when one commands what the other forbids, in whatever words.
    """
    excluding = _excluding(rules)
    words = lexical_vectors([spoken(rule) for rule in rules])
    kept: list[int] = []
    same_as: dict[int, int] = {}
    against: dict[int, set[int]] = defaultdict(set)
    for n in range(len(rules)):
        near = _near(n, kept, words, meanings)
        relations = {m: relation(spoken(rules[m]), spoken(rules[n])) for m, _, _ in near}
        relations |= {m: "contradiction" for m in sorted(excluding[n]) if m < n and m not in same_as}
        twin = next((m for m, w, v in near if _one(relations[m], w, v, same_words, same_meaning)), None)
        if twin is not None:
            same_as[n] = twin
            continue
        kept.append(n)
        for m in (m for m in relations if relations[m] in ("contradiction", "update")):
            against[n].add(m)
            against[m].add(n)
    return Agreement(kept, same_as, {n: tuple(sorted(others)) for n, others in against.items()})


def spoken(rule: Rule) -> str:
    """Say a rule as one sentence: When it hangs, restart it; Before a release, run the tests."""
    when = f"{condition(rule.when)}, " if rule.when else ""
    unless = f" unless {rule.unless}" if rule.unless else ""
    return f"{when}{rule.do[:1].lower() if when else rule.do[:1]}{rule.do[1:]}{unless}."


@lru_cache(maxsize=65_536)
def relation(one: str, other: str) -> str:
    """Return how two rules relate, as the guards of consolidation see them.

    >>> relation("Never deploy on a Friday.", "Always deploy on a Friday.")
    'contradiction'
    >>> relation("Use tabs in Makefiles.", "Use tabs in Makefiles!")
    'same'
    """
    opposite = {one.split(" ", 1)[0].casefold(), other.split(" ", 1)[0].casefold()} == {"never", "always"}
    if opposite and one.split(" ", 1)[-1].rstrip(".!").casefold() == other.split(" ", 1)[-1].rstrip(".!").casefold():
        return "contradiction"
    verdict = judge(Told(read(one, _DAY), _DAY), Told(read(other, _DAY), _DAY))
    return "apart" if verdict.relation == "different" and any(f.hard for f in verdict.findings) else verdict.relation


def _excluding(rules: Sequence[Rule]) -> Sequence[set[int]]:
    """Return for each rule those that command what it forbids, or forbid what it commands; compared are those that name one verb."""
    told = [commands(rule.do, when=rule.when) if rule.source != "pattern" and not rule.unless else [] for rule in rules]
    ordering: dict[str, set[int]] = defaultdict(set)
    for n, mine in enumerate(told):
        for command in mine:
            if not command.forbids:
                ordering[command.verb].add(n)
    found: Sequence[set[int]] = [set() for _ in rules]
    for n, mine in enumerate(told):
        for m in set[int]().union(*(ordering[ban.verb] for ban in mine if ban.forbids)) - {n}:
            if excluded(mine, told[m]):
                found[n].add(m)
                found[m].add(n)
    return found


def _near(n: int, kept: Sequence[int], words: Floats, meanings: Floats) -> list[tuple[int, float, float]]:
    """Return the kept rules worth comparing, the nearest first, with the cosines of words and of meanings."""
    if not kept:
        return []
    by_words = words[list(kept)] @ words[n]
    by_meaning = meanings[list(kept)] @ meanings[n] if meanings.shape[1] else np.zeros(len(kept), dtype=np.float32)
    worth = np.flatnonzero((by_words >= NEAR_WORDS) | (by_meaning >= NEAR_MEANING)).tolist()
    ordered = sorted(worth, key=lambda k: (-max(float(by_words[k]), float(by_meaning[k])), kept[k]))
    return [(kept[k], float(by_words[k]), float(by_meaning[k])) for k in ordered]


def _one(found: str, words: float, meaning: float, same_words: float, same_meaning: float) -> bool:
    if found in ("contradiction", "update", "apart"):
        return False
    return found == "same" or words >= same_words or meaning >= same_meaning
