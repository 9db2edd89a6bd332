"""Keep many changes alike in one row, and dispositions so many in a row."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("first", _id(), nullable=False),
        sa.Column("last", _id(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], name=op.f("fk_batches_workspace_id_run_id")),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", "position", name=op.f("pk_batches")),
    )
    op.create_index("ix_batches_subjects", "batches", ["workspace_id", "first", "last"])
    op.rename_table("dispositions", "old_dispositions")
    _make_dispositions()
    op.execute(
        "INSERT INTO dispositions (workspace_id, run_id, position, first, last, packed) "
        "SELECT workspace_id, run_id, 0, '', '~', packed FROM old_dispositions"
    )
    op.drop_table("old_dispositions")


def _make_dispositions() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE old_dispositions RENAME CONSTRAINT pk_dispositions TO pk_old_dispositions")
    op.create_table(
        "dispositions",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", _id(), nullable=False),
        sa.Column("last", _id(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], name=op.f("fk_dispositions_workspace_id_run_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", "position", name=op.f("pk_dispositions")),
    )


def _id() -> sa.String:
    """Compare ids byte by byte, as Python does, whatever the language of the database."""
    return sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def downgrade() -> None:
    """Go back never: a new migration repairs an old one."""
