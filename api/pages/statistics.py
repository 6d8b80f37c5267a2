"""The published figures as a page: for each workflow a chart and a table of each kind of figures, a column for each quarter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response

from api.http.dependencies import Reading
from api.http.pages import page
from api.http.routes import router_for
from api.statistics import StatisticsReader, Year
from mediation.reading.statistics import TableView, read_statistics
from mediation.words.quarters import quarter_named

router = router_for("/statistics", "statistics-pages")

_GROUPS: Mapping[str, Sequence[str]] = {
    "numbers": ("taken-up", "ended"),
    "times": ("first-meeting", "agreement", "close"),
    "hours": ("hours",),
    "kept": ("kept-1", "kept-3", "kept-6"),
    "survey": ("listened", "fair", "helped", "again"),
}
_DRAWN = {"numbers": "all", "kept": "yes"}  # the part of which there are bars; else the median
_WIDTH, _HEIGHT, _FOOT = 640, 160, 24
_GAP = 6


@dataclass(frozen=True)
class Line:
    """A row of a table: what it tells, and its value in each quarter. `series` is the number of its bars in the chart."""

    measure: str
    part: str
    values: Sequence[float | None]
    series: int | None


@dataclass(frozen=True)
class Bar:
    """A bar of a chart, in its units; `value` stands above it, or that it is not told."""

    series: int
    x: float
    y: float
    width: float
    height: float
    value: float | None

    @property
    def middle(self) -> float:
        """Where its number stands."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Chart:
    """A chart of bars, a group of them for each quarter; `marks` are where the names of the quarters stand."""

    width: int
    height: int
    foot: int
    bars: Sequence[Bar]
    marks: Sequence[float]


@dataclass(frozen=True)
class FigureGroup:
    """Figures of one kind: their lines, and a chart of the main ones, if any of those is told."""

    code: str
    lines: Sequence[Line]
    chart: Chart | None


@dataclass(frozen=True)
class WorkflowFigures:
    """The figures of one workflow in a year: its quarters, the day of the newest publication, and its groups."""

    workflow: str
    quarters: Sequence[tuple[int, int]]
    published_at: datetime
    groups: Sequence[FigureGroup]


@router.get("", include_in_schema=False)
def statistics(request: Request, holder: StatisticsReader, db: Reading, year: Year = None) -> Response:
    """The figures of a year."""
    told = read_statistics(db, year)
    codes = dict.fromkeys(one.workflow for one in told.tables)
    shown = [_of_workflow(code, [one for one in told.tables if one.workflow == code]) for code in codes]
    return page(request, "statistics", told=told, workflows=shown)


def _of_workflow(code: str, tables: Sequence[TableView]) -> WorkflowFigures:
    quarters = [quarter_named(one.quarter) for one in tables]
    groups = [_group(group, measures, tables) for group, measures in _GROUPS.items()]
    return WorkflowFigures(
        code,
        [(one.number, one.year) for one in quarters],
        max(one.published_at for one in tables),
        [one for one in groups if one.lines],
    )


def _group(code: str, measures: Sequence[str], tables: Sequence[TableView]) -> FigureGroup:
    lines = list(_lines(measures, tables, _DRAWN.get(code, "median")))
    drawn = [one for one in lines if one.series is not None]
    is_told = any(value is not None for one in drawn for value in one.values)
    return FigureGroup(code, lines, _chart(drawn, len(tables)) if is_told else None)


def _lines(measures: Sequence[str], tables: Sequence[TableView], drawn_part: str) -> Iterator[Line]:
    # What was published stays as it was: a quarter may lack a line that a later one has.
    cells = [{(one.measure, one.part): one.value for one in table.figures} for table in tables]
    found = dict.fromkeys(cell for of_quarter in cells for cell in of_quarter)
    series = 0
    for measure in measures:
        for cell in (one for one in found if one[0] == measure):
            drawn = cell[1] == drawn_part
            yield Line(*cell, [one.get(cell) for one in cells], series if drawn else None)
            series += drawn


def _chart(lines: Sequence[Line], quarters: int) -> Chart:
    most = max(value for one in lines for value in one.values if value is not None) or 1
    room, of_quarter = _HEIGHT - 2 * _FOOT, _WIDTH / max(quarters, 2)
    width = min((of_quarter - 4 * _GAP) / len(lines), 48)
    bars = []
    for number, line in enumerate(lines):
        for quarter, value in enumerate(line.values):
            height = round(room * (value or 0) / most, 1)
            x = quarter * of_quarter + 2 * _GAP + number * width
            bars.append(Bar(number, round(x, 1), _FOOT + room - height, round(width - _GAP, 1), height, value))
    marks = [round(one * of_quarter + 2 * _GAP, 1) for one in range(quarters)]
    return Chart(_WIDTH, _HEIGHT, _HEIGHT - _FOOT // 3, bars, marks)
