"""Sessions of a case: planned, moved, begun, attended, ended, cancelled; caucuses."""

from datetime import UTC, datetime

from pydantic import ConfigDict, Field

from api.bodies import Body, ByParticipant, OneParticipant
from api.dependencies import Language, WriteSeat, Writing
from api.door import does, doors
from api.problems import View
from api.views import IdsView
from mediation.acts import sessions
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Meeting, remaining
from mediation.words.dates import days_off
from mediation.words.fields import PEOPLE, Count, Flag, Id, Moment, choices

router = doors("/cases/{number}", "sessions")


class SessionView(View):
    """A session: when, where, for which phases and with whom; never what was said."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "s7Hk2mQx0LkWmT5aQx0L",
                    "kind": "joint",
                    "serves": ["opening", "problem-definition"],
                    "with": None,
                    "form": "on-site",
                    "place": "Kirjaston ryhmähuone",
                    "planned_at": "2027-02-11T07:00:00Z",
                    "planned_minutes": 240,
                    "begun_at": None,
                    "ended_at": None,
                    "ended_how": None,
                }
            ]
        }
    )
    id: str
    kind: str
    serves: list[str]
    whom: str | None = Field(alias="with", description="Whom a separate session or a caucus is with.")
    form: str
    place: str | None
    planned_at: datetime
    planned_minutes: int
    begun_at: datetime | None
    ended_at: datetime | None
    ended_how: str | None
    warning: str | None = Field(
        default=None, description="The holiday it falls on, or that it is a weekend. It does not hinder."
    )


_MADE = frozenset({"serves", "whom", "place", "planned_at", "warning"})


def view(db: Db, row: Meeting) -> SessionView:
    """A session for somebody who takes part in it."""
    own = {name: getattr(row, name) for name in SessionView.model_fields if name not in _MADE}
    serves = row.serves.split(",") if row.serves else []
    planned_at = row.planned_at.astimezone(UTC)  # a row just written still has the zone that it came with
    return SessionView.model_validate(
        {
            **own,
            "serves": serves,
            "with": row.with_participant,
            "place": remaining(db, row, "place"),
            "planned_at": planned_at,
        }
    )


class PlanSession(Body):
    """A session to come. A separate one is with one participant; a joint one may serve several phases in one sitting."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "joint",
                    "planned_at": "2027-02-11T09:00:00+02:00",
                    "minutes": 240,
                    "serves": ["opening", "problem-definition"],
                    "place": "Kirjaston ryhmähuone",
                }
            ]
        }
    )
    kind: str = choices(sessions.KINDS)
    planned_at: Moment
    minutes: Count = 60
    serves: list[str] = Field(default=[], max_length=20)
    with_participant: Id | None = None
    form: str = choices(sessions.FORMS, default="on-site")
    place: str = ""


class MoveSession(Body):
    """The new time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"planned_at": "2027-02-18T09:00:00+02:00"}]})
    planned_at: Moment


class EndSession(Body):
    """How it ended: `early` when it was broken off."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"early": False}]})
    early: Flag = False


class Attendance(Body):
    """Who was there, by participant: present, absent, or caught up with the mediator afterwards."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"attendance": {"pT5aQx0LkWm2": "present"}}]})
    attendance: dict[Id, str] = Field(max_length=PEOPLE)


@router.post("/sessions", status_code=201, openapi_extra=does("plan-session"))
def plan_session(body: PlanSession, seat: WriteSeat, db: Writing, language: Language) -> SessionView:
    """Plan a session; those concerned get a letter, and a reminder the day before."""
    return _warned(db, seat, sessions.plan_session(db, seat, **body.model_dump()), language)


@router.patch("/sessions/{session_id}")
def move_session(session_id: Id, body: MoveSession, seat: WriteSeat, db: Writing, language: Language) -> SessionView:
    """Move a session that has not begun."""
    return _warned(db, seat, sessions.move_session(db, seat, session_id, body.planned_at), language)


@router.post("/sessions/{session_id}/beginning", status_code=201, openapi_extra=does("begin-session"))
def begin_session(session_id: Id, seat: WriteSeat, db: Writing) -> SessionView:
    """Begin a session."""
    return view(db, sessions.begin_session(db, seat, session_id))


@router.post("/sessions/{session_id}/ending", status_code=201, openapi_extra=does("end-session"))
def end_session(session_id: Id, body: EndSession, seat: WriteSeat, db: Writing) -> SessionView:
    """End a session that has begun."""
    return view(db, sessions.end_session(db, seat, session_id, early=body.early))


@router.post("/sessions/{session_id}/cancellation", status_code=201)
def cancel_session(session_id: Id, seat: WriteSeat, db: Writing) -> SessionView:
    """Cancel a session that has not begun; those concerned are told that something has changed."""
    return view(db, sessions.cancel_session(db, seat, session_id))


@router.put("/sessions/{session_id}/attendance", openapi_extra=does("mark-attendance"))
def mark_attendance(session_id: Id, body: Attendance, seat: WriteSeat, db: Writing) -> IdsView:
    """Mark who was there; never what was said."""
    return IdsView(ids=[one.id for one in sessions.mark_attendance(db, seat, session_id, body.attendance)])


@router.post("/caucuses", status_code=201, openapi_extra=does("open-caucus"))
def open_caucus(body: OneParticipant, seat: WriteSeat, db: Writing) -> SessionView:
    """Begin to talk with one party alone, on anyone's wish."""
    return view(db, sessions.open_caucus(db, seat, body.participant))


@router.post("/caucuses/{session_id}/ending", status_code=201, openapi_extra=does("close-caucus"))
def close_caucus(session_id: Id, seat: WriteSeat, db: Writing) -> SessionView:
    """Go back to the table."""
    return view(db, sessions.close_caucus(db, seat, session_id))


def _warned(db: Db, seat: Seat, row: Meeting, language: str) -> SessionView:
    day = row.planned_at.astimezone(db.zone).date()
    off = days_off(db, seat.case.organisation_id, [day], language)
    return view(db, row).model_copy(update={"warning": off.get(day)})


@router.post("/sessions/{session_id}/absences", status_code=201, openapi_extra=does("let-table-go-on"))
def let_table_go_on(session_id: Id, body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Let the table go on without you; you catch up with the mediator afterwards."""
    return IdsView(ids=[sessions.let_table_go_on(db, seat, session_id, one).id for one in body.manners()])


@router.post("/caucus-requests", status_code=201, openapi_extra=does("ask-for-caucus"))
def ask_for_caucus(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Wish for a private talk; only the mediators hear of it."""
    return IdsView(ids=[sessions.ask_for_caucus(db, seat, one).id for one in body.manners()])
