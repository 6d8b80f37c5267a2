"""Sessions that are planned together, and times that are put to a group to choose from."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Make the column and the tables; no session that is there was planned with others."""
    op.add_column("sessions", sa.Column("series_id", sa.String(length=24), nullable=True))
    _of_case(
        "series",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False),
        sa.Column("planned_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["planned_by"], ["participants.id"], name=op.f("fk_series_planned_by")),
        by="planned_by",
    )
    _of_case(
        "time_choices",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("offered_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_id", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["offered_by"], ["participants.id"], name=op.f("fk_time_choices_offered_by")),
        by="offered_by",
    )
    _of_case(
        "offered_times",
        sa.Column("choice_id", sa.String(length=24), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["choice_id"], ["time_choices.id"], name=op.f("fk_offered_times_choice_id")),
        by="choice_id",
    )


def _of_case(table: str, *parts: sa.schema.SchemaItem, by: str) -> None:
    op.create_table(
        table,
        *parts,
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for column in ("case_id", by):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
