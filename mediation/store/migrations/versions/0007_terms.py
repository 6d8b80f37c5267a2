"""What parties may read of an order, changes of it, and the attendance basis of each party."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add what is empty in every row that is there already: an old order stays between employer and mediator."""
    op.add_column("orders", sa.Column("readable", sa.LargeBinary(), nullable=True))
    op.add_column("orders", sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orders", sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "attendance_bases",
        sa.Column("participant_id", sa.String(24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("ground", sa.String(40), nullable=True),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(24), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attendance_bases_case_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_attendance_bases_participant_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["participants.id"], name=op.f("fk_attendance_bases_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_bases")),
        sa.UniqueConstraint("participant_id", "number", name="uq_attendance_bases_number"),
    )
    op.create_index(op.f("ix_attendance_bases_case_id"), "attendance_bases", ["case_id"])
    op.create_index(op.f("ix_attendance_bases_participant_id"), "attendance_bases", ["participant_id"])
