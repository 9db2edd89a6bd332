"""Name what a job may decide: one change of one thing, many changes alike, and what became of each insight."""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate, chain
from typing import Any, Literal, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from compoundry.model import Candidate, Evidence, Fact, Pattern, Reason, Rule, Snapshot

Outcome = Literal[
    "kept", "merged", "survived", "superseded", "recurred", "proposed", "postponed", "faded", "archived", "restored", "cited", "failed"
]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Merge:
    """Let `insight` live on in `into`; its evidence counts there from now on."""

    insight: str
    into: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Supersede:
    """Let the newer insight `by` hold from `at` on, in the place of `insight`."""

    insight: str
    by: str
    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Reinforce:
    """Add one piece of evidence to `insight`, such as the same thing seen on another day."""

    insight: str
    evidence: Evidence
    reason: Reason


@dataclass(frozen=True, slots=True)
class Believe:
    """Store what `insight` is believed now; a cache of what evidence and time say."""

    insight: str
    before: float
    after: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Archive:
    """Take `insight` out of the active ones; evidence kept, recoverable."""

    insight: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Restore:
    """Make an archived `insight` active again."""

    insight: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Propose:
    """Ask a person."""

    candidate: Candidate

    @property
    def reason(self) -> Reason:
        return self.candidate.reason


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take back an open proposal that no longer makes sense."""

    candidate: Candidate
    reason: Reason


@dataclass(frozen=True, slots=True)
class Notice:
    """Record a pattern: a new one (`before` is None) or what is new about a known one."""

    pattern: Pattern
    before: Pattern | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Advise:
    """Record a rule: a new one (`before` is None) or what is new about a known one."""

    rule: Rule
    before: Rule | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Measure:
    """Record one snapshot of the workspace's health."""

    snapshot: Snapshot
    reason: Reason


Change = Merge | Supersede | Reinforce | Believe | Archive | Restore | Propose | Withdraw | Notice | Advise | Measure


@dataclass(frozen=True, slots=True)
class Disposition:
    """Say what became of one scanned insight, seen at `version`."""

    insight: str
    version: int
    outcome: Outcome
    because: str = ""


class Spelled(Sequence[T]):
    """Be a sequence that spells its items out when somebody asks; equal to any sequence of the same items."""

    @abstractmethod
    def spell(self, place: int) -> T:
        """Return the item at a place, from 0 to the length."""

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return tuple(self.spell(n) for n in range(*place.indices(len(self))))
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self.spell(place % len(self))

    def __iter__(self) -> Iterator[T]:
        return (self.spell(n) for n in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to tuples, which hash by their items


@dataclass(frozen=True, eq=False)
class Alike(Spelled["Change"]):
    """Change many insights in the same way for the same kind of reason: one column per fact.

    `text` is the sentence of the reason, in which {names} stand for facts. To believe needs the facts `before` and `after`.
    """

    kind: Literal["believe", "archive"]
    code: str
    text: str
    insights: Sequence[str]
    facts: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.insights)

    def spell(self, place: int) -> "Change":
        """Return one of the changes."""
        facts: dict[str, Fact] = {name: column[place].item() for name, column in self.facts.items()}
        reason = Reason(self.code, self.text.format(**facts), facts)
        if self.kind == "archive":
            return Archive(self.insights[place], reason)
        return Believe(self.insights[place], float(facts["before"]), float(facts["after"]), reason)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Together(Spelled["Change"]):
    """Put several sequences of changes after each other."""

    parts: Sequence[Sequence["Change"]]

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(len(part) for part in self.parts))

    def __len__(self) -> int:
        return self._ends[-1] if self.parts else 0

    def spell(self, place: int) -> "Change":
        """Return one of the changes."""
        n = bisect_right(self._ends, place)
        return self.parts[n][place - (self._ends[n - 1] if n else 0)]

    def __iter__(self) -> Iterator["Change"]:
        return chain.from_iterable(self.parts)


@dataclass(frozen=True, eq=False)
class Told(Spelled[Disposition]):
    """Say what became of many insights: row n says `sayings[says[n]]`, an outcome and why."""

    insights: Sequence[str]
    versions: NDArray[np.int64]
    says: NDArray[np.int32]
    sayings: Sequence[tuple[Outcome, str]]

    def __len__(self) -> int:
        return len(self.insights)

    def spell(self, place: int) -> Disposition:
        """Return one of the dispositions."""
        outcome, because = self.sayings[self.says[place]]
        return Disposition(self.insights[place], int(self.versions[place]), outcome, because)


def parts_of(changes: Sequence[Change]) -> Sequence[Sequence[Change]]:
    """Return changes in parts, each of which is many alike or a plain sequence."""
    return changes.parts if isinstance(changes, Together) else (changes,)


def modified(change: Change) -> tuple[str, ...]:
    """Name the insights that a change modifies.

    >>> modified(Merge("a", "b", Reason("same_words", "they say the same")))
    ('a', 'b')
    """
    match change:
        case Merge():
            return (change.insight, change.into)
        case Supersede() | Reinforce() | Believe() | Archive() | Restore():
            return (change.insight,)
        case Propose() | Withdraw() | Notice() | Advise() | Measure():
            return ()


def creates(change: Change) -> bool:
    """Tell whether a change creates a candidate, a pattern or a rule."""
    match change:
        case Propose():
            return change.candidate.status == "open"
        case Notice() | Advise():
            return change.before is None
        case _:
            return False
