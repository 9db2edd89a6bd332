"""Let an insight have a day on which a person is asked about it, and find evidence by its source."""

import sqlalchemy as sa
from alembic import op

from compoundry.store.tables import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("insights", sa.Column("recheck_at", UtcTime(), nullable=True))
    op.create_index("ix_evidence_source", "evidence", ["workspace_id", "source"])


def downgrade() -> None:
    """Go back never: a new migration repairs an old one."""
