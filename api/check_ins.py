"""Check-ins: read, and reported in a form of its own, for reports are nested."""

from pydantic import ConfigDict, Field

from api.http.bodies import Body, Recorded
from api.http.dependencies import Reading, ReadSeat, WriteSeat, Writing
from api.http.routes import case_router, does
from api.http.views import IdView
from mediation.acts import check_ins as acts
from mediation.acts.statements import SPEECH_AUDIENCES
from mediation.reading.check_ins import CheckInsView, read_check_ins
from mediation.words.fields import Id, LanguageCode, Line, Rating, Text, choices

check_ins = case_router("check-ins")
routers = (check_ins,)


class ReportBody(Body):
    """What a party says of one commitment."""

    answer: str = choices(acts.REPORTS)
    rating: Rating | None = None
    words: Line = ""


class CheckInBody(Recorded):
    """A report on every commitment, by its id, to `mediator` or to the `table`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "audience": "table",
                    "language": "fi",
                    "atmosphere": 4,
                    "reports": {"pT5aQx0LkWm2Bc7DfGhJ": {"answer": "kept", "rating": 4}},
                }
            ]
        }
    )
    audience: str = choices(SPEECH_AUDIENCES)
    language: LanguageCode = "fi"
    atmosphere: Rating | None = None
    words: Text = ""
    session: Id | None = None
    reports: dict[Id, ReportBody] = Field(max_length=50)


@check_ins.get("")
def read(seat: ReadSeat, db: Reading) -> CheckInsView:
    """Check-ins, each party's own, never merged."""
    return read_check_ins(db, seat)


@check_ins.post("", status_code=201, openapi_extra=does("check-in"))
def check_in(body: CheckInBody, seat: WriteSeat, db: Writing) -> IdView:
    """Report on each commitment of the agreement in force."""
    reports = {key: acts.Report(one.answer, one.rating, one.words) for key, one in body.reports.items()}
    row = acts.check_in(
        db,
        seat,
        reports,
        audience=body.audience,
        language=body.language,
        atmosphere=body.atmosphere,
        words=body.words,
        session_id=body.session,
        manner=body.manner(),
    )
    return IdView(id=row.id)
