"""Statistics: published figures, what is kept until they are, and who has answered the survey at the end."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0038"

# Of the quarters in which cases were removed already the figures could not be complete any more.
_SINCE = """
    INSERT INTO high_water (name, at)
    SELECT 'statistics-since', MAX(at) FROM certificates WHERE clock = 'record' HAVING MAX(at) IS NOT NULL
"""


def upgrade() -> None:
    """Make the column, the tables and the indexes."""
    op.add_column("participants", sa.Column("surveyed", sa.Boolean(), nullable=True))
    op.create_table(
        "published_statistics",
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_statistics")),
        sa.UniqueConstraint("quarter", "workflow", name="uq_published_statistics_once"),
    )
    op.create_table(
        "unpublished_facts",
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unpublished_facts")),
    )
    op.create_index(op.f("ix_unpublished_facts_quarter"), "unpublished_facts", ["quarter"])
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"])
    op.create_index("ix_cases_created_at", "cases", ["created_at"])
    op.create_index("ix_check_ins_at", "check_ins", ["at"])
    op.execute(_SINCE)
