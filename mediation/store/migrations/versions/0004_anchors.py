"""The record is anchored: a keyed digest of each head, what each act wrote, and case numbers that count nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what is new, all of it empty in what is there; nothing that was written is changed."""
    op.add_column("cases", sa.Column("head_mac", sa.String(length=64), nullable=True))
    op.add_column("cases", sa.Column("anchor_due", sa.Boolean(), server_default=sa.true(), nullable=False))
    sqlite, postgresql = sa.text("anchor_due = 1"), sa.text("anchor_due")
    op.create_index("ix_cases_anchor_due", "cases", ["id"], sqlite_where=sqlite, postgresql_where=postgresql)
    with op.batch_alter_table("record_entries") as batch:
        batch.alter_column("about", existing_type=sa.String(200), type_=sa.Text(), existing_nullable=False)
        batch.add_column(sa.Column("wrote", sa.Text(), nullable=True))
    op.drop_table("case_numbers")
