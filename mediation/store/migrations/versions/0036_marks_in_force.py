"""Indexes by which all that guards know of the marks of a case is read, however long it goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0034"

_CONSENTS = "kind = 'agreed-to-mediate' AND value = 'given'"


def upgrade() -> None:
    """Make the indexes."""
    for name, columns, which in (
        ("ix_marks_in_force", ["case_id", "participant_id", "kind", "value", "about"], "ended_at IS NULL"),
        ("ix_marks_consents", ["case_id"], _CONSENTS),
    ):
        op.create_index(name, "marks", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
