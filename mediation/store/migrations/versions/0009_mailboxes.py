"""Several people may have one mailbox: their address is no longer one person's alone."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0013"


def upgrade() -> None:
    """Number who has the same address, each from 0: whoever is there already is alone with theirs."""
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("email_order", sa.Integer(), server_default="0", nullable=False))
        batch.drop_constraint("uq_people_email_hash", type_="unique")
        batch.create_unique_constraint("uq_people_email_order", ["email_hash", "email_order"])
