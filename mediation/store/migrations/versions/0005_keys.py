"""Remembered answers under a key of their case, people who go in the end, and the high-water mark of time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what is empty in every row that is there already."""
    op.add_column("idempotency_keys", sa.Column("case_id", sa.String(24), nullable=True))
    op.add_column("idempotency_keys", sa.Column("clock", sa.String(40), nullable=True))
    op.add_column("people", sa.Column("last_case_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "high_water",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_high_water")),
    )
