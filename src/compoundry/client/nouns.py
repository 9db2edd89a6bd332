"""Hold what a server sends: runs, changes, insights, candidates, patterns, rules, snapshots.

Every noun keeps the JSON that it was read from in `body`, so that fields of newer servers aren't lost;
fields that a server of part 1 alone doesn't send have defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

Body = Mapping[str, Any]
FINAL = ("completed", "failed")


def moment(text: str | None) -> datetime | None:
    """Read an RFC 3339 time.

    >>> moment("2026-01-31T09:00:00Z").isoformat()
    '2026-01-31T09:00:00+00:00'
    """
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Run:
    """Tell how a run is doing; counts of a dry run say what would be done."""

    id: str
    job_type: str
    workspace_id: int
    status: str
    dry_run: bool
    insights_scanned: int = 0
    insights_affected: int = 0
    candidates_created: int = 0
    errors: int = 0
    started_at: datetime | None = None
    completed_at: datetime | None = None
    duration_ms: int | None = None
    error_details: Body = field(default_factory=dict)
    act: str = "run"
    subject: str | None = None
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @property
    def finished(self) -> bool:
        """Tell whether this can never change again."""
        return self.status in FINAL

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read the answer of a status or a trigger."""
        return cls(
            body["job_run_id"],
            body["job_type"],
            body["workspace_id"],
            body["status"],
            body["dry_run"],
            **{name: body.get(name, 0) for name in ("insights_scanned", "insights_affected", "candidates_created", "errors")},
            started_at=moment(body.get("started_at")),
            completed_at=moment(body.get("completed_at")),
            duration_ms=body.get("duration_ms"),
            error_details=body.get("error_details") or {},
            act=body.get("act", "run"),
            subject=body.get("subject"),
            body=body,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """Tell how far a run is: `processed` of `total` (0 for unknown) in this stage."""

    stage: str
    processed: int = 0
    total: int = 0
    updated_at: datetime | None = None
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read the answer of `…/progress`."""
        return cls(body["stage"], body.get("processed", 0), body.get("total", 0), moment(body.get("updated_at")), body)


@dataclass(frozen=True, slots=True)
class Reason:
    """Say why, for machines (`code`, `facts`) and for people (`text`)."""

    code: str
    text: str
    facts: Body = field(default_factory=dict)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a reason."""
        return cls(body.get("code", ""), body.get("text", ""), body.get("facts", {}))


@dataclass(frozen=True, slots=True)
class Edit:
    """Show one thing before and after; None for what wasn't or isn't there."""

    noun: str
    id: str
    before: Body | None
    after: Body | None

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read an edit."""
        return cls(body["noun"], body["id"], body.get("before"), body.get("after"))


@dataclass(frozen=True, slots=True)
class Change:
    """Show one change that a run decided, and why."""

    position: int
    change: str
    subject: str
    why: Reason
    edits: tuple[Edit, ...]
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a change."""
        edits = tuple(Edit.read(edit) for edit in body.get("edits", ()))
        return cls(body["position"], body["change"], body["subject"], Reason.read(body["why"]), edits, body)


@dataclass(frozen=True, slots=True)
class Disposition:
    """Say what became of one insight that a run scanned."""

    insight: str
    version: int
    outcome: str
    because: str = ""
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a disposition."""
        return cls(body["insight"], body["version"], body["outcome"], body.get("because", ""), body)


@dataclass(frozen=True, slots=True)
class Entity:
    """Name what an insight is about."""

    id: str
    name: str
    type: str = "thing"

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read an entity."""
        return cls(str(body.get("id", "")), body.get("name", ""), body.get("type", "thing"))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Quote what supports an insight."""

    excerpt: str = ""
    artifact: Body = field(default_factory=dict)
    kind: str = "observed"
    at: datetime | None = None
    source: str = ""

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a piece of evidence."""
        artifact = body.get("artifact") or {}
        return cls(body.get("excerpt", ""), artifact, body.get("kind", "observed"), moment(body.get("at")), body.get("source", ""))


@dataclass(frozen=True, slots=True)
class Insight:
    """State one fact, with where it came from and how far it is believed."""

    id: str
    content: str
    type: str
    entities: tuple[Entity, ...]
    confidence: float
    confidence_level: str
    evidence: tuple[Evidence, ...]
    created_at: datetime | None
    observed_at: datetime | None = None
    standing: str = "active"
    merged_into: str | None = None
    superseded_by: str | None = None
    pinned: bool = False
    source: str = ""
    external_id: str | None = None
    metadata: Body = field(default_factory=dict)
    version: int = 1
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read an insight."""
        return cls(
            str(body["id"]),
            body["content"],
            body.get("type", ""),
            tuple(Entity.read(entity) for entity in body.get("entities") or ()),
            body.get("confidence", 0.0),
            body.get("confidence_level", ""),
            tuple(Evidence.read(piece) for piece in body.get("evidence") or ()),
            moment(body.get("created_at")),
            observed_at=moment(body.get("observed_at")),
            body=body,
            **_given(body, "standing", "merged_into", "superseded_by", "pinned", "source", "external_id", "metadata", "version"),
        )


@dataclass(frozen=True, slots=True)
class Learned:
    """Say what became of insights that were sent: ids of the good ones, errors of the others by index."""

    ids: tuple[str, ...]
    new: int
    errors: tuple[Body, ...] = ()
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read the answer to one insight or several."""
        return cls(tuple(body.get("ids", ())), int(body.get("new", 0)), tuple(body.get("errors", ())), body)

    def joined(self, later: "Learned", start: int) -> "Learned":
        """Join what became of the insights from index `start` on."""
        moved = tuple({**error, "index": error["index"] + start} for error in later.errors)
        return Learned(self.ids + later.ids, self.new + later.new, self.errors + moved)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Propose something to a person; `job_run_id` names the run that the decision became."""

    id: str
    kind: str
    subjects: tuple[str, ...]
    reason: Reason
    score: float
    status: str
    version: int
    insights: tuple[Insight, ...] = ()
    created_at: datetime | None = None
    job_run_id: str | None = None
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a candidate."""
        return cls(
            body["id"],
            body["kind"],
            tuple(body["subjects"]),
            Reason.read(body["reason"]),
            body["score"],
            body["status"],
            body["version"],
            tuple(Insight.read(insight) for insight in body.get("insights", ())),
            moment(body.get("created_at")),
            body.get("job_run_id"),
            body,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Name one change that a run made to an insight or its family, and why."""

    job_run_id: str
    change: str
    subject: str
    why: Reason

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a decision."""
        return cls(body["job_run_id"], body["change"], body["subject"], Reason.read(body["why"]))


@dataclass(frozen=True, slots=True)
class Story:
    """Tell why an insight is as it is; `last_seen_by` says what the last run of each job made of it."""

    insight: Insight
    survivor: Insight | None
    merged_here: tuple[Insight, ...]
    decisions: tuple[Decision, ...]
    candidates: tuple[Body, ...]
    last_seen_by: tuple[Body, ...]
    patterns: tuple[Body, ...]
    rules: tuple[Body, ...]
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read the answer of `…/why`."""
        return cls(
            Insight.read(body["insight"]),
            Insight.read(body["survivor"]) if body.get("survivor") else None,
            tuple(Insight.read(insight) for insight in body.get("merged_here", ())),
            tuple(Decision.read(decision) for decision in body.get("decisions", ())),
            tuple(body.get("candidates", ())),
            tuple(body.get("last_seen_by", ())),
            tuple(body.get("patterns", ())),
            tuple(body.get("rules", ())),
            body,
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """State what recurs, over how many independent sources."""

    id: str
    kind: str
    label: str
    support: int
    evidence: tuple[str, ...]
    status: str
    trend: str
    reason: Reason
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a pattern."""
        return cls(
            body["id"],
            body["kind"],
            body["label"],
            body["support"],
            tuple(body["evidence"]),
            body["status"],
            body["trend"],
            Reason.read(body["reason"]),
            moment(body.get("first_seen")),
            moment(body.get("last_seen")),
            body,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """Tell an agent what to do or expect, when, unless what, and because of which evidence."""

    id: str
    when: str
    do: str
    unless: str
    because: str
    confidence: float
    status: str
    evidence: tuple[str, ...]
    pattern_id: str | None = None
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a rule."""
        return cls(
            body["id"],
            body["when"],
            body["do"],
            body.get("unless", ""),
            body["because"],
            body["confidence"],
            body["status"],
            tuple(body["evidence"]),
            body.get("pattern_id"),
            body,
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Keep one measurement of a workspace's health."""

    id: str
    at: datetime
    figures: Mapping[str, float | Mapping[str, float]]
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read a snapshot."""
        return cls(body["id"], datetime.fromisoformat(body["at"]), body["figures"], body)


def _given(body: Body, *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names if body.get(name) is not None}
