"""Where each act is done: one table of acts and their addresses."""

from collections.abc import Sequence

from api import sessions as shown
from api.acts import Address, Answer, routers_of
from api.agreements import SentView
from api.http.dependencies import AssigningSeat
from api.http.problems import View
from api.http.views import IdsView
from api.participants import LeftView, newcomer, successor, suspended_way
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
from mediation.store.models import Row

ONE = "pT5aQx0LkWm2Bc7DfGhJ"  # an id, in examples


class VersionView(View, json_schema_extra={"examples": [{"id": ONE, "version": 1}]}):
    """A version of the joint text."""

    id: str
    version: int


class OptionView(View, json_schema_extra={"examples": [{"id": ONE, "number": 1, "state": "open"}]}):
    """An option with its number."""

    id: str
    number: int
    state: str


class ImpasseView(View, json_schema_extra={"examples": [{"ways_on": ["pause", "open-caucus"]}]}):
    """Ways on that the field offers when the table is stuck."""

    ways_on: list[str]


class StandingView(View, json_schema_extra={"examples": [{"suspended": True}]}):
    """Whether the case stands still."""

    suspended: bool


class EndedView(View, json_schema_extra={"examples": [{"phase": "closed", "outcome": "no-agreement"}]}):
    """That the case has ended, and how."""

    phase: str
    outcome: str


def ended(to: Answer, outcome: str) -> EndedView:
    """That the case has ended."""
    return EndedView(phase=to.seat.case.phase, outcome=outcome)


def ids(_: Answer, rows: Sequence[Row]) -> IdsView:
    """The ids of what an act made."""
    return IdsView(ids=[one.id for one in rows])


