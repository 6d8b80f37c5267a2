"""Notes that their author shares with the other mediator."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the moment of sharing, empty in every row that is there already: a note stays with its author."""
    op.add_column("notes", sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True))
