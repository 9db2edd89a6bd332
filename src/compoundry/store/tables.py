"""Draw the tables; every one that belongs to a workspace has the workspace in its keys."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


ByteOrder = String(64).with_variant(String(64, collation="C"), "postgresql")  # ids in the order that Python has


class UtcTime(TypeDecorator[datetime]):
    """Store an aware time in UTC and give an aware time back, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _of_workspace(name: str, *columns: Any, key: str = "id") -> Table:
    workspace = Column("workspace_id", Integer, ForeignKey("workspaces.id"), primary_key=True, autoincrement=False)
    return Table(name, metadata, workspace, Column(key, String(64), primary_key=True), *columns)


def _of_insight(name: str, *columns: Any) -> Table:
    insight = ForeignKeyConstraint(["workspace_id", "insight_id"], ["insights.workspace_id", "insights.id"], ondelete="CASCADE")
    return Table(name, metadata, Column("workspace_id", Integer, primary_key=True, autoincrement=False), *columns, insight)


workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("slug", String(80), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("policy", Json, nullable=False),
    Column("served_at", UtcTime),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workspace_id", Integer, ForeignKey("workspaces.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("hint", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
)

entities = _of_workspace(
    "entities",
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
)

insights = _of_workspace(
    "insights",
    Column("content", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("merged_into", String(64)),
    Column("superseded_by", String(64)),
    Column("valid_until", UtcTime),
    Column("recheck_at", UtcTime),
    Column("pinned", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text),
    Column("metadata", Json, nullable=False),
    Column("observed_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("confidence >= 0 AND confidence <= 1", name="confidence"),
    CheckConstraint("standing IN ('active', 'merged', 'superseded', 'archived')", name="standing"),
    CheckConstraint("(standing = 'merged') = (merged_into IS NOT NULL)", name="merged_into"),
    CheckConstraint("id <> merged_into", name="not_into_itself"),
)
Index("uq_insights_external_id", insights.c.workspace_id, insights.c.external_id, unique=True)
Index("ix_insights_recent", insights.c.workspace_id, insights.c.standing, insights.c.created_at, insights.c.id)
Index("ix_insights_merged_into", insights.c.workspace_id, insights.c.merged_into)

insight_entities = _of_insight(
    "insight_entities",
    Column("insight_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("entity_id", String(64), nullable=False),
    ForeignKeyConstraint(["workspace_id", "entity_id"], ["entities.workspace_id", "entities.id"]),
    Index("ix_insight_entities_entity", "workspace_id", "entity_id"),
)

evidence = _of_insight(
    "evidence",
    Column("id", String(64), primary_key=True),
    Column("insight_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("weight", Float, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("artifact", Json, nullable=False),
    Index("ix_evidence_insight", "workspace_id", "insight_id"),
    Index("ix_evidence_source", "workspace_id", "source"),
)

vectors = _of_insight(
    "vectors",
    Column("insight_id", String(64), primary_key=True),
    Column("model", String(120), primary_key=True),
    Column("dimension", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

candidates = _of_workspace(
    "candidates",
    Column("kind", String(16), nullable=False),
    Column("subjects", Json, nullable=False),
    Column("reason", Json, nullable=False),
    Column("score", Float, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("decided_at", UtcTime),
    Column("decided_by", Text),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("ix_candidates_queue", candidates.c.workspace_id, candidates.c.status, candidates.c.kind)

patterns = _of_workspace(
    "patterns",
    Column("kind", String(16), nullable=False),
    Column("label", Text, nullable=False),
    Column("support", Integer, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("typical", Json, nullable=False),
    Column("entities", Json, nullable=False),
    Column("effect", Float, nullable=False),
    Column("interval", Json, nullable=False),
    Column("p_value", Float, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("trend", String(16), nullable=False),
    Column("reason", Json, nullable=False),
    Column("status", String(16), nullable=False),
    Column("named_by", Text),
    Column("version", Integer, nullable=False),
)

rules = _of_workspace(
    "rules",
    Column("when", Text, nullable=False),
    Column("do", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("source", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("reason", Json, nullable=False),
    Column("unless", Text, nullable=False),
    Column("pattern_id", String(64)),
    Column("status", String(16), nullable=False),
    Column("clashes", Json, nullable=False, server_default="[]"),
    Column("helped", Integer, nullable=False),
    Column("harmed", Integer, nullable=False),
    Column("polished", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False),
)

rule_outcomes = _of_workspace(
    "rule_outcomes",
    Column("rule_id", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("session", Text, nullable=False),
    Column("withheld", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    CheckConstraint("outcome IN ('helped', 'harmed', 'not_applicable')", name="outcome"),
    Index("ix_rule_outcomes_rule", "workspace_id", "rule_id", "at"),
)

exposures = Table(
    "exposures",
    metadata,
    Column("workspace_id", Integer, ForeignKey("workspaces.id"), primary_key=True, autoincrement=False),
    Column("session", String(200), primary_key=True),
    Column("rule_id", String(64), primary_key=True),
    Column("withheld", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("workspace_id", Integer, ForeignKey("workspaces.id"), nullable=False),
    Column("transaction", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("body", Json, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_events_order", "workspace_id", "transaction", "position"),
    Index("ix_events_at", "at"),
)

artifacts = _of_workspace(
    "artifacts",
    Column("content", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("completed_at", UtcTime),
    Column("result", Json),
    Column("error", Text, nullable=False),
    CheckConstraint("state IN ('pending', 'processing', 'completed', 'failed')", name="state"),
)
Index("ix_artifacts_waiting", artifacts.c.state, artifacts.c.created_at)

webhooks = _of_workspace(
    "webhooks",
    Column("url", Text, nullable=False),
    Column("kinds", Json, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("cursor", String(60), nullable=False),
    Column("old_until", UtcTime),
    Column("stopped", Text, nullable=False, server_default=""),
)

deliveries = _of_workspace(
    "deliveries",
    Column("webhook_id", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("body", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("answer", Text, nullable=False),
    CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="state"),
    ForeignKeyConstraint(["workspace_id", "webhook_id"], ["webhooks.workspace_id", "webhooks.id"], ondelete="CASCADE"),
    Index("ix_deliveries_due", "state", "next_at"),
)

snapshots = _of_workspace("snapshots", Column("at", UtcTime, nullable=False), Column("figures", Json, nullable=False))
Index("ix_snapshots_at", snapshots.c.workspace_id, snapshots.c.at)

runs = _of_workspace(
    "runs",
    Column("job_type", String(64), nullable=False),
    Column("act", String(16), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("accepted_at", UtcTime, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("strikes", Integer, nullable=False),
    Column("worker", String(64)),
    Column("lease_until", UtcTime),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("subject", String(64)),
    Column("cancel_asked", Boolean, nullable=False),
    Column("counts", Json, nullable=False),
    Column("plan_hash", String(64)),
    Column("fingerprint", String(64)),
    Column("error", Json),
    Column("stage", String(32), nullable=False),
    Column("processed", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("progress_at", UtcTime),
    Column("notes", Json),
    CheckConstraint("state IN ('accepted', 'running', 'completed', 'failed')", name="state"),
)
_WRITING = text("state = 'running' AND NOT dry_run")
_WRITING_SQLITE = text("state = 'running' AND dry_run = 0")
_WAITING = text("state = 'accepted'")
Index("uq_runs_one_writer", runs.c.workspace_id, unique=True, postgresql_where=_WRITING, sqlite_where=_WRITING_SQLITE)
Index("ix_runs_waiting", runs.c.workspace_id, runs.c.rank, runs.c.accepted_at, postgresql_where=_WAITING, sqlite_where=_WAITING)
Index("ix_runs_state", runs.c.state, runs.c.lease_until)
Index("ix_runs_newest", runs.c.workspace_id, runs.c.accepted_at, runs.c.id)

schedules = _of_workspace(
    "schedules",
    Column("cron", String(100), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("last_at", UtcTime),
    Column("last_run_id", String(64)),
    key="job_type",
)
Index("ix_schedules_next_at", schedules.c.next_at)

parts = Table(
    "parts",
    metadata,
    Column("workspace_id", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, nullable=False),
    Column("question", LargeBinary, nullable=False),
    Column("worker", String(64)),
    Column("answer", LargeBinary),
    ForeignKeyConstraint(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"]),
)

changes = Table(
    "changes",
    metadata,
    Column("workspace_id", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("reason", Json, nullable=False),
    Column("effects", Json, nullable=False),
    ForeignKeyConstraint(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"]),
    Index("ix_changes_subject", "workspace_id", "subject"),
)

batches = Table(
    "batches",
    metadata,
    Column("workspace_id", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("first", ByteOrder, nullable=False),
    Column("last", ByteOrder, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    ForeignKeyConstraint(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"]),
    Index("ix_batches_subjects", "workspace_id", "first", "last"),
)

dispositions = Table(
    "dispositions",
    metadata,
    Column("workspace_id", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("first", ByteOrder, nullable=False),
    Column("last", ByteOrder, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    ForeignKeyConstraint(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"]),
)

answers = _of_workspace(
    "answers",
    Column("digest", String(64), nullable=False),
    Column("body", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    key="key",
)
