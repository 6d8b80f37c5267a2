"""Of how many parties how many came to what was agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add two counts, which are empty for cases that ended before: who agreed to mediate then may be deleted by now."""
    for name in ("party_count", "settled_count"):
        op.add_column("cases", sa.Column(name, sa.Integer(), nullable=True))
