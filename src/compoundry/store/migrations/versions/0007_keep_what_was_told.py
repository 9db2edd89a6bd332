"""Keep texts that were told until they are taken apart, and what became of them."""

import sqlalchemy as sa
from alembic import op

from compoundry.store.tables import Json, UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "artifacts",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("completed_at", UtcTime(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'processing', 'completed', 'failed')", name=op.f("ck_artifacts_state")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_artifacts_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_artifacts")),
    )
    op.create_index("ix_artifacts_waiting", "artifacts", ["state", "created_at"])


def downgrade() -> None:
    """Go back never: a new migration repairs an old one."""
