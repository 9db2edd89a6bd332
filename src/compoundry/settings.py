"""Read the settings once, from the environment: COMPOUNDRY_DATABASE_URL and its like."""

from functools import cache
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from compoundry.errors import Invalid

PAUSES_S = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""What the Standard Webhooks specification recommends: ten attempts over three days."""


class Settings(BaseSettings):
    """Hold every setting of a process; each is read from `COMPOUNDRY_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="COMPOUNDRY_", extra="ignore")

    database_url: str = Field(
        default="", description="sqlite:///file.db or postgresql://user@host:port/name; a file in the user's data folder when empty"
    )
    url: str = Field(default="", description="A server to talk to instead of a database")
    api_key: str = Field(default="", description="The key for that server")
    encoder: str = Field(default="minilm", description="minilm (built in), hashed (numpy only) or remote:MODEL@URL")
    encoder_api_key: str = Field(default="", description="The key for a remote encoder")
    chat: str = Field(default="", description="MODEL@URL of a language model (any OpenAI-compatible server); nothing is asked when empty")
    extractor: Literal["rules", "chat"] = Field(
        default="rules", description="How texts that are told are cut into insights: by rules alone, or with the chat model's help too"
    )
    chat_api_key: str = Field(default="", description="The key for that language model")
    host: str = Field(default="127.0.0.1", description="The address that `serve` listens on")
    port: int = Field(default=8787, description="The port that `serve` listens on; 0 picks a free one")
    body_limit_bytes: int = Field(default=8 * 1024 * 1024, gt=0, description="The largest request body; larger ones get 413")
    lease_s: float = Field(default=15.0, ge=1.0, description="Seconds without a sign of life after which another worker takes a run over")
    worker_slots: int = Field(default=2, ge=1, description="How many runs one worker executes at a time")
    attempts: int = Field(default=3, ge=1, description="How often a run is tried before it fails")
    requests_per_minute: int = Field(default=0, ge=0, description="The rate limit of one key; 0 for none")
    webhook_networks: str = Field(default="", description="Private networks that webhooks may call, like 10.0.0.0/8, with commas between")
    webhook_timeout_s: float = Field(default=15.0, gt=0, le=60, description="How long a receiver of a webhook may take, in seconds")
    webhook_pauses_s: tuple[float, ...] = Field(
        default=PAUSES_S, description="The pauses between attempts of a webhook, a JSON list of seconds"
    )
    keep_answers_days: float = Field(default=7, ge=0, description="For how long an idempotency key is remembered; 0 for ever")
    keep_events_days: float = Field(default=30, ge=0, description="For how long events can be read again; 0 for ever")
    keep_dispositions_days: float = Field(
        default=90,
        ge=0,
        description="For how long what became of each insight in a run is kept; that of the last one stays; 0 for ever",
    )
    traces: str = Field(default="", description="otlp to send OpenTelemetry traces of runs to OTEL_EXPORTER_OTLP_ENDPOINT; none when empty")
    metrics_port: int = Field(default=0, description="Where a worker without a server shows Prometheus metrics; 0 for nowhere")
    log_format: Literal["text", "json"] = Field(default="text", description="text for people, json for machines")

    @property
    def database(self) -> str:
        """Return the database URL, the embedded default included."""
        return self.database_url or f"sqlite:///{default_file()}"


def default_file() -> Path:
    """Return the SQLite file that is used when no database is named."""
    return user_data_path("compoundry") / "compoundry.db"


@cache
def settings() -> Settings:
    """Return this process's settings; raise Invalid, naming the variable, for one that can't be understood."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise Invalid(f"COMPOUNDRY_{str(first['loc'][0]).upper()}: {first['msg'].lower()}") from None
