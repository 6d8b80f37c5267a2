"""What a seat reads of a case: the sum of its sections, each as far as the table of visibility lets it be theirs."""

from collections.abc import Callable, Mapping
from typing import Any

from mediation.acts.complaints import complain
from mediation.acts.particulars import correct_participant
from mediation.acts.surveys import answer_survey, is_answered_or_over
from mediation.acts.wellbeing import answer_leaving, answer_wellbeing, is_too_late
from mediation.case.seat import Seat
from mediation.case.status import rung_shown
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotFound
from mediation.reading import agreement, meetings, people, screening, words
from mediation.reading.agreement_view import AgreementLine, words_are_gone
from mediation.reading.order import OrderTerms, read_order
from mediation.reading.parts import Lines, Part
from mediation.reading.view import ABSENT, IfSeen, view
from mediation.store.database import Db
from mediation.workflow.declaration import Trait


@view
class You:
    """Who reads: the id of their participation, their roles, and the acts that are open to them now.

    `mailbox_shared` is true where others read the mailbox that they came through: what is one person's alone is left out
    until they show a second factor.
    """

    participant: str
    roles: list[str]
    may: list[str]
    mailbox_shared: IfSeen[bool] = ABSENT


@view
class Basics:
    """Who reads, and how far the case is: for those at the table its phase, for others a status, or that it was taken up.

    Of a case that has ended the mediators read how many of its parties (all who agreed to mediate at any time) signed what was
    in force or accepted the understanding that was reached: `settled_count` of `party_count`; None where that was not counted.
    """

    number: str
    you: You
    taken_up: IfSeen[bool] = ABSENT
    status: IfSeen[str] = ABSENT
    phase: IfSeen[str] = ABSENT
    language: IfSeen[str] = ABSENT
    suspended: IfSeen[bool] = ABSENT
    outcome: IfSeen[str | None] = ABSENT
    party_count: IfSeen[int | None] = ABSENT
    settled_count: IfSeen[int | None] = ABSENT


@view
class CaseView(Basics):
    """A case as this reader may see it. What they may not see is left out, not empty.

    `longer` are the sections of which only the newest lines are here: all of them are at addresses of their own.
    """

    participants: IfSeen[list[people.ParticipantLine]] = ABSENT
    marks: IfSeen[list[people.MarkLine]] = ABSENT
    declarations: IfSeen[list[people.DeclarationLine]] = ABSENT
    order: IfSeen[OrderTerms | None] = ABSENT
    screenings: IfSeen[list[screening.ScreeningLine]] = ABSENT
    sessions: IfSeen[list[meetings.SessionLine]] = ABSENT
    suspensions: IfSeen[list[meetings.SuspensionLine]] = ABSENT
    statements: IfSeen[list[words.StatementLine]] = ABSENT
    notes: IfSeen[list[words.NoteLine]] = ABSENT
    problem_statements: IfSeen[list[words.ProblemLine]] = ABSENT
    options: IfSeen[list[words.OptionLine]] = ABSENT
    agreements: IfSeen[list[AgreementLine]] = ABSENT
    notices: IfSeen[list[agreement.NoticeLine]] = ABSENT
    longer: IfSeen[list[str]] = ABSENT


Section = tuple[str, Callable[[Db, Seat, Level], Any]]  # the row of the table of visibility, and who reads it

SECTIONS: Mapping[str, Section] = {
    "participants": ("participants", people.read_participants),
    "marks": ("mark", people.read_marks),
    "declarations": ("declaration", people.read_declarations),
    "order": ("order", read_order),
    "screenings": ("screening", screening.read_screenings),
    "sessions": ("session-plan", meetings.read_sessions),
    "suspensions": ("suspension", meetings.read_suspensions),
    "statements": ("table-statement", words.read_statements),
    "notes": ("note", words.read_notes),
    "problem_statements": ("problem-statement", words.read_problem_statements),
    "options": ("option", words.read_options),
    "agreements": ("agreement", agreement.read_agreements),
    "notices": ("notice", agreement.read_notices),
}

