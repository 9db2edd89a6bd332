"""Describe a job: what it looks at (View), what it decides (Plan, Change, Disposition)."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal, Protocol, runtime_checkable
from uuid import NAMESPACE_OID

import numpy as np
import orjson
from numpy.typing import NDArray

from compoundry.changes import (
    Advise,
    Alike,
    Archive,
    Believe,
    Change,
    Disposition,
    Measure,
    Merge,
    Notice,
    Outcome,
    Propose,
    Reinforce,
    Restore,
    Supersede,
    Together,
    Told,
    Withdraw,
    creates,
    modified,
    parts_of,
)
from compoundry.columns import Columns, columns_of
from compoundry.errors import Hidden, PlanBroken
from compoundry.model import Candidate, Counts, Insight, Pattern, Reason, Rule, Snapshot

__all__ = [
    "Advise", "Alike", "Answer", "Archive", "Believe", "Change", "Disposition", "JobModule", "Measure", "Merge", "Notice", "Opinion",
    "Outcome", "Plan", "Propose", "Reinforce", "Rest", "Restore", "Share", "Shared", "Supersede", "Tick", "Together", "Told", "View",
    "Withdraw", "alone", "canonical", "creates", "modified", "parts_of", "same_id",
]  # fmt: skip

_CHUNK: Final = 10_000
_SPELLING: Final = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_SERIALIZE_NUMPY
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
class Rest:
    """Hold what isn't shown, because nothing about the same is new: the versions of active insights by their ids.

    `blocks` are the entities whose insights are all shown, "" among them where those without any entity are.
    """

    versions: Mapping[str, int]
    blocks: frozenset[str]


@dataclass(frozen=True, slots=True)
class View:
    """Show a job everything that it may know of a workspace, in an order that doesn't matter.

    `vectors` is float32 of shape (len(insights), dimension), unit length, row i for insights[i];
    zero rows and an empty `model` where nothing is encoded. `candidates` holds decided ones too:
    what people decided binds every job; `heirs` says where those live on that they decided about and that were merged since.
    `fates` tells the standing of what standing patterns and rules cite and what is active no longer, `forgotten` where it isn't
    there any more. `tick(processed, total)` reports progress and may raise `Cancelled`. `share(questions)` has other workers help:
    it returns what the job's `work_out` says to each, or nothing when there is nobody; the plan is the same either way. A job that
    looks at columns finds `insights` empty and all of them in `columns`; one that says `TOUCHED` may find most of them in `rest`.
    `settings` holds what the workspace has chosen for each job, by its name; a job's own settings are its policy.
    """

    workspace_id: int
    insights: tuple[Insight, ...]
    vectors: NDArray[np.float32]
    model: str = ""
    candidates: tuple[Candidate, ...] = ()
    heirs: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()
    rules: tuple[Rule, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    fates: Mapping[str, str] = field(default_factory=dict)
    compared: Mapping[str, int] = field(default_factory=dict)
    opinions: Mapping[tuple[str, ...], Opinion] = field(default_factory=dict)
    tick: Tick = field(default=_silent, compare=False)
    share: Share = field(default=alone, compare=False)
    columns: Columns | None = None
    rest: Rest | None = None
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def as_columns(self) -> Columns:
        """Return the insights as columns, however they were read."""
        return columns_of(self.insights) if self.columns is None else self.columns

    @property
    def ids(self) -> Sequence[str]:
        """Name the insights that are shown, and those of the rest."""
        shown = [i.id for i in self.insights] if self.columns is None else self.columns.ids
        return shown if self.rest is None else [*shown, *self.rest.versions]

    def must_show(self, blocks: Set[str]) -> None:
        """Raise Hidden unless all insights about these entities are shown ("" for those about none)."""
        if self.rest is not None and (hidden := blocks - self.rest.blocks):
            raise Hidden(frozenset(hidden))


@dataclass(frozen=True)
class Plan:
    """Hold what a job decided: every change with its reason, and one disposition per insight.

    Both may hold columns in the place of objects (`Told`, `Alike`, `Together`): they spell their items out when asked.
    """

    dispositions: Sequence[Disposition]
    changes: Sequence[Change]
    notes: tuple[Reason, ...] = ()

    @cached_property
    def counts(self) -> Counts:
        """Count what the plan does."""
        parts = parts_of(self.changes)
        touched = (part.insights if isinstance(part, Alike) else [i for c in part for i in modified(c)] for part in parts)
        return Counts(
            scanned=len(self.dispositions),
            affected=len(set().union(*touched)),
            created=sum(creates(c) for part in parts if not isinstance(part, Alike) for c in part),
            errors=_failed(self.dispositions),
        )

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 of the plan; equal plans have equal hashes, whatever made them."""
        total = hashlib.sha256()
        for piece in _spelled(self):
            total.update(piece)
        return total.hexdigest()

    def must_account_for(self, view: View) -> None:
        """Raise PlanBroken unless each scanned insight has exactly one disposition."""
        told = self.dispositions.insights if isinstance(self.dispositions, Told) else [d.insight for d in self.dispositions]
        if told is view.ids:
            return
        seen = set(view.ids)
        if len(told) != len(seen) or set(told) != seen:
            lost, invented = sorted(seen - set(told))[:5], sorted(set(told) - seen)[:5]
            raise PlanBroken(
                f"the plan accounts for {len(told)} of {len(seen)} insights; nothing was applied",
                {"unaccounted": lost, "unknown": invented},
            )


