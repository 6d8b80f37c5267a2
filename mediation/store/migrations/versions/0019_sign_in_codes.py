"""A typed code beside each link that signs in."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add columns that are empty for the links that are there already: they have no code."""
    op.add_column("links", sa.Column("code_digest", sa.String(64), nullable=True))
    op.add_column("links", sa.Column("code_tries", sa.Integer(), nullable=False, server_default="0"))
