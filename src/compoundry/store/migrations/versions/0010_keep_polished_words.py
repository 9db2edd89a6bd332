"""Keep better words of a rule, beside the parts that they came from."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rules", sa.Column("polished", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Go back never: a new migration repairs an old one."""
