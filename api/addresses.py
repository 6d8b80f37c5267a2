"""Where each act is done: one table of acts and their addresses."""

from collections.abc import Sequence

from pydantic import ConfigDict

from api import sessions as shown
from api.acts import Address, Answer, routers_of
from api.agreements import sent
from api.http.dependencies import AssigningSeat
from api.http.problems import View
from api.http.views import IdsView
from api.participants import has_left, is_back, newcomer, successor, suspended_way
from mediation.acts import (
    agreements,
    cases,
    check_ins,
    holds,
    leaving,
    letters,
    marks,
    options,
    participants,
    problem_statements,
    screening,
    sessions,
    signing,
    statements,
    stopping,
    ties,
)
from mediation.store.models import Option, ProblemStatement, Row

ONE = "pT5aQx0LkWm2Bc7DfGhJ"  # an id, in examples


class VersionView(View):
    """A version of the joint text."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": ONE, "version": 1}]})
    id: str
    version: int


class OptionView(View):
    """An option with its number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": ONE, "number": 1, "state": "open"}]})
    id: str
    number: int
    state: str


class ImpasseView(View):
    """Ways on that the field offers when the table is stuck."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ways_on": ["pause", "open-caucus"]}]})
    ways_on: list[str]


class StandingView(View):
    """Whether the case stands still."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"suspended": True}]})
    suspended: bool


