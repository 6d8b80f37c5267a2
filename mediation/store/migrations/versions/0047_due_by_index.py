"""What is due of summaries, hours and inquiries is found by its time, and who waits by the phase of a case that goes on."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

_AT_END = ("hours", "register")  # of these columns one index each had the ids of cases in place of the day


def upgrade() -> None:
    """Make the column and the indexes; the next round looks at every case in which a summary was proposed."""
    op.add_column("cases", sa.Column("summary_due", sa.DateTime(timezone=True), nullable=True))
    for name in _AT_END:
        op.drop_index(f"ix_cases_{name}_at_end", "cases")
        _index(
            f"ix_cases_{name}_at_end", "cases", f"{name}_due", which=f"outcome IS NOT NULL AND {name}_due IS NOT NULL"
        )
    _index("ix_cases_summary_due", "cases", "summary_due", which="summary_due IS NOT NULL AND outcome IS NULL")
    op.create_index("ix_cases_of_phase", "cases", ["organisation_id", "phase", "outcome"])
    given_up = "delivered_at IS NULL AND called_off_at IS NULL AND gave_up_at IS NOT NULL"
    _index("ix_letters_given_up", "letters", "gave_up_at", which=given_up)
    op.drop_index("ix_inquiries_expires_at", "inquiries")
    _index("ix_inquiries_unconfirmed", "inquiries", "expires_at", which="confirmed_at IS NULL")
    cases = sa.table(
        "cases", sa.column("id"), sa.column("outcome"), sa.column("summary_due", sa.DateTime(timezone=True))
    )
    texts = sa.table("agreed_texts", sa.column("case_id"), sa.column("kind"))
    proposed = cases.c.id.in_(sa.select(texts.c.case_id).where(texts.c.kind == "summary-words"))
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    op.execute(sa.update(cases).where(proposed, cases.c.outcome.is_(None)).values(summary_due=long_ago))


def _index(name: str, table: str, *columns: str, which: str) -> None:
    op.create_index(name, table, [*columns], sqlite_where=sa.text(which), postgresql_where=sa.text(which))
