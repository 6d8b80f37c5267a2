"""What a seat reads of the screenings: the mediators all they were told, a respondent the own answers."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from mediation.acts.screening import QUESTIONS, REPORTED, SUITABLE
from mediation.acts.screening_findings import readable_answers
from mediation.case.participants import those_in
from mediation.case.reads import note_reads
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.errors import NotPermitted
from mediation.reading.view import ABSENT, IfSeen, codes, columns, grouped, shown, view
from mediation.store.database import Db
from mediation.store.models import Meeting, SafeguardNote, Screening, ScreeningAnswer, remaining
from mediation.workflow.declaration import Trait

Told = Sequence[tuple[ScreeningAnswer, str | None]]  # answers, oldest first; None where one was deleted

DUTY_UNANSWERED = "employer-duty-unanswered"
DUTY_WAITS = timedelta(days=14)  # after which an unanswered S4 warns (workflow.md rule 7)


@view
class AnswerLine:
    """What a respondent answered to one question."""

    respondent: str
    question: str
    answer: str | None
    deleted: IfSeen[bool] = ABSENT


@view
class ScreeningLine:
    """A screening: its answers and, for mediators, what was decided and what is overdue."""

    id: str
    number: int
    answers: list[AnswerLine]
    outcome: IfSeen[str | None] = ABSENT
    safeguards: IfSeen[list[str]] = ABSENT
    review_on: IfSeen[date | None] = ABSENT
    words: IfSeen[str | None] = ABSENT
    deleted: IfSeen[bool] = ABSENT
    warning: IfSeen[str] = ABSENT


@view
class ScreeningWarning:
    """Something that the mediators should still do about a screening, and the ids of the participants it concerns."""

    warning: str
    whom: list[str]


@view
class SafeguardWords:
    """How a safeguard is in place, as the mediator who put it there wrote."""

    safeguard: str
    put_by: str
    words: str | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    at: datetime


def read_screenings(db: Db, seat: Seat, level: Level) -> list[ScreeningLine]:
    """The screenings by number, each with the answers that are this reader's."""
    rows = db.execute(
        select(columns(Screening, ScreeningLine), columns(ScreeningAnswer, AnswerLine))
        .outerjoin(ScreeningAnswer, (ScreeningAnswer.screening_id == Screening.id) & _answers_seen(seat, level))
        .where(Screening.case_id == seat.case.id)
        .order_by(Screening.number, ScreeningAnswer.respondent, ScreeningAnswer.question)
    )
    lines, read = [], list[tuple[str, str]]()
    for [one], answers in grouped(rows):
        said = [shown(db, AnswerLine, answer) for answer in answers]
        read += [(row.respondent, row.id) for row, told in zip(answers, said, strict=True) if not told.deleted]
        if level == Level.FULL:
            warning = _warning(db, one, answers, said)
            lines.append(shown(db, ScreeningLine, one, answers=said, safeguards=codes(one.safeguards), warning=warning))
        elif said:  # whom else the mediator asks, and when again, is not theirs
            lines.append(ScreeningLine(id=one.id, number=one.number, answers=said))
    note_reads(db, seat, "screening-answer", read)
    return lines


def _warning(db: Db, one: Screening, answers: Sequence[ScreeningAnswer], said: Sequence[AnswerLine]) -> IfSeen[str]:
    told = [(answer.at, line) for answer, line in zip(answers, said, strict=True)]
    waits = one.decided_at is None and _duty_waits(db.now(), [(at, line.question, line.answer) for at, line in told])
    return DUTY_UNANSWERED if waits else ABSENT


def _duty_waits(now: datetime, told: Iterable[tuple[datetime, str, str | None]]) -> bool:
    told = list(told)
    reported = [at for at, question, answer in told if (question, answer) == (REPORTED, "yes")]
    # Whether somebody has said yet what the employer has clarified.
    clarified = any(question == "S4" and answer != "unknown" for _, question, answer in told)
    return bool(reported) and now - min(reported) > DUTY_WAITS and not clarified


