"""Languages of one's own, and who interpreted what was signed or agreed to."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add columns that are empty for everybody who is there already, and for all that was signed or agreed to."""
    op.add_column("participants", sa.Column("own_language", sa.LargeBinary(), nullable=True))
    op.add_column("marks", sa.Column("interpreted", sa.LargeBinary(), nullable=True))
    op.add_column("signatures", sa.Column("interpreted", sa.LargeBinary(), nullable=True))