# Those that grow as long as a case goes on; of the others there are a few versions.
LONG: Mapping[str, Callable[[Db, Seat, Level, Part | None], Lines[Any]]] = {
    "marks": people.marks_of,
    "sessions": meetings.sessions_of,
    "statements": words.statements_of,
    "notes": words.notes_of,
    "options": words.options_of,
}


def read_case(db: Db, seat: Seat) -> CaseView:
    """The case as this seat may see it, in at most 15 statements: the sum of its sections, the newest lines of long ones.

    Refuses like `read_basics`.
    """
    basics = vars(read_basics(db, seat))
    parts = {name: read_part(db, seat, name, Part()) for name in LONG}
    longer = [name for name, part in parts.items() if part and part.more]
    lines = {name: part and part.lines for name, part in parts.items()}
    others = {name: read_section(db, seat, name) for name in SECTIONS if name not in LONG}
    return CaseView(**basics, **lines, **others, longer=longer or ABSENT)


def read_part(db: Db, seat: Seat, name: str, part: Part) -> Any:
    """Some `Lines` of a long section, ABSENT where it is not this seat's; what is opened of others' words is recorded.

    Refuses like `parts.rows_of`.
    """
    level = sees(seat.roles, SECTIONS[name][0])
    return LONG[name](db, seat, level, part) if has_section(level) else ABSENT


def read_section(db: Db, seat: Seat, name: str, sections: Mapping[str, Section] = SECTIONS) -> Any:
    """One section of a case, ABSENT where it is not this seat's to see; what it opens of others' words is recorded."""
    item, read = sections[name]
    level = sees(seat.roles, item)
    return read(db, seat, level) if has_section(level) else ABSENT


def has_section(level: Level) -> bool:
    """Whether a level is one of a case's own sections: what is coarse or released is told elsewhere, if at all."""
    return level not in {Level.NOTHING, Level.STATUS, Level.RELEASED}


def read_basics(db: Db, seat: Seat) -> Basics:
    """What phase or status the case is in, as far as this seat may know; no statement looks it up.

    Refuses with `case-not-found` a commissioner, who has a status to read and no case (visibility.md rule 3).
    """
    if all(Trait.ORDERS in one.traits for one in seat.roles):
        raise NotFound("case-not-found")
    case, number, you = seat.case, seat.case.number, _you(db, seat)
    if sees(seat.roles, "phase") == Level.NOTHING:
        return Basics(number=number, you=you, taken_up=True)
    if not sees_full(seat.roles, "phase"):
        return Basics(number=number, you=you, status=rung_shown(seat.workflow, seat.rung, case.outcome))
    # For the mediators alone: who agreed to mediate is each party's own.
    counts = sees_full(seat.roles, "signature-state") and case.outcome is not None
    return Basics(
        number=number,
        you=you,
        phase=case.phase,
        language=case.language,
        suspended=ABSENT if sees(seat.roles, "suspension") == Level.NOTHING else seat.suspended,
        outcome=case.outcome if sees_full(seat.roles, "outcome") else ABSENT,
        party_count=case.party_count if counts else ABSENT,
        settled_count=case.settled_count if counts else ABSENT,
    )


def _too_late(db: Db, seat: Seat) -> set[str]:
    """The acts whose words could not be kept any more once a case has ended: the key for them was destroyed."""
    late = (
        {answer_leaving.entry, answer_wellbeing.entry} if is_too_late(db, seat.case.id, seat.participant_id) else set()
    )
    late |= {answer_survey.entry} if is_answered_or_over(db, seat.case.id, seat.participant_id) else set()
    return late | ({complain.entry, correct_participant.entry} if words_are_gone(db, seat) else set())


def _you(db: Db, seat: Seat) -> You:
    may = seat.may_do()
    # Only for who knows that the case has ended: to others it would tell.
    if seat.is_any(Trait.LEADS, Trait.CONSENTS) and seat.case.phase == seat.workflow.final.code:
        may -= _too_late(db, seat)
    shared = True if seat.unproven else ABSENT
    return You(participant=seat.participant_id, roles=sorted(seat.roles), may=sorted(may), mailbox_shared=shared)
