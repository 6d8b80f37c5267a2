"""Reads by the day: one row for each piece of words that somebody opened, and one for each day on which they did."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

_RANDOM = {"sqlite": "lower(hex(randomblob(10)))", "postgresql": "substr(md5(random()::text || min(id)), 1, 20)"}
# Of what was read in a day, until somebody left. All that was read in one transaction was noted at the same moment.
_COUNT = """
INSERT INTO reads (id, case_id, reader, whose, item, about, at, last_at, times)
SELECT {random}, case_id, reader, whose, item, day || '/of-old-' || departures, min(at), max(at), count(DISTINCT at)
FROM (
    SELECT reads.*, CAST(date(at) AS VARCHAR(10)) AS day, (
        SELECT count(*) FROM roles WHERE roles.case_id = reads.case_id AND roles.until < reads.at
    ) AS departures
    FROM reads
) AS noted
GROUP BY case_id, reader, whose, item, day, departures
"""
_FORGET_LATER = """
DELETE FROM reads WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY reader, about ORDER BY at, id) AS position FROM reads WHERE times IS NULL
    ) AS noted
    WHERE position > 1
)
"""


def upgrade() -> None:
    """Count the reads that were noted one by one, and keep of each piece of words the first by each reader."""
    op.add_column("reads", sa.Column("last_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reads", sa.Column("times", sa.Integer(), nullable=True))
    op.execute(_COUNT.format(random=_RANDOM[op.get_bind().dialect.name]))
    op.execute(_FORGET_LATER)
    op.create_index("uq_reads_of_reader", "reads", ["reader", "whose", "item", "about"], unique=True)
