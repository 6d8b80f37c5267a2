"""Each leader's own register of hours, and what is billed session by session."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

_CLOSED = "outcome IS NOT NULL AND register_due IS NOT NULL"


def upgrade() -> None:
    """Make the column and the tables; the hours of cases that are there are entered by the next round."""
    op.add_column("cases", sa.Column("register_due", sa.Date(), nullable=True, server_default="2000-01-01"))
    op.create_index("ix_cases_register_due", "cases", ["register_due"])
    closed = sa.text(_CLOSED)
    op.create_index("ix_cases_register_at_end", "cases", ["id"], sqlite_where=closed, postgresql_where=closed)
    op.create_table(
        "leaders_hours",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_leaders_hours_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaders_hours")),
        sa.UniqueConstraint("person_id", "month", "workflow", "form", "kind", name="uq_leaders_hours_of_month"),
    )
    _of_case(
        "counted_hours",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_counted_hours_participant_id")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_counted_hours_participant_id")),
    )
    _of_case(
        "billed_sessions",
        sa.Column("session_id", sa.String(length=24), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.UniqueConstraint("session_id", name=op.f("uq_billed_sessions_session_id")),
    )


def _of_case(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        *parts,
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_case_id"), table, ["case_id"])
