"""Make the first schema."""

import sqlalchemy as sa
from alembic import op

from compoundry.store.tables import Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("policy", Json, nullable=False),
        sa.Column("served_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("slug", name=op.f("uq_workspaces_slug")),
    )
    op.create_table(
        "answers",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_answers_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_answers")),
    )
    op.create_table(
        "candidates",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subjects", Json, nullable=False),
        sa.Column("reason", Json, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_candidates_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_candidates")),
    )
    op.create_index("ix_candidates_queue", "candidates", ["workspace_id", "status", "kind"], unique=False)

    op.create_table(
        "entities",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_entities_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_entities")),
    )
    op.create_table(
        "insights",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("merged_into", sa.String(length=64), nullable=True),
        sa.Column("superseded_by", sa.String(length=64), nullable=True),
        sa.Column("valid_until", UtcTime(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("metadata", Json, nullable=False),
        sa.Column("observed_at", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(standing = 'merged') = (merged_into IS NOT NULL)", name=op.f("ck_insights_merged_into")),
        sa.CheckConstraint("standing IN ('active', 'merged', 'superseded', 'archived')", name=op.f("ck_insights_standing")),
        sa.CheckConstraint("confidence >= 0 AND confidence <= 1", name=op.f("ck_insights_confidence")),
        sa.CheckConstraint("id <> merged_into", name=op.f("ck_insights_not_into_itself")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_insights_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_insights")),
    )
    op.create_index("ix_insights_merged_into", "insights", ["workspace_id", "merged_into"], unique=False)
    op.create_index("ix_insights_recent", "insights", ["workspace_id", "standing", "created_at", "id"], unique=False)
    op.create_index("uq_insights_external_id", "insights", ["workspace_id", "external_id"], unique=True)

    op.create_table(
        "keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_keys_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_keys_digest")),
    )
    op.create_index(op.f("ix_keys_workspace_id"), "keys", ["workspace_id"], unique=False)

    op.create_table(
        "patterns",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("typical", Json, nullable=False),
        sa.Column("entities", Json, nullable=False),
        sa.Column("effect", sa.Float(), nullable=False),
        sa.Column("interval", Json, nullable=False),
        sa.Column("p_value", sa.Float(), nullable=False),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("last_seen", UtcTime(), nullable=False),
        sa.Column("trend", sa.String(length=16), nullable=False),
        sa.Column("reason", Json, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_patterns_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_patterns")),
    )
    op.create_table(
        "rules",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("when", sa.Text(), nullable=False),
        sa.Column("do", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("reason", Json, nullable=False),
        sa.Column("unless", sa.Text(), nullable=False),
        sa.Column("pattern_id", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("harmed", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_rules_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_rules")),
    )
    op.create_table(
        "runs",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("job_type", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("accepted_at", UtcTime(), nullable=False),
        sa.Column("not_before", UtcTime(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("started_at", UtcTime(), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("plan_hash", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("error", Json, nullable=True),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("processed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("progress_at", UtcTime(), nullable=True),
        sa.CheckConstraint("state IN ('accepted', 'running', 'completed', 'failed')", name=op.f("ck_runs_state")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_runs_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_runs")),
    )
    op.create_index("ix_runs_newest", "runs", ["workspace_id", "accepted_at", "id"], unique=False)
    op.create_index("ix_runs_state", "runs", ["state", "lease_until"], unique=False)
    op.create_index(
        "ix_runs_waiting",
        "runs",
        ["workspace_id", "rank", "accepted_at"],
        unique=False,
        postgresql_where=sa.text("state = 'accepted'"),
        sqlite_where=sa.text("state = 'accepted'"),
    )
    op.create_index(
        "uq_runs_one_writer",
        "runs",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running' AND NOT dry_run"),
        sqlite_where=sa.text("state = 'running' AND dry_run = 0"),
    )

    op.create_table(
        "snapshots",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_snapshots_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_snapshots")),
    )
    op.create_index("ix_snapshots_at", "snapshots", ["workspace_id", "at"], unique=False)

    op.create_table(
        "changes",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("reason", Json, nullable=False),
        sa.Column("effects", Json, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], name=op.f("fk_changes_workspace_id_run_id")),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", "position", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_subject", "changes", ["workspace_id", "subject"], unique=False)

    op.create_table(
        "dispositions",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], name=op.f("fk_dispositions_workspace_id_run_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", name=op.f("pk_dispositions")),
    )
    op.create_table(
        "evidence",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("insight_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("artifact", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "insight_id"],
            ["insights.workspace_id", "insights.id"],
            name=op.f("fk_evidence_workspace_id_insight_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_insight", "evidence", ["workspace_id", "insight_id"], unique=False)

    op.create_table(
        "insight_entities",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("insight_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "entity_id"], ["entities.workspace_id", "entities.id"], name=op.f("fk_insight_entities_workspace_id_entity_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "insight_id"],
            ["insights.workspace_id", "insights.id"],
            name=op.f("fk_insight_entities_workspace_id_insight_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "insight_id", "position", name=op.f("pk_insight_entities")),
    )
    op.create_index("ix_insight_entities_entity", "insight_entities", ["workspace_id", "entity_id"], unique=False)

    op.create_table(
        "vectors",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("insight_id", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "insight_id"],
            ["insights.workspace_id", "insights.id"],
            name=op.f("fk_vectors_workspace_id_insight_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "insight_id", "model", name=op.f("pk_vectors")),
    )


def downgrade() -> None:
    """Leave the first schema alone: before it there is nothing to go back to."""
