"""Hours: who began a session, time worked beside sessions, and what the commissioner has been told of both."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Make the columns and tables; who began the sessions that are there is not known."""
    op.add_column("sessions", sa.Column("begun_by", sa.String(length=24), nullable=True))
    op.add_column("cases", sa.Column("hours_due", sa.Date(), nullable=True, server_default="2000-01-01"))
    op.create_index("ix_cases_hours_due", "cases", ["hours_due"])
    op.create_table(
        "time_entries",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_time_entries_participant_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_time_entries_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entries")),
    )
    op.create_index(op.f("ix_time_entries_case_id"), "time_entries", ["case_id"])
    op.create_table(
        "hours_told",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("half_hours", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_hours_told_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_told")),
        sa.UniqueConstraint("case_id", "until", name=op.f("uq_hours_told_until")),
    )
    op.create_index(op.f("ix_hours_told_case_id"), "hours_told", ["case_id"])
