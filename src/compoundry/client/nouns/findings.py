"""Hold what jobs found: candidates, patterns, rules, snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from compoundry.client.nouns.insights import Insight
from compoundry.client.nouns.spelling import Body, Reason, moment


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
class Pattern:
    """State what recurs, and how often."""

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
    source: str = ""
    helped: int = 0
    harmed: int = 0
    clashes: tuple[str, ...] = ()
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
            body.get("source", ""),
            body.get("helped", 0),
            body.get("harmed", 0),
            tuple(body.get("clashes", ())),
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