def _failed(told: Sequence[Disposition]) -> int:
    if not isinstance(told, Told):
        return sum(d.outcome == "failed" for d in told)
    failing = [n for n, (outcome, _) in enumerate(told.sayings) if outcome == "failed"]
    return int(np.isin(told.says, failing).sum())


def canonical(plan: Plan) -> bytes:
    """Write a plan as JSON with one spelling: sorted keys, no spaces, UTC times; what is in columns stays in columns."""
    return b"".join(_spelled(plan))


def _spelled(plan: Plan) -> Iterator[bytes]:
    """Spell a plan piece by piece, so that a large one needs no memory."""
    yield b"["
    yield from _told(plan.dispositions)
    for part in parts_of(plan.changes):
        yield b","
        yield from _alike(part) if isinstance(part, Alike) else _listed([(type(c).__name__, c) for c in part])
    yield b"," + orjson.dumps(plan.notes, option=_SPELLING) + b"]"


def _told(told: Sequence[Disposition]) -> Iterator[bytes]:
    if not isinstance(told, Told):
        yield from _listed(told)
        return
    yield orjson.dumps(told.sayings)
    for n in range(0, len(told), _CHUNK):
        part = slice(n, n + _CHUNK)
        yield orjson.dumps([told.insights[part], told.versions[part], told.says[part]], option=_SPELLING)


def _alike(part: Alike) -> Iterator[bytes]:
    yield orjson.dumps([part.kind, part.code, part.text])
    for n in range(0, len(part), _CHUNK):
        chosen = slice(n, n + _CHUNK)
        yield orjson.dumps([part.insights[chosen], {k: c[chosen] for k, c in part.facts.items()}], option=_SPELLING)


def _listed(items: Sequence[object]) -> Iterator[bytes]:
    yield b"["
    for n in range(0, len(items), _CHUNK):
        yield (b"," if n else b"") + orjson.dumps(items[n : n + _CHUNK], option=_SPELLING)[1:-1]
    yield b"]"


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
    `Policy` holds its settings with their defaults. One that calls `view.share` is `Shared` too. A job that only counts
    and weighs may say `COLUMNS = True`: it is shown columns in the place of objects. If the evidence of some insights is enough
    for what it estimates, it says of how many in `EVIDENCE_OF`; a workspace up to twice as large is still shown whole.
    One that only compares what is new with what is about the same may say `TOUCHED = True`: the others are told in `view.rest`,
    and keep what became of them.
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
