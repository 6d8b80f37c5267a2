"""New e-mail addresses of participants, which wait until they are proven, and the former ones."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make a table. Of who is known already nobody can say whether they ever signed in: they count as if they had."""
    op.add_column("people", sa.Column("first_signed_in_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE people SET first_signed_in_at = created_at")
    op.create_table(
        "address_changes",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("former", sa.LargeBinary(), nullable=True),
        sa.Column("link_id", sa.String(length=24), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_address_changes_case_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_address_changes_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_changes")),
    )
    op.create_index(op.f("ix_address_changes_case_id"), "address_changes", ["case_id"], unique=False)
    op.create_index(op.f("ix_address_changes_participant_id"), "address_changes", ["participant_id"], unique=False)
    op.create_index(
        "uq_address_changes_waiting",
        "address_changes",
        ["participant_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
