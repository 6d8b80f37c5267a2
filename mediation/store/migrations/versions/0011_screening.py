"""How safeguards are in place, what a referral says besides its subject, and what a party tells of taking part."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Add empty tables; nothing that was written is changed."""
    op.create_table(
        "safeguards",
        sa.Column("safeguard", sa.String(length=40), nullable=False),
        sa.Column("put_by", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_safeguards_case_id")),
        sa.ForeignKeyConstraint(["put_by"], ["participants.id"], name=op.f("fk_safeguards_put_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safeguards")),
        sa.UniqueConstraint("case_id", "put_by", "safeguard", name="uq_safeguards_once"),
    )
    op.create_index(op.f("ix_safeguards_case_id"), "safeguards", ["case_id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("author", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["participants.id"], name=op.f("fk_referrals_author")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_referrals_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index(op.f("ix_referrals_case_id"), "referrals", ["case_id"], unique=False)
    op.create_table(
        "needs",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_needs_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_needs_participant_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["participants.id"], name=op.f("fk_needs_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_needs_participant_id")),
    )
    op.create_index(op.f("ix_needs_case_id"), "needs", ["case_id"], unique=False)
