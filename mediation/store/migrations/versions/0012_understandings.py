"""Understandings without a text, reports and notices about them, and an end of which HR is told no more."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table; what is about an agreement may now be about an understanding instead."""
    op.create_table(
        "understandings",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(24), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_understandings_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_understandings")),
        sa.UniqueConstraint("case_id", "version", name="uq_understandings_version"),
    )
    op.create_index(op.f("ix_understandings_case_id"), "understandings", ["case_id"])
    for table in ("check_ins", "notices"):
        with op.batch_alter_table(table) as changed:
            changed.alter_column("agreement_id", existing_type=sa.String(24), nullable=True)
            changed.add_column(sa.Column("understanding_id", sa.String(24), nullable=True))
            name = op.f(f"fk_{table}_understanding_id")
            changed.create_foreign_key(name, "understandings", ["understanding_id"], ["id"])
    op.add_column("cases", sa.Column("neutral_rung", sa.String(40), nullable=True))
