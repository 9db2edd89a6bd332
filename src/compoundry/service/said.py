"""Read what people say about what is known: edits, evidence, decisions, outcomes, names. Every face is held to the same."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, ValidationError

from compoundry.errors import Invalid
from compoundry.service.intake import CONTENT_LIMIT, Moment, Text, not_blank, sentence

M = TypeVar("M", bound=BaseModel)
Words = Mapping[str, Sequence[str]]
Content = Annotated[Text, Field(max_length=CONTENT_LIMIT), AfterValidator(not_blank)]


def understood(model: type[M], given: Mapping[str, Any]) -> M:
    """Read what was said into its model; raise Invalid with one sentence that names the field."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Invalid(sentence(error)) from None


def chosen(words: Words, filters: Mapping[str, str | None]) -> dict[str, str]:
    """Leave out filters that aren't set; raise Invalid for words that nothing is called."""
    wanted = {name: value for name, value in filters.items() if value is not None}
    for name, value in wanted.items():
        if value not in words[name]:
            raise Invalid(f"{name}: must be one of {', '.join(words[name])}")
    return wanted


def edited(values: Mapping[str, Any]) -> dict[str, Any]:
    """Read what is to change about an insight; raise Invalid for what can't be changed."""
    known = EditIn.model_fields
    for strange in values.keys() - known.keys():
        raise Invalid(f"an insight has no {strange!r} to change; it has {', '.join(known)}")
    said = understood(EditIn, values).model_dump(exclude_unset=True)
    if not said:
        raise Invalid(f"name at least one of {', '.join(known)}")
    return said


class ReinforceIn(BaseModel):
    """Add evidence to an insight; without a weight, an observation is as sure as the first one was, and other words weigh 1."""

    kind: Literal["confirmed", "contradicted", "observed", "outcome", "retrieved"] = "confirmed"
    source: Annotated[Text, Field(max_length=400)] = ""
    excerpt: Annotated[Text, Field(max_length=20_000)] = ""
    weight: Annotated[float, Field(ge=0, le=1, strict=True)] | None = None
    at: Moment | None = None


class EditIn(BaseModel):
    """Change an insight; what is left out stays."""

    content: Content | None = None
    type: Annotated[Text, Field(max_length=60), AfterValidator(not_blank)] | None = None
    pinned: StrictBool | None = None
    standing: Literal["active", "archived"] | None = None
    recheck_at: Moment | None = None


class DecisionIn(BaseModel):
    """Decide on a candidate; a slip in a name is refused, lest what was meant is left out."""

    model_config = ConfigDict(extra="forbid")

    keep: Annotated[Text, Field(max_length=64)] | None = None
    only: Annotated[list[Annotated[Text, Field(max_length=64)]], Field(max_length=100)] | None = None
    content: Content | None = None
    note: Annotated[Text, Field(max_length=2_000)] = ""


class RejectionIn(BaseModel):
    """Refuse a candidate; nothing but a note can be said about it."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[Text, Field(max_length=2_000)] = ""


class ManyIn(BaseModel):
    """Decide on many candidates at once: those of a kind, from a score on; a slip in a name is refused, lest too many are meant."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["merge", "update", "audit", "confirm", "pattern", "rule"]
    at_least: Annotated[float, Field(ge=0, le=1, strict=True)] = 0.0
    most: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 100
    note: Annotated[Text, Field(max_length=2_000)] = ""


class OutcomeIn(BaseModel):
    """Say what following a rule led to."""

    outcome: Literal["helped", "harmed", "not_applicable"]
    note: Annotated[Text, Field(max_length=2_000)] = ""
    session: Annotated[Text, Field(max_length=200)] = ""


class RenameIn(BaseModel):
    """Give better words."""

    label: Annotated[Text, Field(max_length=400), AfterValidator(not_blank)]
