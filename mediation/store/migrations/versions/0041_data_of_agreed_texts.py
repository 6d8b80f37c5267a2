"""The values of which the words of an agreed text were made, where acts read them again."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Add the column; texts kept before have none."""
    op.add_column("agreed_texts", sa.Column("data", sa.LargeBinary(), nullable=True))
