"""Hold insights, their evidence, and the story of each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from compoundry.client.nouns.spelling import Body, Reason, given, moment

_OPTIONAL = ("standing", "merged_into", "superseded_by", "recheck_at", "pinned", "source", "external_id", "metadata", "version")


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
    recheck_at: str | None = None
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
            **given(
                body, "standing", "merged_into", "superseded_by", "recheck_at", "pinned", "source", "external_id", "metadata", "version"
            ),
        )


@dataclass(frozen=True, slots=True)
class Learned:
    """Say what became of insights that were sent: ids of the good ones, errors of the others by index.

    `differing` are ids of insights that were known already and say something else than what was sent.
    """

    ids: tuple[str, ...]
    new: int
    errors: tuple[Body, ...] = ()
    differing: tuple[str, ...] = ()
    body: Body = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read the answer to one insight or several."""
        ids, errors, differing = (tuple(body.get(name, ())) for name in ("ids", "errors", "differing"))
        return cls(ids, int(body.get("new", 0)), errors, differing, body)

    def joined(self, later: "Learned", start: int) -> "Learned":
        """Join what became of the insights from index `start` on."""
        moved = tuple({**error, "index": error["index"] + start} for error in later.errors)
        return Learned(self.ids + later.ids, self.new + later.new, self.errors + moved, self.differing + later.differing)


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
    kept_apart: tuple[Body, ...] = ()
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
            tuple(body.get("kept_apart", ())),
            body,
        )
