"""Where each act is done: one table of acts and their addresses."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from pydantic import Field

from api import sessions as shown
from api.acts import Address, Answer, routers_of
from api.agreements import SentView
from api.http.dependencies import AssigningSeat
from api.http.problems import View
from api.http.views import IdsView
from api.participants import (
    HandedCodeView,
    LeftView,
    SignInsView,
    corrected,
    joined,
    newcomer,
    succeeded,
    successor,
    suspended_way,
)
from api.screenings import decided
from mediation.acts import (
    absence,
    agreements,
    attendance_bases,
    attendance_marks,
    billing,
    cases,
    caucuses,
    check_ins,
    codes,
    companions,
    complaints,
    concerns,
    confidentiality,
    copies,
    copy_codes,
    evaluations,
    frames,
    goals,
    ground_rules,
    held_sessions,
    holds,
    hours,
    invitations,
    leaving,
    linked_processes,
    marks,
    new_addresses,
    notices,
    options,
    orders,
    other_times,
    parents,
    participants,
    particulars,
    places,
    printed_letters,
    problem_statements,
    quiet_times,
    referrals,
    safeguards,
    screening,
    sending,
    series,
    sessions,
    sign_ins,
    signatories,
    signing_day,
    statements,
    stopping,
    summaries,
    supervision_forms,
    surveys,
    terms,
    ties,
    time_choices,
    understandings,
    undertakings,
    wellbeing,
)
from mediation.acts.leaver_mentions import mentions_of_leavers
from mediation.store.models import AgreedText, Case, ProblemStatement, Row, Understanding
from mediation.words.catalogue import say


class VersionView(View):
    """A version of a text of the table."""

    id: str
    version: int
    warnings: list[str] = Field(
        default=[], description="What its words give away, as of who has left. It does not hinder."
    )


class OptionView(View):
    """An option with its number."""

    id: str
    number: int
    state: str


class ReceiptView(View):
    """That a complaint was received, and when."""

    id: str
    at: datetime


class LinkedView(View):
    """The case that was asked for, by its number."""

    number: str


def linked(_: Answer, made: Case) -> LinkedView:
    """The case that somebody asked for afterwards."""
    return LinkedView(number=made.number)


class ImpasseView(View):
    """Ways on that the field offers when the table is stuck."""

    ways_on: list[str]


class SuspendedView(View):
    """Whether the case is suspended."""

    suspended: bool


class EndedView(View):
    """That the case has ended, and how."""

    phase: str
    outcome: str


def ended(to: Answer, outcome: str) -> EndedView:
    """That the case has ended."""
    return EndedView(phase=to.seat.case.phase, outcome=outcome)


def ids(_: Answer, rows: Sequence[Row]) -> IdsView:
    """The ids of what an act made."""
    return IdsView(ids=[one.id for one in rows])


def mentions(to: Answer, texts: Iterable[str], notices: Iterable[Collection[str]] = ()) -> list[str]:
    """What texts give away of who has left, and notices of what a party wished to be neutral, in sentences."""
    neutral = understandings.mentions_beside_a_neutral_end(to.db, to.seat, notices)
    return [say(f"mention.{code}", to.language) for code in (*mentions_of_leavers(to.db, to.seat, texts), *neutral)]


def drafted(to: Answer, row: ProblemStatement) -> VersionView:
    """A new version of the joint text, and what its words give away of who has left."""
    return VersionView(
        id=row.id, version=row.version, warnings=mentions(to, problem_statements.words_of_version(to.db, row))
    )


def proposed(to: Answer, row: Understanding) -> VersionView:
    """A proposed understanding, with what its notices give away of who has left, and of what a party wished to be neutral."""
    told = understandings.told_others(to.db, row)
    texts = [text for one in told for text in one.values()]
    return VersionView(id=row.id, version=row.version, warnings=mentions(to, texts, told))


def ruled(to: Answer, row: AgreedText) -> VersionView:
    """A version of the ground rules, and what the table's own lines give away of who has left."""
    return VersionView(
        id=row.id, version=row.version, warnings=mentions(to, ground_rules.own_lines(to.db, to.seat, row))
    )


