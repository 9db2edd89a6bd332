"""Describe a job: what it looks at (View), what it decides (Plan, Change, Disposition)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import NAMESPACE_OID

import numpy as np
import orjson
from numpy.typing import NDArray

from compoundry.errors import PlanBroken
from compoundry.model import Candidate, Counts, Evidence, Insight, Pattern, Reason, Rule, Snapshot

Outcome = Literal[
    "kept", "merged", "survived", "superseded", "recurred", "proposed", "postponed", "faded", "archived", "restored", "cited", "failed"
]
Answer = Literal["same", "different", "unsure", "unanswered"]
Tick = Callable[[int, int], None]
Share = Callable[[Sequence[bytes]], Sequence[bytes]]


def _silent(processed: int, total: int) -> None:
    """Report no progress; the engine puts its own reporter in the place of this one."""


def alone(questions: Sequence[bytes]) -> Sequence[bytes]:
    """Answer none: the job works everything out by itself."""
    return ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """Say what a judge found about two insights, in its words; `by` is the model."""

    answer: Answer
    text: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """Show a job everything that it may know of a workspace, in an order that doesn't matter.

    `vectors` is float32 of shape (len(insights), dimension), unit length, row i for insights[i];
    zero rows and an empty `model` where nothing is encoded. `candidates` holds decided ones too:
    what people decided binds every job. `tick(processed, total)` reports progress and may raise
    `Cancelled`. `share(questions)` has other workers help: it returns what the job's `work_out` says to each,
    or nothing when there is nobody; the plan is the same either way.
    """

    workspace_id: int
    insights: tuple[Insight, ...]
    vectors: NDArray[np.float32]
    model: str = ""
    candidates: tuple[Candidate, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    rules: tuple[Rule, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    compared: Mapping[str, int] = field(default_factory=dict)
    opinions: Mapping[tuple[str, ...], Opinion] = field(default_factory=dict)
    tick: Tick = field(default=_silent, compare=False)
    share: Share = field(default=alone, compare=False)


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


@dataclass(frozen=True)
class Plan:
    """Hold what a job decided: every change with its reason, and one disposition per insight."""

    dispositions: tuple[Disposition, ...]
    changes: tuple[Change, ...]
    notes: tuple[Reason, ...] = ()

    @cached_property
    def counts(self) -> Counts:
        """Count what the plan does."""
        return Counts(
            scanned=len(self.dispositions),
            affected=len({i for c in self.changes for i in modified(c)}),
            created=sum(creates(c) for c in self.changes),
            errors=sum(d.outcome == "failed" for d in self.dispositions),
        )

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 of the plan; equal plans have equal hashes, whatever made them."""
        return hashlib.sha256(canonical(self)).hexdigest()

    def must_account_for(self, view: View) -> None:
        """Raise PlanBroken unless each scanned insight has exactly one disposition."""
        told = [d.insight for d in self.dispositions]
        seen = {i.id for i in view.insights}
        if len(told) != len(seen) or set(told) != seen:
            lost, invented = sorted(seen - set(told))[:5], sorted(set(told) - seen)[:5]
            raise PlanBroken(
                f"the plan accounts for {len(told)} of {len(seen)} insights; nothing was applied",
                {"unaccounted": lost, "unknown": invented},
            )


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


def canonical(plan: Plan) -> bytes:
    """Write a plan as JSON with one spelling: sorted keys, no spaces, UTC times."""
    changes = [(type(c).__name__, c) for c in plan.changes]
    return orjson.dumps([plan.dispositions, changes, plan.notes], option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def same_id(*parts: str) -> str:
    """Give the same parts the same id, always: what is proposed again is recognised.

    >>> same_id("merge", "a", "b") == same_id("merge", "a", "b") != same_id("merge", "ab")
    True
    """
    made = bytearray(hashlib.sha1(NAMESPACE_OID.bytes + orjson.dumps(["compoundry", *parts]), usedforsecurity=False).digest()[:16])
    made[6], made[8] = made[6] & 0x0F | 0x50, made[8] & 0x3F | 0x80  # a UUID of version 5, three times as fast as the uuid module makes it
    h = made.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


class JobModule(Protocol):
    """Be one file in `jobs/`: its name is the job type, its first line the description.

    `ORDER` places it in the pipeline; `SETTLE_S` is how long it waits after its trigger, so that
    earlier stages of the same burst go first; `VECTORS` says whether it needs insights encoded;
    `Policy` holds its settings with their defaults. One that calls `view.share` is `Shared` too.
    """

    ORDER: int
    SETTLE_S: float
    VECTORS: bool
    Policy: type[Any]

    def plan(self, view: View, policy: Any, now: datetime) -> Plan:
        """Decide what to do; read nothing but the arguments, write nothing at all."""
        ...


@runtime_checkable
class Shared(Protocol):
    """Be a job whose plan may be worked out by several workers."""

    def work_out(self, question: bytes) -> bytes:
        """Answer one question that `plan` has put to `view.share`; as pure as `plan`."""
        ...