class EndedView(View):
    """That the case has ended, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"phase": "closed", "outcome": "no-agreement"}]})
    phase: str
    outcome: str


def stands_still(_: Answer, __: object) -> StandingView:
    """That nothing joint goes on."""
    return StandingView(suspended=True)


def goes_on(_: Answer, __: object) -> StandingView:
    """That the case goes on."""
    return StandingView(suspended=False)


def ended(to: Answer, outcome: str) -> EndedView:
    """That the case has ended."""
    return EndedView(phase=to.seat.case.phase, outcome=outcome)


def numbered(_: Answer, option: Option) -> OptionView:
    """A new option."""
    return OptionView(id=option.id, number=option.number, state=option.state)


def version(_: Answer, row: ProblemStatement) -> VersionView:
    """A new version."""
    return VersionView(id=row.id, version=row.version)


def ways_on(_: Answer, codes: Sequence[str]) -> ImpasseView:
    """What the table may do now."""
    return ImpasseView(ways_on=list(codes))


def ids(_: Answer, rows: Sequence[Row]) -> IdsView:
    """The ids of what an act made."""
    return IdsView(ids=[one.id for one in rows])


ADDRESSES = (
    Address(
        "order",
        cases.order_mediation,
        body="OrderBody",
        examples=[{"terms": "Sovittelu kodin hoidon tiimissä.", "language": "fi", "final_date": None}],
    ),
    Address(
        "mediators",
        cases.assign_mediator,
        body="MediatorBody",
        examples=[{"person": "mE1riKs9QeRr4tYpLmZa", "role": "mediator"}],
        seat=AssigningSeat,
    ),
    Address("hand-overs", cases.hand_over, body="HandOverBody", examples=[{"person": "vI1hoKs9QeRr4tYpLmZa"}]),
    Address("participants", participants.add_participant, parse=newcomer),
    Address("participants/{participant}", participants.release_companion, method="DELETE", nothing=True),
    Address(
        "participants/{participant}/confirmations",
        participants.confirm_person,
        body="ConfirmationBody",
        examples=[{"way": "own-address"}],
        shows=suspended_way,
    ),
    Address("participants/{participant}/successor", leaving.replace_party, parse=successor),
    Address("participants/{participant}/end-of-employment", leaving.end_employment, shows=has_left),
    Address("invitations", participants.invite),
    Address(
        "consents",
        {"given": participants.agree_to_mediate, "declined": participants.decline_to_mediate},
        chosen_by="answer",
        body="ConsentBody",
        examples=[{"answer": "given"}],
        alone=True,
    ),
    Address("undertakings", participants.undertake_confidentiality, alone=True),
    Address("separate-meeting-waivers", participants.waive_separate_meeting),
    Address(
        "withdrawals",
        leaving.withdraw,
        body="WithdrawalBody",
        examples=[{}, {"confirmed": True, "words": ""}],
        alone=True,
        shows=has_left,
    ),
    Address("withdrawals/taking-back", leaving.take_back_withdrawal, alone=True, shows=is_back),
    Address("withdrawals/confirmation", leaving.confirm_withdrawal, alone=True, shows=has_left),
    Address("pauses", stopping.pause, shows=stands_still),
    Address(
        "suspensions",
        stopping.suspend,
        body="Suspend",
        examples=[{"cause": "absence", "review_on": "2027-03-01", "words": "", "language": "fi"}],
        shows=stands_still,
    ),
    Address("resumptions", stopping.resume, shows=goes_on),
    Address(
        "discontinuation",
        stopping.discontinue,
        body="Discontinue",
        examples=[{"outcome": "no-agreement"}],
        shows=ended,
    ),
    Address("screenings", screening.begin_screening, body="ScreeningBody", examples=[{"language": "fi"}]),
    Address(
        "screenings/answers",
        screening.answer_screening,
        body="AnswersBody",
        examples=[{"answers": {"S1": "no", "S18": "yes"}, "language": "fi"}],
        alone=True,
        nothing=True,
    ),
    Address("screenings/decision", screening.decide_screening, body="DecisionBody", examples=[{"outcome": "suitable"}]),
    Address("safeguards", screening.put_safeguard_in_place, body="SafeguardBody", examples=[{"safeguard": "breaks"}]),
    Address(
        "sessions",
        sessions.plan_session,
        body="PlanSession",
        examples=[
            {
                "kind": "joint",
                "planned_at": "2027-02-11T09:00:00+02:00",
                "minutes": 240,
                "serves": ["opening", "problem-definition"],
                "place": "Kirjaston ryhmähuone",
            }
        ],
        shows=shown.warned,
    ),
    Address(
        "sessions/{session_id}",
        sessions.move_session,
        method="PATCH",
        body="MoveSession",
        examples=[{"planned_at": "2027-02-18T09:00:00+02:00"}],
        shows=shown.warned,
    ),
    Address("sessions/{session_id}/beginning", sessions.begin_session, shows=shown.shown),
    Address(
        "sessions/{session_id}/ending",
        sessions.end_session,
        body="EndSession",
        examples=[{"early": False}],
        shows=shown.shown,
    ),
    Address("sessions/{session_id}/cancellation", sessions.cancel_session, shows=shown.shown),
    Address(
        "sessions/{session_id}/attendance",
        sessions.mark_attendance,
        method="PUT",
        body="Attendance",
        examples=[{"attendance": {"pT5aQx0LkWm2": "present"}}],
        shows=ids,
    ),
    Address("sessions/{session_id}/absences", sessions.let_table_go_on),
    Address("caucuses", sessions.open_caucus, shows=shown.shown),
    Address("caucuses/{session_id}/ending", sessions.close_caucus, shows=shown.shown),
    Address("caucus-requests", sessions.ask_for_caucus),
    Address("follow-up-waivers", sessions.waive_follow_ups),
    Address(
        "check-ins",
        check_ins.check_in,
        body="CheckInBody",
        examples=[
            {
                "audience": "table",
                "language": "fi",
                "atmosphere": 4,
                "reports": {ONE: {"answer": "kept", "rating": 4}},
            }
        ],
        alone=True,
    ),
    Address("check-ins/{check_in}/releases", check_ins.release_check_in, alone=True),
    Address(
        "breaches/{breach}/settlement",
        check_ins.settle_breach,
        body="SettlementBody",
        examples=[{"state": "resolved", "heard": ["pT5aQx0LkWm2"]}],
    ),
    Address("notices", check_ins.give_notice, shows=ids),
    Address("report-requests", check_ins.ask_to_report),
    Address("change-requests", check_ins.ask_for_change),
    Address("help-requests", check_ins.ask_for_help),
    Address(
        "declarations",
        ties.declare_ties,
        body="DeclarationBody",
        examples=[{"has_ties": False, "words": "Minulla ei ole sidonnaisuuksia.", "language": "fi"}],
    ),
    Address(
        "declarations/{declaration}/answers", ties.answer_ties, body="AnswerBody", examples=[{"answer": "accepted"}]
    ),
    Address("corrections", marks.correct_mark, body="CorrectionBody", examples=[{"mark": ONE}], alone=True),
    Address(
        "statements",
        {"mediator": statements.speak_privately, "table": statements.speak_to_table},
        chosen_by="audience",
        body="StatementBody",
        examples=[{"audience": "mediator", "words": "Kerron vain sinulle.", "language": "fi"}],
        alone=True,
    ),
    Address(
        "statements/{statement}/releases",
        statements.release_words,
        body="ReleaseBody",
        examples=[{"sentence": "Minua loukkasi viestin sävy."}],
        alone=True,
    ),
    Address(
        "statements/{statement}/corrections",
        statements.correct_statement,
        body="WordsBody",
        examples=[{"words": "Sanoin näin.", "language": "fi"}],
        alone=True,
    ),
    Address("statements/{statement}/renewals", statements.renew_statement, alone=True),
    Address(
        "notes",
        statements.write_note,
        body="NoteBody",
        examples=[{"words": "Tauko noin tunnin välein.", "language": "fi"}],
    ),
    Address("ground-rules/acceptances", marks.accept_ground_rules),
    Address("opening-turns", marks.mark_opening_turn, body="TurnsBody", examples=[{"participants": [ONE]}], shows=ids),
    Address("impasses", marks.mark_impasse, shows=ways_on),
    Address("readiness", marks.say_ready),
    Address(
        "problem-statements",
        problem_statements.draft_problem_statement,
        body="ProblemStatementBody",
        examples=[
            {"texts": {"fi": {"words": "Tieto ei kulje meillä.", "goals": ["Kumpikin tietää, mikä on kesken."]}}}
        ],
        shows=version,
    ),
    Address("problem-statements/{version}/acceptances", problem_statements.accept_problem_statement),
    Address(
        "issues/{issue}", problem_statements.mark_issue, method="PUT", body="IssueBody", examples=[{"state": "agreed"}]
    ),
    Address(
        "options",
        options.propose_option,
        body="OptionBody",
        examples=[{"words": "Vuoronvaihto klo 14.50", "language": "fi"}],
        alone=True,
        shows=numbered,
    ),
    Address(
        "options/{option}/responses", options.respond_to_option, body="ResponseBody", examples=[{"response": "yes"}]
    ),
    Address(
        "options/{option}/state",
        {"adopted": options.adopt_option, "set-aside": options.set_aside_option},
        chosen_by="state",
        method="PUT",
        body="OutcomeBody",
        examples=[{"state": "adopted"}, {"state": "set-aside", "reason": ""}],
    ),
    Address("letters/{letter}/handing-over", letters.hand_over_letter),
    Address("holds", holds.hold_own_documents),
    Address("holds/{hold}/lifting", holds.lift_own_hold),
    Address("agreement/draft", agreements.drop_draft, method="DELETE", nothing=True),
    Address(
        "agreement/sign-by",
        signing.extend_signing,
        method="PUT",
        body="SignByBody",
        examples=[{"sign_by": "2027-02-22"}],
        shows=sent,
    ),
    Address("agreement/reflections", signing.take_time, alone=True),
    Address("agreement/talks", signing.ask_to_talk, alone=True),
    Address("agreement/refusals", signing.decline_to_sign, alone=True),
)

routers = routers_of(*ADDRESSES)
