"""Codes on paper that open a signatory's own copy of the sealed agreement."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "copy_codes",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_copy_codes_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_copy_codes_participant_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["participants.id"], name=op.f("fk_copy_codes_recorded_by_participants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_copy_codes_digest")),
    )
    for column in ("case_id", "participant_id", "recorded_by"):
        op.create_index(op.f(f"ix_copy_codes_{column}"), "copy_codes", [column])
