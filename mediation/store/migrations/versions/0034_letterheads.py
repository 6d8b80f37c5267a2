"""What an organisation puts on the papers of the cases that it mediates: whom to ask, who is the controller, its logo."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"


def upgrade() -> None:
    """Add the columns; organisations that are there have said nothing yet."""
    for name in ("paper_contact", "paper_controller"):
        op.add_column("organisations", sa.Column(name, sa.String(length=300), nullable=True))
    op.add_column("organisations", sa.Column("logo_kind", sa.String(length=3), nullable=True))
    op.add_column("organisations", sa.Column("logo", sa.LargeBinary(), nullable=True))
