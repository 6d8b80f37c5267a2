"""How those who take part in a supervision rate its goals, and how the group's ratings spread."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0044"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "goal_ratings",
        sa.Column("participant_id", sa.String(24), nullable=False),
        sa.Column("agreement_id", sa.String(24), nullable=False),
        sa.Column("session_id", sa.String(24), nullable=True),
        sa.Column("ratings", sa.LargeBinary(), nullable=False),
        sa.Column("replaced_by", sa.String(24), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(24), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_goal_ratings_participant_id")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_goal_ratings_agreement_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_goal_ratings_session_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_goal_ratings_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_ratings")),
    )
    for column in ("case_id", "participant_id", "agreement_id", "session_id"):
        op.create_index(op.f(f"ix_goal_ratings_{column}"), "goal_ratings", [column])
    op.create_table(
        "goal_spreads",
        sa.Column("session_id", sa.String(24), nullable=False),
        sa.Column("agreement_id", sa.String(24), nullable=False),
        sa.Column("spread", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(24), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_goal_spreads_session_id")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_goal_spreads_agreement_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_goal_spreads_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_spreads")),
        sa.UniqueConstraint("session_id", name=op.f("uq_goal_spreads_session_id")),
    )
    for column in ("case_id", "agreement_id"):
        op.create_index(op.f(f"ix_goal_spreads_{column}"), "goal_spreads", [column])
