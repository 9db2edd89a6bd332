"""Keep when jobs come by themselves."""

import sqlalchemy as sa
from alembic import op

from compoundry.store.tables import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_type", sa.String(length=64), nullable=False),
        sa.Column("cron", sa.String(length=100), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=True),
        sa.Column("last_run_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_schedules_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "job_type", name=op.f("pk_schedules")),
    )
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"])


def downgrade() -> None:
    """Go back never: a new migration repairs an old one."""
