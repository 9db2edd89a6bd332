"""Keep what users of rules report, who saw which rule, which rules clash, and who named a pattern."""

import sqlalchemy as sa
from alembic import op

from compoundry.store.tables import Json, UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rules", sa.Column("clashes", Json, nullable=False, server_default="[]"))
    op.add_column("patterns", sa.Column("named_by", sa.Text(), nullable=True))
    op.create_table(
        "rule_outcomes",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("outcome IN ('helped', 'harmed', 'not_applicable')", name=op.f("ck_rule_outcomes_outcome")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_rule_outcomes_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_rule_outcomes")),
    )
    op.create_index("ix_rule_outcomes_rule", "rule_outcomes", ["workspace_id", "rule_id", "at"])
    op.create_table(
        "exposures",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("session", sa.String(length=200), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_exposures_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "session", "rule_id", name=op.f("pk_exposures")),
    )


def downgrade() -> None:
    """Go back never: a new migration repairs an old one."""
