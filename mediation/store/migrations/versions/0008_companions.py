"""Who joins: told beforehand, called by name to what they attend, bound by their service; concerns of the parties."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables and columns; what is empty was so before who joins was told beforehand."""
    op.add_column("participants", sa.Column("unnamed", sa.Boolean(), nullable=True))
    op.add_column("sessions", sa.Column("called_by_name", sa.Boolean(), nullable=True))
    op.create_table(
        "concerns",
        sa.Column("participant_id", sa.String(24), nullable=False),
        sa.Column("about_id", sa.String(24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_how", sa.String(40), nullable=True),
        sa.Column("settlement", sa.LargeBinary(), nullable=True),
        sa.Column("settlement_language", sa.String(2), nullable=True),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("recorded_by", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("case_id", sa.String(24), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_concerns_participant_id")),
        sa.ForeignKeyConstraint(["about_id"], ["participants.id"], name=op.f("fk_concerns_about_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["participants.id"], name=op.f("fk_concerns_recorded_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_concerns_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
    )
    op.create_index(op.f("ix_concerns_case_id"), "concerns", ["case_id"])
    op.create_table(
        "interpreter_services",
        sa.Column("participant_id", sa.String(24), nullable=False),
        sa.Column("service", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(24), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_interpreter_services_participant_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_interpreter_services_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter_services")),
    )
    op.create_index(op.f("ix_interpreter_services_case_id"), "interpreter_services", ["case_id"])
