"""Describe what requests carry, and what answers hold, for the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from compoundry.service.intake import Text


class TriggerIn(BaseModel):
    """Ask for a run of a job; other fields are ignored, and the answer names them."""

    model_config = ConfigDict(extra="allow")

    job_type: str
    dry_run: StrictBool = False


class TrustIn(BaseModel):
    """Say how far a source is trusted."""

    source: Annotated[Text, Field(max_length=400)]
    trust: Annotated[float, Field(ge=0, le=1, strict=True)]


class RulesFileIn(BaseModel):
    """Hold a file of rules."""

    document: Annotated[Text, Field(max_length=1_000_000)]
    name: Annotated[Text, Field(max_length=400)] = "a file"


class ScheduleIn(BaseModel):
    """Let a job come by itself: five fields of cron, meant in a time zone."""

    job_type: Annotated[Text, Field(max_length=64)]
    cron: Annotated[Text, Field(max_length=100)] | None
    time_zone: Annotated[Text, Field(max_length=64)] = "UTC"


class TellIn(BaseModel):
    """Tell a text: notes, a mail, a transcript; `context` says what it is."""

    content: Annotated[Text, Field(max_length=500_000)]
    context: Annotated[Text, Field(max_length=2_000)] = ""


class AskIn(BaseModel):
    """Ask a question."""

    query: Annotated[Text, Field(max_length=4_000)]
    session_id: Annotated[Text, Field(max_length=200)] = ""


class PolishIn(BaseModel):
    """Say how many rules may be asked about at once."""

    most: Annotated[int, Field(ge=1, le=20)] = 10


class WebhookIn(BaseModel):
    """Say where events are to be sent, and which."""

    url: Annotated[Text, Field(max_length=2_000)]
    kinds: Annotated[list[Annotated[Text, Field(max_length=40)]], Field(max_length=50)] = Field(default_factory=list)


class SettingsIn(BaseModel):
    """Name settings of a section and their values; null brings a default back."""

    model_config = ConfigDict(extra="allow")


class Problem(BaseModel):
    """Say what went wrong, and what to do."""

    code: int
    message: str
    request_id: str | None = None
    details: dict[str, Any] | None = None


class Accepted(BaseModel):
    """Confirm that a run is stored."""

    job_run_id: str
    job_type: str
    workspace_id: int
    dry_run: bool
    status: Literal["accepted"]
    success: bool


class Status(BaseModel):
    """Tell how a run is doing; fields that aren't known yet are left out."""

    job_run_id: str
    job_type: str
    workspace_id: int
    status: Literal["accepted", "running", "completed", "failed"]
    dry_run: bool
    insights_scanned: int
    insights_affected: int
    candidates_created: int
    errors: int
    started_at: str
    completed_at: str = ""
    duration_ms: int = 0
    error_details: dict[str, Any] = Field(default_factory=dict)
    notes: list[dict[str, Any]] = Field(default_factory=list)
