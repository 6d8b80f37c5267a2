"""Ways in that are suspended, and wrong codes counted by person."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the two tables; nothing that was there changes."""
    op.create_table(
        "suspended_ways",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("in_person", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_suspended_ways_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspended_ways")),
    )
    op.create_index(op.f("ix_suspended_ways_person_id"), "suspended_ways", ["person_id"], unique=False)
    op.create_table(
        "wrong_codes",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ways", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_wrong_codes_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_wrong_codes")),
    )
