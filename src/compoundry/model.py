"""Name the things that Compoundry knows: insights, entities, evidence, candidates, patterns, rules, runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from compoundry.errors import Forbidden

Standing = Literal["active", "merged", "superseded", "archived"]
EvidenceKind = Literal["observed", "confirmed", "contradicted", "reviewed", "outcome", "retrieved"]
CandidateKind = Literal["merge", "update", "contradiction", "audit", "confirm", "pattern", "rule"]
CandidateStatus = Literal["open", "accepted", "rejected", "withdrawn"]
PatternKind = Literal["theme", "habit", "sequence", "co_occurrence", "period"]
PatternStatus = Literal["candidate", "accepted", "rejected", "retired"]
RuleStatus = Literal["candidate", "active", "rejected", "retired"]
RuleSource = Literal["pattern", "lesson", "imported"]
RunState = Literal["accepted", "running", "completed", "failed"]
RunAct = Literal["run", "apply", "revert", "review"]
Scope = Literal["record.read", "record.write", "insight.stream"]
ArtifactState = Literal["pending", "processing", "completed", "failed"]
Trend = Literal["rising", "steady", "fading"]

SCOPES: tuple[Scope, ...] = get_args(Scope)

Fact = str | int | float | bool | list[str]
Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Reason:
    """Say why, for machines (`code`, `facts`) and for people (`text`, one sentence)."""

    code: str
    text: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """Name a person, company, product or thing that insights are about."""

    id: str
    name: str
    type: str = "thing"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Record one observation that supports (or denies) an insight; append-only."""

    id: str
    kind: EvidenceKind
    at: datetime
    source: str
    weight: float = 1.0
    excerpt: str = ""
    artifact: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Insight:
    """State one fact, with where it came from and how far it is believed.

    `observed_at` is when the fact was observed, `created_at` when it entered the workspace;
    `evidence` holds that of the insights merged into this one too, oldest first; from `recheck_at` on a
    person is asked whether it still holds.
    """

    id: str
    content: str
    type: str
    entities: tuple[Entity, ...]
    confidence: float
    observed_at: datetime
    created_at: datetime
    evidence: tuple[Evidence, ...] = ()
    standing: Standing = "active"
    merged_into: str | None = None
    superseded_by: str | None = None
    valid_until: datetime | None = None
    recheck_at: datetime | None = None
    pinned: bool = False
    source: str = ""
    external_id: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    version: int = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold an insight that is about to be learned; `entities` without an id are found by name."""

    content: str
    observed_at: datetime
    type: str = "fact"
    entities: tuple[Entity, ...] = ()
    confidence: float = 0.7
    source: str = ""
    evidence: tuple[Evidence, ...] = ()
    external_id: str | None = None
    created_at: datetime | None = None
    pinned: bool = False
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Propose something to a person, who accepts or rejects it once.

    `subjects` are insight ids, two or more; for a merge the last one is the proposed survivor, for an update
    the newest one. An audit asks whether a merge that was made (the first into the last) is right.
    """

    id: str
    kind: CandidateKind
    subjects: tuple[str, ...]
    reason: Reason
    score: float
    created_at: datetime
    status: CandidateStatus = "open"
    decided_at: datetime | None = None
    decided_by: str | None = None
    note: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Pattern:
    """State what recurs, how often, and in which insights.

    `named_by` is who gave it its label, where a person did; jobs leave such a label alone.
    """

    id: str
    kind: PatternKind
    label: str
    support: int
    evidence: tuple[str, ...]
    typical: tuple[str, ...]
    entities: tuple[str, ...]
    effect: float
    interval: tuple[float, float]
    p_value: float
    first_seen: datetime
    last_seen: datetime
    trend: Trend
    reason: Reason
    status: PatternStatus = "candidate"
    named_by: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """Tell an agent what to do or expect, when, unless what, and because of which evidence.

    `clashes` names rules that contradict it; `helped` and `harmed` count what its users reported; `polished` are better words
    for all of it, where a language model found some that its evidence bears out.
    """

    id: str
    when: str
    do: str
    because: str
    evidence: tuple[str, ...]
    confidence: float
    source: RuleSource
    created_at: datetime
    reason: Reason
    unless: str = ""
    pattern_id: str | None = None
    status: RuleStatus = "candidate"
    clashes: tuple[str, ...] = ()
    helped: int = 0
    harmed: int = 0
    polished: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Keep one measurement of a workspace's health; `figures` maps a metric's name to its value."""

    id: str
    at: datetime
    figures: Mapping[str, float | Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Artifact:
    """Hold a text that somebody told, and what became of it; `context` says what kind of text it is.

    `attempt` fences a late worker off, as it does for runs; `result` is there once it is completed.
    """

    id: str
    workspace_id: int
    content: str
    context: str
    told_by: str
    created_at: datetime
    state: ArtifactState = "pending"
    attempt: int = 0
    completed_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Hold one team's insights apart from all others'; `policy` has its settings, job by job."""

    id: int
    name: str
    slug: str
    created_at: datetime
    policy: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Say when a job comes by itself: five fields of cron in a time zone; `last_run_id` is what it last triggered."""

    workspace_id: int
    job_type: str
    cron: str
    time_zone: str
    next_at: datetime
    last_at: datetime | None = None
    last_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Say who calls, for which workspace, and what they may do."""

    workspace_id: int
    scopes: frozenset[str]
    name: str

    def need(self, *scopes: Scope) -> None:
        """Raise Forbidden unless the caller has one of these scopes."""
        if self.scopes.isdisjoint(scopes):
            raise Forbidden(f"the scope {' or '.join(scopes)} is missing", lacks=scopes)


@dataclass(frozen=True, slots=True)
class Counts:
    """Count what a plan does; derived from the plan, never kept by hand."""

    scanned: int = 0
    affected: int = 0
    created: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Follow one execution of a job, from the trigger to its end.

    `attempt` grows with every claim and fences late workers off; `strikes` leaves out those that a
    worker handed back in order.
    """

    id: str
    workspace_id: int
    job_type: str
    act: RunAct
    dry_run: bool
    state: RunState
    accepted_at: datetime
    not_before: datetime
    attempt: int = 0
    strikes: int = 0
    worker: str | None = None
    lease_until: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    subject: str | None = None
    cancel_asked: bool = False
    counts: Counts = Counts()
    plan_hash: str | None = None
    error: Mapping[str, object] | None = None
    stage: str = "accepted"
    processed: int = 0
    total: int = 0
    progress_at: datetime | None = None
    notes: tuple[Reason, ...] = ()