def _answers_seen(seat: Seat, level: Level) -> ColumnElement[bool]:
    return readable_answers(seat) if level == Level.FULL else ScreeningAnswer.respondent == seat.participant_id


def read_warnings(db: Db, seat: Seat) -> list[ScreeningWarning]:
    """What the mediators should still do: whom to ask, whom to ask alone again, which answers to weigh, what is overdue.

    Only answers that this reader may read count; those to weigh are recorded as read. Refuses everybody else with
    `not-yours-to-see`.
    """
    _check_full(seat)
    of_case = Screening.case_id == seat.case.id
    screenings = db.scalars(select(Screening).where(of_case).order_by(Screening.number)).all()
    newest = screenings[-1] if screenings else None
    rows = db.scalars(
        select(ScreeningAnswer)
        .join(Screening, Screening.id == ScreeningAnswer.screening_id)
        .where(ScreeningAnswer.case_id == seat.case.id, readable_answers(seat))
        .order_by(Screening.number)
    )
    told = [(row, remaining(db, row, "answer")) for row in rows]
    here = [(row, answer) for row, answer in told if newest is not None and row.screening_id == newest.id]
    parties = sorted(those_in(db, seat.case.id, *seat.workflow.who(Trait.CONSENTS)))
    asked = {row.respondent for row, _ in here}
    decided = [one.outcome for one in screenings if one.decided_at is not None]
    waits = newest is not None and newest.decided_at is None
    weigh = _grave(here) if waits and decided and decided[-1] in SUITABLE else []
    note_reads(db, seat, "screening-answer", ((row.respondent, row.id) for row in weigh))
    again = _to_ask_again(db, seat, told)
    duty = waits and _duty_waits(db.now(), [(row.at, row.question, answer) for row, answer in here])
    found = {
        "parties-not-asked": [one for one in parties if one not in asked],
        "ask-alone-again": [one for one in parties if one in again],
        "answers-to-weigh": sorted({row.respondent for row in weigh}),
    }
    warnings = [ScreeningWarning(warning=code, whom=whom) for code, whom in found.items() if whom]
    return warnings + ([ScreeningWarning(warning=DUTY_UNANSWERED, whom=[])] if duty else [])


def _grave(told: Told) -> list[ScreeningAnswer]:
    grave = {one.code for one in QUESTIONS if one.grave}
    return [row for row, answer in told if answer == "yes" and row.question in grave]


def _to_ask_again(db: Db, seat: Seat, told: Told) -> set[str]:
    """Who has not answered the questions asked of each party alone since their last separate meeting began."""
    alone = [code for code, kind in seat.workflow.session_kinds.items() if kind.alone and not kind.opened]
    begun = Meeting.case_id == seat.case.id, Meeting.kind.in_(alone), Meeting.begun_at.is_not(None)
    met = select(Meeting.with_participant, func.max(Meeting.begun_at)).where(*begun).group_by(Meeting.with_participant)
    questions = {one.code for one in QUESTIONS if one.alone}
    asked = {(row.respondent, row.question): row.at for row, _ in told if row.question in questions}

    def is_due(whom: str, met_at: datetime) -> bool:
        return any((whom, one) not in asked or asked[whom, one] < met_at for one in questions)

    return {whom for whom, met_at in db.execute(met) if whom and met_at and is_due(whom, met_at)}


def read_safeguards(db: Db, seat: Seat) -> list[SafeguardWords]:
    """How safeguards are in place, in the mediators' words. Refuses everybody else with `not-yours-to-see`."""
    _check_full(seat)
    rows = select(columns(SafeguardNote, SafeguardWords)).where(SafeguardNote.case_id == seat.case.id)
    return [shown(db, SafeguardWords, one) for one in db.scalars(rows.order_by(SafeguardNote.at, SafeguardNote.id))]


def _check_full(seat: Seat) -> None:
    if level_of(seat, "screening") != Level.FULL:
        raise NotPermitted("not-yours-to-see")
