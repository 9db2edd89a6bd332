"""Keep what a run has to say besides its changes."""

import sqlalchemy as sa
from alembic import op

from compoundry.store.tables import Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("notes", Json, nullable=True))


def downgrade() -> None:
    """Go back never: a new migration repairs an old one."""
