"""Sign-ins in a room with others: a session that opens one case only."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add a column that is empty for the sessions that are there already: they open what their person may open."""
    op.add_column("sign_in_sessions", sa.Column("case_number", sa.String(40), nullable=True))
