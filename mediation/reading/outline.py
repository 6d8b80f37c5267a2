"""A case in outline: who, when and how much of what is for the table; no words, and no read to record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, true, union_all

from mediation.case.seat import Seat
from mediation.case.visibility import sees
from mediation.reading.agreement import read_agreements
from mediation.reading.agreement_view import AgreementLine
from mediation.reading.case import Basics, Section, has_section, read_basics, read_section
from mediation.reading.check_ins import check_ins_seen
from mediation.reading.meetings import BookedLine, read_bookings
from mediation.reading.people import PersonLine, read_people
from mediation.reading.view import ABSENT, IfSeen, view
from mediation.reading.words import statements_seen
from mediation.store.database import Db
from mediation.store.models import CaseRow, CheckIn, Option, ProblemStatement, Statement, Understanding


@view
class Amount:
    """How many there are, and of when the newest is."""

    count: int
    newest: datetime | None


@view
class Outline(Basics):
    """A case at a glance, as it may lie open in a room: names, dates and counts of what is for the table."""

    participants: IfSeen[list[PersonLine]] = ABSENT
    sessions: IfSeen[list[BookedLine]] = ABSENT
    agreements: IfSeen[list[AgreementLine]] = ABSENT
    statements: IfSeen[Amount] = ABSENT
    problem_statements: IfSeen[Amount] = ABSENT
    options: IfSeen[Amount] = ABSENT
    understandings: IfSeen[Amount] = ABSENT
    check_ins: IfSeen[Amount] = ABSENT


def read_outline(db: Db, seat: Seat) -> Outline:
    """The outline of a case, in at most four statements; it opens no words and records no read.

    Nothing in it tells of private words, notes or meetings with one party alone (visibility.md rule 6).
    Refuses like `read_basics`.
    """
    lines = {name: read_section(db, seat, name, _LINES) for name in _LINES}
    return Outline(**vars(read_basics(db, seat)), **lines, **_amounts(db, seat))


_LINES: Mapping[str, Section] = {
    "participants": ("participants", read_people),
    "sessions": ("session-plan", read_bookings),
    "agreements": ("agreement", read_agreements),
}


def _amounts(db: Db, seat: Seat) -> Mapping[str, Any]:
    said = (Statement.audience == "table") & statements_seen(seat)
    counted: Sequence[tuple[str, str, type[CaseRow], Any, ColumnElement[bool]]] = (
        ("statements", "table-statement", Statement, Statement.at, said),
        ("problem_statements", "problem-statement", ProblemStatement, ProblemStatement.at, true()),
        ("options", "option", Option, Option.at, true()),
        ("understandings", "understanding", Understanding, Understanding.at, true()),
        ("check_ins", "check-in", CheckIn, CheckIn.at, (CheckIn.audience == "table") & check_ins_seen(seat)),
    )
    asked = [
        select(literal(name), func.count(), func.max(at)).where(table.case_id == seat.case.id, which)
        for name, item, table, at, which in counted
        if has_section(sees(seat.roles, item))
    ]
    rows = db.execute(union_all(*asked)) if asked else ()
    return {name: Amount(count=count, newest=newest) for name, count, newest in rows}