def framed(_: Answer, row: AgreedText) -> VersionView:
    """A version of the frame of a supervision."""
    return VersionView(id=row.id, version=row.version)


ADDRESSES = (
    Address("order", orders.order_mediation, "OrderBody"),
    Address("shares", billing.set_shares, "SharesBody", method="PUT"),
    Address("order/own-lines", orders.show_own_lines, "OwnLinesBody"),
    Address("attendance-bases", attendance_bases.set_attendance_basis, "AttendanceBasisBody"),
    Address("mediators", cases.assign_mediator, "MediatorBody", seat=AssigningSeat),
    Address("mediators/{participant}/absence", absence.record_absence),
    Address("mediators/{participant}/absence", absence.end_absence, method="DELETE", nothing=True),
    Address("hand-overs", cases.hand_over, "HandOverBody"),
    Address("participants", participants.add_participant, parse=newcomer, shows=joined),
    Address("participants/{participant}", participants.release_companion, method="DELETE", nothing=True),
    Address(
        "participants/{participant}/confirmations", participants.confirm_person, "ConfirmationBody", shows=suspended_way
    ),
    Address("participants/{participant}/codes", codes.give_code, shows=HandedCodeView),
    Address("participants/{participant}/copies", copies.hand_over_copy),
    Address("participants/{participant}/copy-codes", copy_codes.give_copy_code),
    Address("participants/{participant}/copy-codes", copy_codes.end_copy_code, method="DELETE", nothing=True),
    Address("participants/{participant}/support-advice", wellbeing.advise_support),
    Address("participants/{participant}/sign-in-closing", sign_ins.close_sign_ins, shows=SignInsView(closed=True)),
    Address("participants/{participant}/sign-in-opening", sign_ins.open_sign_ins, shows=SignInsView(closed=False)),
    Address("participants/{participant}/paper-codes", sign_ins.write_paper_code),
    Address(
        "participants/{participant}/particulars",
        particulars.correct_participant,
        "ParticularsBody",
        method="PUT",
        shows=corrected,
    ),
    Address("participants/{participant}/positions", particulars.change_position, "PositionBody", shows=corrected),
    Address(
        "participants/{participant}/address-changes", new_addresses.correct_address, "AddressChangeBody", nothing=True
    ),
    Address("participants/{participant}/address", new_addresses.remove_address, method="DELETE", nothing=True),
    Address("participants/{participant}/quiet-time", quiet_times.keep_quiet, "QuietTimeBody", method="PUT"),
    Address("participants/{participant}/successor", leaving.replace_party, parse=successor, shows=succeeded),
    Address("participants/{participant}/end-of-employment", leaving.end_employment, shows=LeftView(left=True)),
    Address("participants/{participant}/place", places.give_place),
    Address("invitations", invitations.invite, "InvitationBody"),
    Address(
        "consents",
        {"given": terms.agree_to_mediate, "declined": terms.decline_to_mediate},
        "ConsentBody",
        chosen_by="answer",
        alone=True,
    ),
    Address("consents/requests", terms.ask_to_agree),
    Address("naming", referrals.permit_naming, "NamingBody", alone=True),
    Address("needs", referrals.tell_needs, "NeedsBody", alone=True),
    Address("undertakings", undertakings.undertake_confidentiality, "UndertakingBody", alone=True),
    Address("participants/{participant}/service", undertakings.bind_by_service, "ServiceBody", method="PUT"),
    Address("concerns", concerns.raise_concern, "ConcernBody", alone=True),
    Address("concerns/{concern}/settlement", concerns.settle_concern, "ConcernSettlementBody"),
    Address("concerns/{concern}/taking-back", concerns.take_back_concern, alone=True),
    Address("separate-meeting-waivers", participants.waive_separate_meeting),
    Address("withdrawals", leaving.withdraw, "WithdrawalBody", alone=True, shows=LeftView(left=True)),
    Address("withdrawals/taking-back", leaving.take_back_withdrawal, alone=True, shows=LeftView(left=False)),
    Address("withdrawals/confirmation", leaving.confirm_withdrawal, alone=True, shows=LeftView(left=True)),
    Address("pauses", stopping.pause, shows=SuspendedView(suspended=True)),
    Address("suspensions", stopping.suspend, "Suspend", shows=SuspendedView(suspended=True)),
    Address("resumptions", stopping.resume, shows=SuspendedView(suspended=False)),
    Address("discontinuation", stopping.discontinue, "Discontinue", shows=ended),
    Address("screenings", screening.begin_screening, "ScreeningBody"),
    Address("screenings/answers", screening.answer_screening, "AnswersBody", alone=True, nothing=True),
    Address("screenings/decision", screening.decide_screening, "DecisionBody", shows=decided),
    Address("screenings/clarifications", screening.permit_clarification, alone=True),
    Address("safeguards", safeguards.put_safeguard_in_place, "SafeguardBody"),
    Address("sessions", sessions.plan_session, "PlanSession", shows=shown.warned),
    Address("sessions/held", held_sessions.record_session, "RecordSession", shows=shown.shown),
    Address("sessions/{session_id}", sessions.move_session, "MoveSession", method="PATCH", shows=shown.warned),
    Address(
        "sessions/{session_id}/times", held_sessions.correct_session, "SessionTimes", method="PUT", shows=shown.shown
    ),
    Address("sessions/{session_id}/other-times", other_times.ask_for_another_time, "OtherTimeBody"),
    Address("sessions/{session_id}/beginning", sessions.begin_session, shows=shown.shown),
    Address("sessions/{session_id}/ending", sessions.end_session, "EndSession", shows=shown.shown),
    Address("sessions/{session_id}/cancellation", sessions.cancel_session, shows=shown.shown),
    Address("sessions/{session_id}/keeping", stopping.keep_session),
    Address("series", series.plan_series, "SeriesBody"),
    Address("sessions/{session_id}/series", series.move_series, "MoveSeriesBody", method="PATCH"),
    Address("sessions/{session_id}/series/cancellation", series.cancel_series),
    Address("time-choices", time_choices.offer_times, "TimeChoiceBody"),
    Address("time-choices/{choice}/answers", time_choices.answer_times, "CanComeBody", alone=True, shows=ids),
    Address("time-choices/{choice}/settlement", time_choices.settle_times, "SettledTimeBody", shows=shown.warned),
    Address("time-choices/{choice}", time_choices.drop_times, method="DELETE", nothing=True),
    Address(
        "sessions/{session_id}/attendance", attendance_marks.mark_attendance, "Attendance", method="PUT", shows=ids
    ),
    Address("sessions/{session_id}/calls", companions.call_to_session, "CallBody", shows=shown.shown),
    Address("sessions/{session_id}/calls/{participant}", companions.call_off_somebody, method="DELETE", nothing=True),
    Address("sessions/{session_id}/undertakings", undertakings.hear_undertaking),
    Address("sessions/{session_id}/absences", attendance_marks.let_table_go_on),
    Address("caucuses", caucuses.open_caucus, shows=shown.shown),
    Address("caucuses/{session_id}/ending", caucuses.close_caucus, shows=shown.shown),
    Address("caucus-requests", caucuses.ask_for_caucus),
    Address("follow-up-waivers", sessions.waive_follow_ups),
    Address("check-ins", check_ins.check_in, "CheckInBody", alone=True),
    Address("check-ins/{check_in}/releases", check_ins.release_check_in, alone=True),
    Address("breaches/{breach}/settlement", check_ins.settle_breach, "SettlementBody"),
    Address("notices", notices.give_notice, shows=ids),
    Address("report-requests", check_ins.ask_to_report),
    Address("change-requests", check_ins.ask_for_change),
    Address("help-requests", check_ins.ask_for_help),
    Address("declarations", ties.declare_ties, "DeclarationBody"),
    Address("declarations/{declaration}/answers", ties.answer_ties, "AnswerBody"),
    Address("corrections", marks.correct_mark, "CorrectionBody", alone=True),
    Address(
        "statements",
        {"mediator": statements.speak_privately, "table": statements.speak_to_table},
        "StatementBody",
        chosen_by="audience",
        alone=True,
    ),
    Address("statements/{statement}/releases", statements.release_words, "ReleaseBody", alone=True),
    Address("statements/{statement}/corrections", statements.correct_statement, "WordsBody", alone=True),
    Address("statements/{statement}/renewals", statements.renew_statement, alone=True),
    Address("wellbeing/answers", wellbeing.answer_wellbeing, "WellbeingBody", alone=True),
    Address("leaving/answers", wellbeing.answer_leaving, "LeavingBody", alone=True),
    Address("survey/answers", surveys.answer_survey, "SurveyBody", alone=True),
    Address("complaints", complaints.complain, "ComplaintBody", shows=ReceiptView),
    Address("supervision-requests", linked_processes.ask_for_supervision, "SupervisionRequestBody", shows=linked),
    Address("time-entries", hours.enter_time, "TimeEntryBody"),
    Address("time-entries/{entry}", hours.correct_time, "TimeEntryCorrection", method="PUT"),
    Address("time-entries/{entry}", hours.take_back_time, method="DELETE", nothing=True),
    Address("notes", statements.write_note, "NoteBody"),
    Address("notes/{note}/sharing", statements.share_note),
    Address("notes/{note}/taking-back", statements.unshare_note),
    Address("ground-rules", ground_rules.write_ground_rules, "GroundRulesBody", method="PUT", shows=ruled),
    Address("ground-rules/acceptances", ground_rules.accept_ground_rules, "GroundRulesAcceptanceBody"),
    Address("opening-turns", marks.mark_opening_turn, "TurnsBody", shows=ids),
    Address("impasses", marks.mark_impasse, shows=ImpasseView(ways_on=list(marks.WAYS_ON))),
    Address("readiness", marks.say_ready),
    Address("problem-statements", problem_statements.draft_problem_statement, "ProblemStatementBody", shows=drafted),
    Address("problem-statements/{version}/acceptances", problem_statements.accept_problem_statement),
    Address("issues/{issue}", problem_statements.mark_issue, "IssueBody", method="PUT"),
    Address("understandings", understandings.propose_understanding, "UnderstandingBody", shows=proposed),
    Address("understandings/{understanding}/acceptances", understandings.accept_understanding, alone=True),
    Address("neutral-end-requests", understandings.ask_for_neutral_end),
    Address("options", options.propose_option, "OptionBody", alone=True, shows=OptionView),
    Address("options/{option}/responses", options.respond_to_option, "ResponseBody"),
    Address(
        "options/{option}/state",
        {"adopted": options.adopt_option, "set-aside": options.set_aside_option},
        "OutcomeBody",
        chosen_by="state",
        method="PUT",
    ),
    Address("goals/ratings", goals.rate_goals, "GoalRatingsBody"),
    Address("sessions/{session_id}/rating-closing", goals.close_rating),
    Address("evaluations", evaluations.write_evaluation, "EvaluationBody"),
    Address("summary", summaries.write_summary, "SummaryBody"),
    Address("summary/approvals", summaries.approve_summary, "SummaryApprovalBody"),
    Address("letters/{letter}/handing-over", printed_letters.hand_over_letter),
    Address("holds", holds.hold_own_documents),
    Address("holds/{hold}/lifting", holds.lift_own_hold),
    Address("form", supervision_forms.choose_form, "FormBody", method="PUT", shows=ids),
    Address("frame", frames.write_frame, "FrameBody", method="PUT", shows=framed),
    Address("confidentiality", confidentiality.bind_to_confidentiality, "ConfidentialityBody", alone=True),
    Address("parents/answers", parents.answer_alone, "AloneBody", alone=True),
    Address("agreement/draft", agreements.drop_draft, method="DELETE", nothing=True),
    Address("agreement/sign-by", sending.extend_signing, "SignByBody", method="PUT", shows=SentView),
    Address("agreement/reflections", signatories.take_time, alone=True),
    Address("agreement/today", signing_day.say_today_suits, alone=True),
    Address("agreement/talks", signatories.ask_to_talk, alone=True),
    Address("agreement/refusals", signatories.decline_to_sign, alone=True),
)

routers = routers_of(*ADDRESSES)
