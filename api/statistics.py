"""The published figures, for mediators, HR and administrators: as JSON and as CSV, by year and nothing else."""

from typing import Annotated

from fastapi import Depends, Query, Response

from api.http.dependencies import Officeholder, Reading, ReadOffice
from api.http.routes import router_for
from api.http.views import files
from mediation.reading.statistics import StatisticsView, as_csv, read_statistics

OFFICES = ("mediator", "hr", "admin")
CSV = "text/csv"

router = router_for("/statistics", "statistics")

StatisticsReader = Annotated[Officeholder, Depends(ReadOffice(*OFFICES))]
Year = Annotated[int | None, Query(ge=2000, le=2199, description="Default: the newest year that has any figures.")]


@router.get("")
def list_statistics(holder: StatisticsReader, db: Reading, year: Year = None) -> StatisticsView:
    """The figures of each closed quarter of a year, as they were published two weeks after it; they never change.

    They are of the whole installation, and of no mediator, organisation or unit. What could tell of a single case or person is
    left out.
    """
    return read_statistics(db, year)


@router.get("/csv", response_class=Response, responses={200: files(CSV)})
def list_statistics_as_csv(holder: StatisticsReader, db: Reading, year: Year = None) -> Response:
    """The same figures as CSV: quarter, workflow, measure, part and value; a value that is not told is empty."""
    told = read_statistics(db, year)
    name = f"statistics-{told.year}.csv" if told.year is not None else "statistics.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(told.tables), media_type=f"{CSV}; charset=utf-8", headers=headers)
