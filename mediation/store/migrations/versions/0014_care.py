"""Quiet times, complaints past the mediator, and sign-ins that are closed on a call."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make two tables, and add what is empty for everybody who is there already."""
    op.add_column("people", sa.Column("sign_ins_closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("sign_ins_closed_by", sa.String(length=40), nullable=True))
    op.create_table(
        "quiet_times",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("begins", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_quiet_times_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_quiet_times_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_times")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_quiet_times_participant_id")),
    )
    op.create_index(op.f("ix_quiet_times_case_id"), "quiet_times", ["case_id"], unique=False)
    op.create_table(
        "complaints",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["about"], ["participants.id"], name=op.f("fk_complaints_about")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_complaints_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_complaints_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_complaints_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
    )
    op.create_index(op.f("ix_complaints_case_id"), "complaints", ["case_id"], unique=False)
    op.create_index(op.f("ix_complaints_organisation_id"), "complaints", ["organisation_id"], unique=False)
