"""Inquiries without an account, where an organisation takes them, and cases of which nobody here is the employer."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Make the table and the columns; no organisation takes inquiries yet."""
    op.add_column("cases", sa.Column("from_outside", sa.Boolean(), nullable=True))
    op.add_column("organisations", sa.Column("inquiry_address", sa.String(length=40), nullable=True))
    op.add_column(
        "organisations", sa.Column("takes_inquiries", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("uq_organisations_inquiry_address", "organisations", ["inquiry_address"], unique=True)
    op.create_table(
        "inquiries",
        sa.Column("organisation_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked_for", sa.String(length=40), nullable=False),
        sa.Column("wished_form", sa.String(length=40), nullable=False),
        sa.Column("wished_kind", sa.String(length=40), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_inquiries_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_inquiries_person_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_inquiries_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
        sa.UniqueConstraint("digest", name=op.f("uq_inquiries_digest")),
    )
    for name in ("organisation_id", "person_id", "case_id", "expires_at"):
        op.create_index(op.f(f"ix_inquiries_{name}"), "inquiries", [name])
