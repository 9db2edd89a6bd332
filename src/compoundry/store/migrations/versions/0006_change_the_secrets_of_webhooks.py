"""Let two secrets of a webhook hold for a while, and say why one has stopped."""

import sqlalchemy as sa
from alembic import op

from compoundry.store.tables import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("old_until", UtcTime(), nullable=True))
    op.add_column("webhooks", sa.Column("stopped", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Go back never: a new migration repairs an old one."""
