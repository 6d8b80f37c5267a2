"""Sign-ins in a room with others: sessions that open one case only, and those that a mediator opens for somebody there."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add columns that are empty for the sessions that are there already: they open what their person may open."""
    op.add_column("sign_in_sessions", sa.Column("case_number", sa.String(40), nullable=True))
    op.add_column("sign_in_sessions", sa.Column("room_sign_in_id", sa.String(24), nullable=True))
    op.add_column("sign_in_sessions", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "room_sign_ins",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.String(length=24), nullable=True),
        sa.Column("opened_from", sa.String(length=24), nullable=True),
        sa.Column("digits", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_sign_ins")),
    )
