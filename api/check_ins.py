"""Follow-up: check-ins, what was not carried out, the agreed notice, requests for change and help, waivers."""

from typing import Any

from pydantic import ConfigDict, Field

from api.bodies import Body, ByParticipant, OneParticipant, Recorded
from api.dependencies import Reading, ReadSeat, WriteSeat, Writing
from api.door import case_doors, does
from api.problems import View
from api.views import IdsView, IdView
from mediation.acts import check_ins as acts
from mediation.acts.sessions import waive_follow_ups
from mediation.acts.statements import AUDIENCES
from mediation.reading.agreement import read_check_ins
from mediation.words.fields import Id, Ids, LanguageCode, Line, Rating, Text, choices

check_ins = case_doors("check-ins")
breaches = case_doors("breaches")
notices = case_doors("notices")
reminders = case_doors("report-requests")
changes = case_doors("change-requests")
helps = case_doors("help-requests")
waivers = case_doors("follow-up-waivers")
routers = (check_ins, breaches, notices, reminders, changes, helps, waivers)


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
    audience: str = choices(AUDIENCES)
    language: LanguageCode = "fi"
    atmosphere: Rating | None = None
    words: Text = ""
    session: Id | None = None
    reports: dict[Id, ReportBody] = Field(max_length=50)


class CheckInsView(View):
    """Check-ins as this reader may see them, and what was not carried out as agreed."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"check_ins": [], "breaches": []}]})
    check_ins: list[dict[str, Any]]


class SettlementBody(Body):
    """How it was settled, and who was heard on it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "resolved", "heard": ["pT5aQx0LkWm2"]}]})
    state: str = choices(acts.SETTLEMENTS)
    heard: Ids


@check_ins.get("")
def read(seat: ReadSeat, db: Reading) -> CheckInsView:
    """Check-ins, each party's own, never merged."""
    return CheckInsView(**read_check_ins(db, seat))


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


@check_ins.post("/{check_in}/releases", status_code=201)
def release(check_in: Id, body: ByParticipant, seat: WriteSeat, db: Writing) -> IdView:
    """Release an own check-in to the table."""
    return IdView(id=acts.release_check_in(db, seat, check_in, body.manner()).id)


@breaches.post("/{breach}/settlement", status_code=201, openapi_extra=does("settle-breach"))
def settle(breach: Id, body: SettlementBody, seat: WriteSeat, db: Writing) -> IdView:
    """Settle, with the parties, what was not carried out as agreed (mediators)."""
    return IdView(id=acts.settle_breach(db, seat, breach, body.state, heard=body.heard).id)


@notices.post("", status_code=201, openapi_extra=does("give-notice"))
def give_notice(seat: WriteSeat, db: Writing) -> IdsView:
    """Tell each audience the exact words agreed (mediators)."""
    return IdsView(ids=[one.id for one in acts.give_notice(db, seat)])


@reminders.post("", status_code=201, openapi_extra=does("ask-to-report"))
def ask_to_report(body: OneParticipant, seat: WriteSeat, db: Writing) -> IdView:
    """Ask a party who has not reported (mediators)."""
    return IdView(id=acts.ask_to_report(db, seat, body.participant).id)


@changes.post("", status_code=201, openapi_extra=does("ask-for-change"))
def ask_for_change(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Ask for the agreement to be changed."""
    return IdsView(ids=[acts.ask_for_change(db, seat, one).id for one in body.manners()])


@helps.post("", status_code=201, openapi_extra=does("ask-for-help"))
def ask_for_help(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Ask the mediator for help with the agreement."""
    return IdsView(ids=[acts.ask_for_help(db, seat, one).id for one in body.manners()])


@waivers.post("", status_code=201, openapi_extra=does("waive-follow-ups"))
def waive(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Do without the follow-ups that are left."""
    return IdsView(ids=[waive_follow_ups(db, seat, one).id for one in body.manners()])