ADDRESSES = (
    Address(
        "order",
        cases.order_mediation,
        "OrderBody",
        {"terms": "Sovittelu kodin hoidon tiimissä.", "language": "fi", "final_date": None},
    ),
    Address(
        "mediators",
        cases.assign_mediator,
        "MediatorBody",
        {"person": "mE1riKs9QeRr4tYpLmZa", "role": "mediator"},
        seat=AssigningSeat,
    ),
    Address("hand-overs", cases.hand_over, "HandOverBody", {"person": "vI1hoKs9QeRr4tYpLmZa"}),
    Address("participants", participants.add_participant, parse=newcomer),
    Address("participants/{participant}", participants.release_companion, method="DELETE", nothing=True),
    Address(
        "participants/{participant}/confirmations",
        participants.confirm_person,
        "ConfirmationBody",
        {"way": "own-address"},
        shows=suspended_way,
    ),
    Address("participants/{participant}/successor", leaving.replace_party, parse=successor),
    Address("participants/{participant}/end-of-employment", leaving.end_employment, shows=LeftView(left=True)),
    Address("invitations", participants.invite),
    Address(
        "consents",
        {"given": participants.agree_to_mediate, "declined": participants.decline_to_mediate},
        "ConsentBody",
        {"answer": "given"},
        chosen_by="answer",
        alone=True,
    ),
    Address("undertakings", participants.undertake_confidentiality, alone=True),
    Address("separate-meeting-waivers", participants.waive_separate_meeting),
    Address(
        "withdrawals",
        leaving.withdraw,
        "WithdrawalBody",
        ({}, {"confirmed": True, "words": ""}),
        alone=True,
        shows=LeftView(left=True),
    ),
    Address("withdrawals/taking-back", leaving.take_back_withdrawal, alone=True, shows=LeftView(left=False)),
    Address("withdrawals/confirmation", leaving.confirm_withdrawal, alone=True, shows=LeftView(left=True)),
    Address("pauses", stopping.pause, shows=StandingView(suspended=True)),
    Address(
        "suspensions",
        stopping.suspend,
        "Suspend",
        {"cause": "absence", "review_on": "2027-03-01", "words": "", "language": "fi"},
        shows=StandingView(suspended=True),
    ),
    Address("resumptions", stopping.resume, shows=StandingView(suspended=False)),
    Address("discontinuation", stopping.discontinue, "Discontinue", {"outcome": "no-agreement"}, shows=ended),
    Address("screenings", screening.begin_screening, "ScreeningBody", {"language": "fi"}),
    Address(
        "screenings/answers",
        screening.answer_screening,
        "AnswersBody",
        {"answers": {"S1": "no", "S18": "yes"}, "language": "fi"},
        alone=True,
        nothing=True,
    ),
    Address("screenings/decision", screening.decide_screening, "DecisionBody", {"outcome": "suitable"}),
    Address("safeguards", screening.put_safeguard_in_place, "SafeguardBody", {"safeguard": "breaks"}),
    Address(
        "sessions",
        sessions.plan_session,
        "PlanSession",
        {
            "kind": "joint",
            "planned_at": "2027-02-11T09:00:00+02:00",
            "minutes": 240,
            "serves": ["opening", "problem-definition"],
            "place": "Kirjaston ryhmähuone",
        },
        shows=shown.warned,
    ),
    Address(
        "sessions/{session_id}",
        sessions.move_session,
        "MoveSession",
        {"planned_at": "2027-02-18T09:00:00+02:00"},
        method="PATCH",
        shows=shown.warned,
    ),
    Address("sessions/{session_id}/beginning", sessions.begin_session, shows=shown.shown),
    Address("sessions/{session_id}/ending", sessions.end_session, "EndSession", {"early": False}, shows=shown.shown),
    Address("sessions/{session_id}/cancellation", sessions.cancel_session, shows=shown.shown),
    Address(
        "sessions/{session_id}/attendance",
        sessions.mark_attendance,
        "Attendance",
        {"attendance": {"pT5aQx0LkWm2": "present"}},
        method="PUT",
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
        "CheckInBody",
        {"audience": "table", "language": "fi", "atmosphere": 4, "reports": {ONE: {"answer": "kept", "rating": 4}}},
        alone=True,
    ),
    Address("check-ins/{check_in}/releases", check_ins.release_check_in, alone=True),
    Address(
        "breaches/{breach}/settlement",
        check_ins.settle_breach,
        "SettlementBody",
        {"state": "resolved", "heard": ["pT5aQx0LkWm2"]},
    ),
    Address("notices", check_ins.give_notice, shows=ids),
    Address("report-requests", check_ins.ask_to_report),
    Address("change-requests", check_ins.ask_for_change),
    Address("help-requests", check_ins.ask_for_help),
    Address(
        "declarations",
        ties.declare_ties,
        "DeclarationBody",
        {"has_ties": False, "words": "Minulla ei ole sidonnaisuuksia.", "language": "fi"},
    ),
    Address("declarations/{declaration}/answers", ties.answer_ties, "AnswerBody", {"answer": "accepted"}),
    Address("corrections", marks.correct_mark, "CorrectionBody", {"mark": ONE}, alone=True),
    Address(
        "statements",
        {"mediator": statements.speak_privately, "table": statements.speak_to_table},
        "StatementBody",
        {"audience": "mediator", "words": "Kerron vain sinulle.", "language": "fi"},
        chosen_by="audience",
        alone=True,
    ),
    Address(
        "statements/{statement}/releases",
        statements.release_words,
        "ReleaseBody",
        {"sentence": "Minua loukkasi viestin sävy."},
        alone=True,
    ),
    Address(
        "statements/{statement}/corrections",
        statements.correct_statement,
        "WordsBody",
        {"words": "Sanoin näin.", "language": "fi"},
        alone=True,
    ),
    Address("statements/{statement}/renewals", statements.renew_statement, alone=True),
    Address("notes", statements.write_note, "NoteBody", {"words": "Tauko noin tunnin välein.", "language": "fi"}),
    Address("ground-rules/acceptances", marks.accept_ground_rules),
    Address("opening-turns", marks.mark_opening_turn, "TurnsBody", {"participants": [ONE]}, shows=ids),
    Address("impasses", marks.mark_impasse, shows=ImpasseView(ways_on=list(marks.WAYS_ON))),
    Address("readiness", marks.say_ready),
    Address(
        "problem-statements",
        problem_statements.draft_problem_statement,
        "ProblemStatementBody",
        {"texts": {"fi": {"words": "Tieto ei kulje meillä.", "goals": ["Kumpikin tietää, mikä on kesken."]}}},
        shows=VersionView,
    ),
    Address("problem-statements/{version}/acceptances", problem_statements.accept_problem_statement),
    Address("issues/{issue}", problem_statements.mark_issue, "IssueBody", {"state": "agreed"}, method="PUT"),
    Address(
        "options",
        options.propose_option,
        "OptionBody",
        {"words": "Vuoronvaihto klo 14.50", "language": "fi"},
        alone=True,
        shows=OptionView,
    ),
    Address("options/{option}/responses", options.respond_to_option, "ResponseBody", {"response": "yes"}),
    Address(
        "options/{option}/state",
        {"adopted": options.adopt_option, "set-aside": options.set_aside_option},
        "OutcomeBody",
        ({"state": "adopted"}, {"state": "set-aside", "reason": ""}),
        chosen_by="state",
        method="PUT",
    ),
    Address("letters/{letter}/handing-over", letters.hand_over_letter),
    Address("holds", holds.hold_own_documents),
    Address("holds/{hold}/lifting", holds.lift_own_hold),
    Address("agreement/draft", agreements.drop_draft, method="DELETE", nothing=True),
    Address(
        "agreement/sign-by",
        signing.extend_signing,
        "SignByBody",
        {"sign_by": "2027-02-22"},
        method="PUT",
        shows=SentView,
    ),
    Address("agreement/reflections", signing.take_time, alone=True),
    Address("agreement/talks", signing.ask_to_talk, alone=True),
    Address("agreement/refusals", signing.decline_to_sign, alone=True),
)

routers = routers_of(*ADDRESSES)
