"""The kinds of marks that the guards ask for. An act that leaves marks declares their kind (mediation/acts)."""

from mediation.acts import (
    absence,
    attendance_marks,
    caucuses,
    check_ins,
    companions,
    ground_rules,
    leaving,
    marks,
    options,
    orders,
    other_times,
    participants,
    problem_statements,
    referrals,
    safeguards,
    screening,
    sessions,
    signatories,
    signing_day,
    statements,
    stopping,
    terms,
    ties,
    understandings,
    undertakings,
    wellbeing,
)
from mediation.workflow.mark_kinds import mark_kind

# The nouns whose acts leave marks: imported, they have declared them, and asking for another kind fails here.
LEAVING_MARKS = (
    *(absence, attendance_marks, caucuses, check_ins, companions, ground_rules, leaving, marks, options, orders),
    *(other_times, participants, problem_statements),
    *(referrals, safeguards, screening, sessions, signatories, signing_day, statements, stopping, terms, ties),
    *(understandings, undertakings, wellbeing),
)

ACCEPTED_GROUND_RULES = mark_kind("accepted-ground-rules")
ACCEPTED_PROBLEM_STATEMENT = mark_kind("accepted-problem-statement")
ACCEPTED_UNDERSTANDING = mark_kind("accepted-understanding")
AGREED_TO_MEDIATE = mark_kind("agreed-to-mediate")
ASKED_FOR_CHANGE = mark_kind("asked-for-change")
ASKED_FOR_NEUTRAL_END = mark_kind("asked-for-neutral-end")
ASKED_TO_AGREE_AGAIN = mark_kind("asked-to-agree-again")
ASKED_TO_REPORT_AGAIN = mark_kind("asked-to-report-again")
ATTENDED = mark_kind("attended")
CALLED = mark_kind("called")
SAFEGUARD_IN_PLACE = mark_kind("safeguard-in-place")
SUPPORT_TO_OFFER = mark_kind("support-to-offer")
TIES_ANSWERED = mark_kind("ties-answered")
UNDERTOOK_FOR_SESSION = mark_kind("undertook-for-session")
WAIVED_FOLLOW_UPS = mark_kind("waived-follow-ups")
WAIVED_SEPARATE_MEETING = mark_kind("waived-separate-meeting")
