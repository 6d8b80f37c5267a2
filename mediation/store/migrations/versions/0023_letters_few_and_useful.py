"""Until when somebody is in a session; whose letters a case's are, and what they say of how to reach that organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add columns; of cases that are there nobody says who provides the mediation until a mediator is assigned anew."""
    op.add_column("participants", sa.Column("in_session_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("provider_id", sa.String(length=24), nullable=True))
    for name, length in (("letters_from", 60), ("letters_contact", 300), ("complaint_route", 300)):
        op.add_column("organisations", sa.Column(name, sa.String(length=length), nullable=True))
