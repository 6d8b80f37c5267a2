"""The own lines of an organisation, by language, in a box on the documents of the cases that it mediates."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Add the column; organisations that are there have no lines yet."""
    op.add_column("organisations", sa.Column("paper_lines", sa.Text(), nullable=True))
