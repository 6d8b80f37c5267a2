"""Three small indexes of letters to be posted, in the order in which they go, for one of all that were not delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_WAITING = "delivered_at IS NULL AND called_off_at IS NULL AND gave_up_at IS NULL AND "
_INDEXES = (
    ("ix_letters_expiring", "good_until", "good_until IS NOT NULL"),
    ("ix_letters_waiting", "due_at", "good_until IS NULL AND attempts = 0"),
    ("ix_letters_retried", "lease_until", "good_until IS NULL AND attempts > 0"),
)


def upgrade() -> None:
    """Replace the index; no row is changed."""
    op.drop_index("ix_letters_waiting", table_name="letters")
    for name, by, which in _INDEXES:
        condition = sa.text(_WAITING + which)
        op.create_index(name, "letters", [by, "id"], sqlite_where=condition, postgresql_where=condition)
