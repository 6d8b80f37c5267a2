"""A case in outline, and its long sections a page at a time, each at an address of its own."""

from typing import Annotated, Any

from fastapi import Query

from api.http.dependencies import Limit, Reading, ReadSeat
from api.http.problems import View, problems
from api.http.routes import case_router
from mediation.case.seat import Seat
from mediation.errors import NotPermitted
from mediation.reading.case import SECTIONS, read_basics, read_part
from mediation.reading.meetings import SessionLine
from mediation.reading.outline import Outline, read_outline
from mediation.reading.parts import Lines, Part
from mediation.reading.people import MarkLine
from mediation.reading.view import Absent, IfSeen
from mediation.reading.words import NoteLine, OptionLine, StatementLine
from mediation.store.database import Db
from mediation.words.fields import Id

outline = case_router("outline")
marks = case_router("marks")
sessions = case_router("sessions")
statements = case_router("statements")
notes = case_router("notes")
options = case_router("options")
routers = (outline, marks, sessions, statements, notes, options)

AfterLine = Annotated[Id | None, Query(description="The id of the last line you have.")]


class MarksView(View):
    """A page of the marks in force. `next` is where the rest is."""

    marks: list[MarkLine]
    next: str | None


class SessionsView(View):
    """A page of the sessions. `next` is where the rest is."""

    sessions: list[SessionLine]
    next: str | None


class StatementsView(View):
    """A page of the statements. `next` is where the rest is."""

    statements: list[StatementLine]
    next: str | None


class NotesView(View):
    """A page of the notes. `next` is where the rest is."""

    notes: list[NoteLine]
    next: str | None


class OptionsView(View):
    """A page of the options. `next` is where the rest is."""

    options: list[OptionLine]
    next: str | None


def _page(db: Db, seat: Seat, name: str, after: str | None, limit: int) -> dict[str, Any]:
    read_basics(db, seat)  # refuses who has a status to read and no case
    found: IfSeen[Lines[Any]] = read_part(db, seat, name, Part(limit, after or ""))
    if isinstance(found, Absent):
        raise NotPermitted(seat.closed_as if SECTIONS[name][0] in seat.closed else "not-yours-to-see")
    path = f"/api/cases/{seat.case.number}/{name}"
    onward = f"{path}?after={found.lines[-1].id}&limit={limit}" if found.more else None
    return {name: found.lines, "next": onward}


@outline.get("", name="read")
def read_the_outline(seat: ReadSeat, db: Reading) -> Outline:
    """A case at a glance: names, dates and how much there is for the table; no words, and no read to record."""
    return read_outline(db, seat)


@marks.get("", name="read", responses=problems(404))
def read_all_marks(seat: ReadSeat, db: Reading, after: AfterLine = None, limit: Limit = 50) -> MarksView:
    """The marks in force, by their time: everyone's, or your own."""
    return MarksView(**_page(db, seat, "marks", after, limit))


@sessions.get("", name="read", responses=problems(404))
def read_all_sessions(seat: ReadSeat, db: Reading, after: AfterLine = None, limit: Limit = 50) -> SessionsView:
    """The sessions that concern you, by their planned time."""
    return SessionsView(**_page(db, seat, "sessions", after, limit))


@statements.get("", name="read", responses=problems(404))
def read_all_statements(seat: ReadSeat, db: Reading, after: AfterLine = None, limit: Limit = 50) -> StatementsView:
    """The statements that you may hear, in the order in which they came."""
    return StatementsView(**_page(db, seat, "statements", after, limit))


@notes.get("", name="read", responses=problems(404))
def read_all_notes(seat: ReadSeat, db: Reading, after: AfterLine = None, limit: Limit = 50) -> NotesView:
    """Your own notes, and those that another mediator shared with you."""
    return NotesView(**_page(db, seat, "notes", after, limit))


@options.get("", name="read", responses=problems(404))
def read_all_options(seat: ReadSeat, db: Reading, after: AfterLine = None, limit: Limit = 50) -> OptionsView:
    """The options, by number."""
    return OptionsView(**_page(db, seat, "options", after, limit))
