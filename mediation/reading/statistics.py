"""The published figures of a year, as mediators, HR and administrators read them: one fixed table per quarter and workflow."""

import csv
from collections.abc import Iterable
from datetime import datetime
from io import StringIO

from sqlalchemy import func, select

from mediation.reading.view import view
from mediation.statistics.publishing import as_figures
from mediation.store.database import Db
from mediation.store.models import PublishedStatistics
from mediation.words.quarters import quarter_named

_HALF_HOURS = "hours"  # the measure that is counted in half hours
_COLUMNS = ("quarter", "workflow", "measure", "part", "value")


@view
class FigureView:
    """One cell. `value` is empty where it is not told: fewer than five cases, or all but a few, would be betrayed."""

    measure: str
    part: str
    value: float | None


@view
class TableView:
    """The figures of one workflow in one quarter (`2027-q1`), as they were published and stay."""

    quarter: str
    workflow: str
    published_at: datetime
    figures: list[FigureView]


@view
class StatisticsView:
    """The tables of a year, by quarter. `years` are all from the first to the newest that has any."""

    year: int | None
    years: list[int]
    tables: list[TableView]


def read_statistics(db: Db, year: int | None = None) -> StatisticsView:
    """The tables of a year; without one, of the newest that has any."""
    years = _years(db)
    chosen = year if year is not None else years[-1] if years else None
    return StatisticsView(year=chosen, years=years, tables=[] if chosen is None else _tables(db, chosen))


def _years(db: Db) -> list[int]:
    # Each from an end of the index, however many tables there are.
    ends = [db.scalar(select(end(PublishedStatistics.quarter))) for end in (func.min, func.max)]
    first, last = (quarter_named(one).year if one is not None else None for one in ends)
    return [*range(first, last + 1)] if first is not None and last is not None else []


def _tables(db: Db, year: int) -> list[TableView]:
    of_year = PublishedStatistics.quarter.between(f"{year:04}-q1", f"{year:04}-q4")
    rows = select(PublishedStatistics).where(of_year)
    return [
        TableView(
            quarter=row.quarter,
            workflow=row.workflow,
            published_at=row.at,
            figures=[
                FigureView(measure=one.measure, part=one.part, value=_shown(one.measure, one.value))
                for one in as_figures(row.figures)
            ],
        )
        for row in db.scalars(rows.order_by(PublishedStatistics.quarter, PublishedStatistics.workflow))
    ]


def _shown(measure: str, value: int | None) -> float | None:
    if value is None:
        return None
    return value / 2 if measure == _HALF_HOURS else value


def as_csv(tables: Iterable[TableView]) -> str:
    """The same cells, one a line; a value that is not told is empty."""
    written = StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow(_COLUMNS)
    for one in tables:
        for cell in one.figures:
            value = "" if cell.value is None else f"{cell.value:g}"
            lines.writerow([one.quarter, one.workflow, cell.measure, cell.part, value])
    return written.getvalue()
