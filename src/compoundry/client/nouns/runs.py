"""Hold runs, how far they are, and what they decided."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from compoundry.client.nouns.spelling import Body, Reason, moment

FINAL = ("completed", "failed")


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
    notes: tuple[Reason, ...] = ()
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
            notes=tuple(Reason.read(note) for note in body.get("notes", ())),
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
