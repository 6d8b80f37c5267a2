"""What somebody does at the workplace, in each language of the documents."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add a column that is empty for everybody who is there already: they have one capacity for all languages."""
    op.add_column("participants", sa.Column("capacities", sa.LargeBinary(), nullable=True))
