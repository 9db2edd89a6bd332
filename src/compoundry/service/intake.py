"""Read an insight as clients and files write it, and turn it into a draft."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from compoundry.errors import Invalid
from compoundry.job import same_id
from compoundry.model import Draft, Entity, Evidence
from compoundry.policy import storable

CONTENT_LIMIT = 4_000
FIRST_YEAR, LAST_YEAR = 1000, 2999
_EXACT = 2**53
_SHOULD = re.compile(r"^\w+ should\b")
_LENGTH = re.compile(r"^Value (should have at \w+ [\d]+) items? after validation, not \d+$")
_WORDS: Final[Mapping[str, str]] = {
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "datetime_from_date_parsing": "must be a date or time like 2026-01-31T09:00:00Z",
    "dict_type": "must be a JSON object",
    "extra_forbidden": "is no field of this",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "list_type": "must be a list",
    "missing": "is missing",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "string_type": "must be text",
}


def no_nul(value: str) -> str:
    if not storable(value):
        raise ValueError("may not contain the character NUL or half a surrogate pair")
    return value


def _tame(value: dict[str, Any]) -> dict[str, Any]:
    if not storable(value):
        raise ValueError("may not contain the character NUL or half a surrogate pair")
    return {name: _exact(one) for name, one in value.items()}


def _exact(value: Any) -> Any:
    """Keep integers that many JSON readers would round as text, digit for digit."""
    match value:
        case bool():
            return value
        case int():
            return value if abs(value) < _EXACT else str(value)
        case dict():
            return {name: _exact(one) for name, one in value.items()}
        case list():
            return [_exact(one) for one in value]
        case _:
            return value


def not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("may not be blank")
    return value.strip()


def _utc(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def _timely(value: Any) -> Any:
    """Take dates and times as text only: 1714000000 could be seconds or milliseconds."""
    if value is not None and not isinstance(value, str | datetime):
        raise ValueError("must be a date or time like 2026-01-31T09:00:00Z")
    return value


Text = Annotated[str, AfterValidator(no_nul)]
Name = Annotated[str, Field(max_length=200), AfterValidator(no_nul), AfterValidator(not_blank)]
Json = Annotated[dict[str, Any], AfterValidator(_tame)]
Moment = Annotated[datetime, BeforeValidator(_timely), AfterValidator(_utc)]


class EntityIn(BaseModel):
    """Name what an insight is about, by an object or by its name alone; the same name is the same entity unless ids say otherwise."""

    name: Name
    type: Annotated[str, Field(max_length=60), AfterValidator(no_nul)] = "thing"
    id: Annotated[str, Field(max_length=64), AfterValidator(no_nul)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given

    def entity(self) -> Entity:
        return Entity(self.id or "", self.name, self.type or "thing")


class EvidenceIn(BaseModel):
    """Quote what supports an insight, and say where it comes from."""

    excerpt: Annotated[str, Field(max_length=20_000), AfterValidator(no_nul)] = ""
    source: Annotated[str, Field(max_length=400), AfterValidator(no_nul)] | None = None
    at: Moment | None = None
    artifact: Json = Field(default_factory=dict)


class InsightIn(BaseModel):
    """Describe one insight to learn; unknown fields are kept as metadata when a file is imported."""

    model_config = ConfigDict(extra="ignore")

    content: Annotated[str, Field(max_length=CONTENT_LIMIT), AfterValidator(no_nul), AfterValidator(not_blank)]
    type: Annotated[str, Field(max_length=60), AfterValidator(no_nul)] = "fact"
    entities: Annotated[list[EntityIn], Field(max_length=100)] = Field(default_factory=list)
    confidence: Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)] = 0.7
    observed_at: Moment | None = Field(default=None, validation_alias=AliasChoices("observed_at", "created_at"))
    external_id: Annotated[str, Field(max_length=400), AfterValidator(no_nul)] | None = None
    source: Annotated[str, Field(max_length=400), AfterValidator(no_nul)] = ""
    evidence: Annotated[list[EvidenceIn], Field(max_length=100)] = Field(default_factory=list)
    pinned: bool = False
    metadata: Json = Field(default_factory=dict)

    def draft(self, id: str, now: datetime) -> Draft:
        """Return the draft of the insight that will have this id."""
        observed_at = self.observed_at or now
        return Draft(
            content=self.content,
            observed_at=observed_at,
            type=self.type or "fact",
            entities=tuple(e.entity() for e in self.entities),
            confidence=self.confidence,
            source=self.source,
            evidence=tuple(self._evidence(id, n, piece, observed_at) for n, piece in enumerate(self.evidence)),
            external_id=self.external_id,
            pinned=self.pinned,
            metadata=self.metadata,
        )

    def _evidence(self, id: str, n: int, piece: EvidenceIn, observed_at: datetime) -> Evidence:
        source = self.source if piece.source is None else piece.source
        return Evidence(
            same_id("observed", id, str(n)), "observed", piece.at or observed_at, source, self.confidence, piece.excerpt, piece.artifact
        )


def read(given: object) -> InsightIn:
    """Read an insight from JSON; raise Invalid with one sentence that names the field."""
    try:
        return InsightIn.model_validate(_plain(given))
    except ValidationError as error:
        raise Invalid(sentence(error)) from None


def read_line(given: object) -> InsightIn:
    """Read a line of an import file."""
    return read(from_line(given))


def from_line(given: object) -> dict[str, Any]:
    """Spell a line of an import file as a request body.

    `id` is the external id, unknown fields become metadata, evidence may be plain text.

    >>> from_line({"id": 7, "content": "Dana prefers email.", "mood": "calm"})["metadata"]
    {'mood': 'calm'}
    """
    if not isinstance(given, Mapping):
        raise Invalid("a line must be a JSON object with at least a content")
    known = {
        "content",
        "type",
        "entities",
        "confidence",
        "created_at",
        "observed_at",
        "id",
        "external_id",
        "source",
        "evidence",
        "pinned",
        "metadata",
    }
    extra = {name: value for name, value in given.items() if name not in known}
    line = {name: value for name, value in given.items() if name in known and value is not None}
    external = {"external_id": str(line.pop("id"))} if "id" in line else {}
    metadata = {**line.get("metadata", {}), **extra}
    return {**external, **line, "metadata": metadata, "evidence": _evidence(line.get("evidence"))}


def sentence(error: ValidationError) -> str:
    """Say in one sentence what is wrong with the first wrong field."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    return f"{where}: {worded(first['type'], first['msg'])}"


def worded(kind: str, message: str) -> str:
    """Say what is wrong with a field in words that don't depend on how it is checked.

    >>> worded("model_type", "Input should be a valid dictionary or instance of EntityIn")
    'must be a JSON object'
    >>> worded("less_than_equal", "Input should be less than or equal to 100")
    'must be less than or equal to 100'
    >>> worded("too_long", "Value should have at most 400 items after validation, not 401")
    'must have at most 400 characters'
    """
    said = _SHOULD.sub("must", _LENGTH.sub(r"Text \1 characters", message.removeprefix("Value error, ")))
    return _WORDS.get(kind) or said[:1].lower() + said[1:]


def _plain(given: object) -> object:
    if not isinstance(given, Mapping):
        raise Invalid("an insight must be a JSON object with at least a content")
    return given


def _evidence(given: object) -> list[object]:
    pieces = given if isinstance(given, list) else [] if given is None else [given]
    return [{"excerpt": piece} if isinstance(piece, str) else piece for piece in pieces]
