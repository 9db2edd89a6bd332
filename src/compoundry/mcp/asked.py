"""Describe what each tool asks for; agents read the docstrings and the descriptions, so every word costs tokens."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from compoundry import jobs
from compoundry.model import CandidateKind, PatternKind
from compoundry.service.intake import CONTENT_LIMIT, Text

Id = Annotated[Text, Field(max_length=64)]
Words = Annotated[Text, Field(max_length=CONTENT_LIMIT)]
Short = Annotated[Text, Field(max_length=400)]
Session = Annotated[Text, Field(max_length=200)]
Many = Annotated[int, Field(ge=1, le=100)]


class Asked(BaseModel):
    """Refuse arguments that no tool knows, so that an agent notices."""

    model_config = ConfigDict(extra="forbid")


class Recall(Asked):
    """Find what is known about a question, best first. Use before you answer or act."""

    query: Words
    entity: Annotated[Short | None, Field(description="Only about this name or id")] = None
    as_of: Annotated[Short | None, Field(description="What was believed then, like 2026-01-31T09:00:00Z")] = None
    limit: Many = 10


class Why(Asked):
    """Tell where an insight, pattern or rule comes from, and what was decided about it."""

    id: Id


class Playbook(Asked):
    """Get the rules that this team has learned. Read at the start of a task."""

    max_tokens: Annotated[int | None, Field(ge=1)] = None
    session: Annotated[Session, Field(description="Names your session, to measure what rules change")] = ""


class Patterns(Asked):
    """List what recurs: themes, habits, sequences."""

    kind: PatternKind | None = None
    limit: Many = 20


class RunStatus(Asked):
    """Tell how a run is doing, or list the newest runs."""

    id: Id | None = None
    wait_s: Annotated[float, Field(ge=0, le=30, description="Wait so long for its end")] = 0


class RunChanges(Asked):
    """List what a run did, or what a dry run would do, each with the reason."""

    id: Id
    after: Annotated[int, Field(ge=-1, le=2**31 - 1, description="Go on after this position")] = -1
    limit: Many = 30


class ReviewQueue(Asked):
    """List what waits for a decision, the surest first."""

    kind: CandidateKind | None = None
    limit: Many = 10


class Remember(Asked):
    """Keep one lasting fact as one short sentence that names who or what it is about."""

    content: Words
    entities: Annotated[list[Short], Field(max_length=20, description="Names it is about")] = Field(default_factory=list)
    type: Annotated[Annotated[Text, Field(max_length=60)], Field(description="fact, preference, behavior, relationship, …")] = "fact"
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.7
    source: Annotated[Short, Field(description="Who or what says so")] = ""


class Report(Asked):
    """Say how an insight or a rule turned out in use."""

    id: Id
    outcome: Annotated[
        Literal["confirmed", "contradicted", "helped", "harmed", "not_applicable"],
        Field(description="The first two for insights, the others for rules"),
    ]
    note: Words = ""
    session: Session = ""


class RunJob(Asked):
    """Run a job over all insights; a dry run shows what it would change. Follow it with run_status."""

    job: Annotated[Short, Field(json_schema_extra={"enum": list(jobs.found())})]
    dry_run: StrictBool = True


class RunAct(Asked):
    """Apply the plan of a dry run, take a run back, stop it, or try a failed one again."""

    id: Id
    act: Literal["apply", "revert", "cancel", "retry"]


class Decide(Asked):
    """Accept or reject one item of review_queue. Only when a person has told you to."""

    id: Id
    decision: Literal["accept", "reject"]
    keep: Annotated[Id | None, Field(description="The insight that stays")] = None
    only: Annotated[list[Id] | None, Field(description="Only these of a group")] = None
    content: Annotated[Words | None, Field(description="Better words for it")] = None
    version: int | None = None
    note: Annotated[Text, Field(max_length=2_000)] = ""


def schema(asks: type[Asked]) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments, without what agents don't need.

    >>> schema(Why)
    {'type': 'object', 'properties': {'id': {'type': 'string'}}, 'required': ['id']}
    """
    found = asks.model_json_schema()
    slim: dict[str, Any] = {"type": "object", "properties": {name: _slim(one) for name, one in found.get("properties", {}).items()}}
    return {**slim, "required": found["required"]} if found.get("required") else slim


def _slim(field: dict[str, Any]) -> dict[str, Any]:
    """Leave titles, lengths and nulls out; the server checks lengths, and what may be null may be left out."""
    some = [one for one in field.get("anyOf", []) if one.get("type") != "null"]
    merged = {**field, **(some[0] if len(some) == 1 else {})}
    kept = {name: value for name, value in merged.items() if name not in ("title", "anyOf", "maxLength", "maxItems")}
    if "items" in kept:
        kept["items"] = _slim(kept["items"])
    return {name: value for name, value in kept.items() if name != "default" or value not in (None, "", [])}
