"""Drafts of referrals, for whoever writes them alone."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "referral_drafts",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_referral_drafts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_drafts")),
        sa.UniqueConstraint("person_id", name=op.f("uq_referral_drafts_person_id")),
    )
