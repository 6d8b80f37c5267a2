"""Published figures, and what is kept of cases and answers until the quarter to which it belongs is published."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.models.base import CODE, Row, encrypted

QUARTER = String(7)


def key_of_quarter(quarter: str) -> KeyName:
    """Names the key of what is not published yet of a quarter (`2027-q1`); it is destroyed once that is published."""
    return KeyName("", DeletionClock.STATISTICS, quarter)


class PublishedStatistics(Row, table="published_statistics"):
    """The figures of one workflow in one quarter, frozen: no row of this table is ever changed.

    `figures` is a JSON list of `[measure, part, value]`; a value that is not told is null. The row names no case and nobody.
    """

    quarter: Mapped[str] = mapped_column(QUARTER)
    workflow: Mapped[str] = mapped_column(CODE)
    figures: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("quarter", "workflow", name="uq_published_statistics_once"),)


class UnpublishedFact(Row, table="unpublished_facts"):
    """What a quarter that is not published yet needs and no case tells (any more).

    An `answer` to the survey at the end; the `report` of a check-in whose words are deleted already; a `case` whose rows
    are. `words` are the fact, as JSON, under the key of the quarter. Deleted with that key once the quarter is published.
    """

    quarter: Mapped[str] = mapped_column(QUARTER, index=True)
    workflow: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)  # answer, report, case
    words: Mapped[bytes] = encrypted(lambda row: key_of_quarter(row.quarter))
