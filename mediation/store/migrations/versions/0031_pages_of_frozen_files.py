"""What the pages of a frozen agreement say, so that the sealed file can print them again."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the column; files that were frozen before have none."""
    op.add_column("documents", sa.Column("printed", sa.LargeBinary(), nullable=True))
