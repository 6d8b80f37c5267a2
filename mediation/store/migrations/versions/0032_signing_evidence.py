"""The evidence of each signature, for who signed and the record alone."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the column; signatures given before have none."""
    op.add_column("signatures", sa.Column("evidence", sa.LargeBinary(), nullable=True))
