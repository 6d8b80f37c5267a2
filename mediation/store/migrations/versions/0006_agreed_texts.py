"""The words of what somebody agrees to, in versions: terms, undertakings, ground rules."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table; what was agreed to before has no row, and counts for the first version."""
    op.create_table(
        "agreed_texts",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(24), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_agreed_texts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_texts")),
        sa.UniqueConstraint("case_id", "kind", "version", name="uq_agreed_texts_version"),
    )
    op.create_index(op.f("ix_agreed_texts_case_id"), "agreed_texts", ["case_id"])
