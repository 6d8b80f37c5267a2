"""What a seat reads of a case: rows turned into plain data, each item through the table of visibility."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from mediation.acts.agreements import NOTICE_AUDIENCES
from mediation.acts.annexes import annexes_of, reads_annexes
from mediation.acts.stored_files import signed_and_sealed
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat, opens, while_holding, with_trait
from mediation.case.status import rung_shown
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotFound
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    Case,
    Declaration,
    Issue,
    Mark,
    Meeting,
    Note,
    Notice,
    Option,
    Order,
    Participant,
    ProblemStatement,
    ProblemText,
    RoleHeld,
    Screening,
    ScreeningAnswer,
    Statement,
    Suspension,
    is_gone,
    remaining,
    words_of,
)
from mediation.workflow.declaration import Trait, Workflow

Plain = dict[str, Any]

DUTY_WAITS = timedelta(days=14)  # after which an unanswered S4 warns (workflow.md rule 7)

_MOST_ROLES = 4  # that one person may hold at one case


def read_case(db: Db, seat: Seat) -> Plain:
    """The whole case as this seat may see it, in at most 13 statements; items it may not see are not there at all.

    Refuses with `case-not-found` a commissioner, who has a status to read and no case (visibility.md rule 3).
    """
    if all(Trait.ORDERS in one.traits for one in seat.roles):
        raise NotFound("case-not-found")
    whole: Plain = {"number": seat.case.number, "you": _you(seat), **_standing(seat)}
    for name, item, read in _SECTIONS:
        level = sees(seat.roles, item)
        if level not in {Level.NOTHING, Level.STATUS, Level.RELEASED}:
            whole[name] = read(db, seat, level)
    return whole


def _you(seat: Seat) -> Plain:
    return {
        "participant": seat.participant_id,
        "roles": sorted(seat.roles),
        "may": sorted(act for act, who in seat.open_acts().items() if who & seat.roles),
    }


def _standing(seat: Seat) -> Plain:
    if sees(seat.roles, "phase") == Level.NOTHING:
        return {"taken_up": True}
    if not sees_full(seat.roles, "phase"):
        return {"status": rung_shown(seat.workflow, seat.case.rung, seat.case.outcome)}
    plain: Plain = {
        "phase": seat.case.phase,
        "language": seat.case.language,
        "attendance_basis": seat.case.attendance_basis,
        "suspended": seat.suspended,
        "outcome": seat.case.outcome,
    }
    return plain


def _participants(db: Db, seat: Seat, level: Level) -> list[Plain]:
    absent = Mark.kind == "attended", Mark.value == "absent", Mark.ended_at.is_(None)
    missed = select(func.count()).where(Mark.participant_id == Participant.id, *absent).scalar_subquery()
    rows = db.execute(
        select(Participant, RoleHeld.role, missed)
        .outerjoin(RoleHeld, (RoleHeld.participant_id == Participant.id) & RoleHeld.until.is_(None))
        .where(Participant.case_id == seat.case.id, Participant.left_at.is_(None))
        .order_by(Participant.joined_at, Participant.id, RoleHeld.role)
    )
    people: dict[str, Plain] = {}
    for one, role, count in rows:
        known = people.setdefault(one.id, _participant(db, seat, one, count))
        if role is not None:
            known["roles"] = sorted([*known["roles"], _role_seen(seat, role)])
    return sorted(people.values(), key=lambda one: ((one["name"] or "").casefold(), one["id"]))


def _role_seen(seat: Seat, role: str) -> str:
    # That a party left is a fact for the table; to everybody else they stay who they were.
    who = seat.workflow.who(Trait.CONSENTS) if sees(seat.roles, "attendance") == Level.NOTHING else ()
    return next((str(one) for one in seat.workflow.held(who) if one.leaves_as == role), role)


def _participant(db: Db, seat: Seat, one: Participant, missed: int) -> Plain:
    plain: Plain = {"id": one.id, **words_of(db, one, "name", "capacity"), "roles": []}
    if sees_full(seat.roles, "mark"):
        # A neutral count of sessions missed, for the mediator alone (workflow.md rule 9).
        plain |= {
            "language": one.language,
            "supports": one.supports,
            "has_email": one.email is not None,
            "missed": missed,
        }
    return plain


def _marks(db: Db, seat: Seat, level: Level) -> list[Plain]:
    rows = select(Mark).where(Mark.case_id == seat.case.id, Mark.ended_at.is_(None)).order_by(Mark.at, Mark.id)
    if level != Level.FULL:
        rows = rows.where(Mark.participant_id == seat.participant_id)
    return [
        {
            "id": one.id,
            "participant": one.participant_id,
            "kind": one.kind,
            "about": one.about or None,
            "value": one.value,
            "way": one.way,
            "recorded_by": one.recorded_by,
            "paper": one.paper,
            "at": one.at,
        }
        for one in db.scalars(rows)
        # Nobody else sees that time was taken, or that somebody wants to talk first, before they say so.
        if one.kind != "took-time" or one.participant_id == seat.participant_id
    ]


def _declarations(db: Db, seat: Seat, level: Level) -> list[Plain]:
    rows = select(Declaration).where(Declaration.case_id == seat.case.id, Declaration.replaced_at.is_(None))
    return [
        {
            "id": one.id,
            "mediator": one.participant_id,
            "has_ties": one.has_ties,
            **words_of(db, one, "words"),
            "language": one.language,
            "at": one.at,
        }
        for one in db.scalars(rows.order_by(Declaration.at, Declaration.id))
    ]


def _order(db: Db, seat: Seat, level: Level) -> Plain | None:
    one = db.scalar(select(Order).where(Order.case_id == seat.case.id))
    if one is None:
        return None
    return {
        "id": one.id,
        **words_of(db, one, "terms"),
        "language": one.language,
        "final_date": one.final_date,
        "at": one.at,
    }


def _screenings(db: Db, seat: Seat, level: Level) -> list[Plain]:
    rows = db.execute(
        select(Screening, ScreeningAnswer)
        .outerjoin(ScreeningAnswer, (ScreeningAnswer.screening_id == Screening.id) & _answers_seen(seat, level))
        .where(Screening.case_id == seat.case.id)
        .order_by(Screening.number, ScreeningAnswer.respondent, ScreeningAnswer.question)
    )
    found: dict[str, Plain] = {}
    answered: list[tuple[str, str]] = []
    reported: dict[str, datetime] = {}
    for one, answer in rows:
        if answer is None and level != Level.FULL:
            continue  # whom else the mediator asks, and when again, is not theirs
        plain = found.setdefault(one.id, {"id": one.id, "number": one.number, "answers": []})
        if level == Level.FULL:
            plain |= {
                "outcome": one.outcome,
                "safeguards": _codes(one.safeguards),
                "review_on": one.review_on,
                **words_of(db, one, "words"),
            }
        if answer is not None:
            said = {"respondent": answer.respondent, "question": answer.question, **words_of(db, answer, "answer")}
            plain["answers"].append(said)
            answered += [(answer.respondent, answer.id)] if "deleted" not in said else []
            if said.get("answer") == "yes" and answer.question == "S3" and one.decided_at is None:
                reported[one.id] = answer.at
    note_reads(db, seat, "screening-answer", answered)
    if level == Level.FULL:
        for screening, at in reported.items():
            if _duty_waits(found[screening]) and db.now() - at > DUTY_WAITS:
                found[screening]["warning"] = "employer-duty-unanswered"
    return list(found.values())


def _duty_waits(screening: Plain) -> bool:
    """Whether nobody has said yet what the employer has clarified (S4)."""
    return all(one["question"] != "S4" or one.get("answer") == "unknown" for one in screening["answers"])


def _answers_seen(seat: Seat, level: Level) -> ColumnElement[bool]:
    own = ScreeningAnswer.respondent == seat.participant_id
    return (
        own | while_holding(seat, ScreeningAnswer.at, *seat.workflow.who(Trait.LEADS)) if level == Level.FULL else own
    )


def _codes(text: str) -> list[str]:
    return [code for code in text.split(",") if code]


def _sessions(db: Db, seat: Seat, level: Level) -> list[Plain]:
    rows = select(Meeting).where(Meeting.case_id == seat.case.id).order_by(Meeting.planned_at, Meeting.id)
    return [_session(db, seat, one, level) for one in db.scalars(rows) if _concerns(seat, one, level)]


def _concerns(seat: Seat, one: Meeting, level: Level) -> bool:
    if one.with_participant is not None:
        return sees_full(seat.roles, "separate-meeting") or one.with_participant == seat.participant_id
    # Whoever only hears that a time is booked is not kept waiting for one that was cancelled.
    return level == Level.FULL or (one.kind in _heard(seat) and one.ended_how != "cancelled")


def _heard(seat: Seat) -> frozenset[str]:
    return frozenset(code for code, one in seat.workflow.session_kinds.items() if one.calls & seat.roles)


def _session(db: Db, seat: Seat, one: Meeting, level: Level) -> Plain:
    # What a session is for would tell an interpreter the phase.
    tells = sees(seat.roles, "phase") != Level.NOTHING or len(_heard(seat)) == 1
    plan: Plain = {
        "id": one.id,
        "kind": one.kind if tells else None,
        "form": one.form,
        "planned_at": one.planned_at,
        "planned_minutes": one.planned_minutes,
    }
    if level != Level.FULL:
        return plan
    return plan | {
        "serves": _codes(one.serves),
        "with": one.with_participant,
        **words_of(db, one, "place"),
        "begun_at": one.begun_at,
        "ended_at": one.ended_at,
        "ended_how": one.ended_how,
    }


def _suspensions(db: Db, seat: Seat, level: Level) -> list[Plain]:
    if not seat.suspended:
        return []
    rows = (
        select(Suspension)
        .where(Suspension.case_id == seat.case.id, Suspension.until.is_(None))
        .order_by(Suspension.since)
    )
    if level != Level.FULL:
        # One line, however many causes there are: that it stands still, not why.
        return [{"since": one.since} for one in db.scalars(rows)][:1]
    return [
        {
            "id": one.id,
            "cause": one.cause,
            "review_on": one.review_on,
            "since": one.since,
            **words_of(db, one, "words"),
            "language": one.language,
        }
        for one in db.scalars(rows)
    ]


def _statements(db: Db, seat: Seat, level: Level) -> list[Plain]:
    private = sees_full(seat.roles, "private-statement")
    mine = Statement.participant_id == seat.participant_id
    told = (Statement.audience == "table") & while_holding(seat, Statement.at, *seat.workflow.who(Trait.CONSENTS))
    leading = seat.workflow.who(Trait.LEADS)
    # A mediator who came later reads private words only where their speaker renewed them (workflow.md rule 5).
    heard = while_holding(seat, Statement.at, *leading)
    renewed = Mark.kind == "renewed", Mark.about == Statement.id, Mark.ended_at.is_(None)
    trusted = heard | select(Mark.id).where(*renewed, while_holding(seat, Mark.at, *leading)).exists()
    seen = mine if level == Level.OWN else (mine | told) if not private else ((Statement.audience == "table") | trusted)
    query = select(Statement).where(Statement.case_id == seat.case.id, Statement.replaced_by.is_(None), seen)
    rows = db.scalars(query.order_by(Statement.at, Statement.id)).all()
    note_reads(db, seat, "statement", ((one.participant_id, one.id) for one in rows if not is_gone(db, one, "words")))
    return [
        {
            "id": one.id,
            "participant": one.participant_id,
            "audience": one.audience,
            "topic": one.topic,
            **words_of(db, one, "words"),
            "language": one.language,
            "way": one.way,
            "recorded_by": one.recorded_by,
            "released_from": one.released_from if private or one.participant_id == seat.participant_id else None,
            "at": one.at,
        }
        for one in rows
    ]


def _notes(db: Db, seat: Seat, level: Level) -> list[Plain]:
    rows = (
        select(Note).where(Note.case_id == seat.case.id, Note.author == seat.participant_id).order_by(Note.at, Note.id)
    )
    return [
        {"id": one.id, **words_of(db, one, "words"), "language": one.language, "at": one.at} for one in db.scalars(rows)
    ]


def _problem_statements(db: Db, seat: Seat, level: Level) -> list[Plain]:
    rows = db.execute(
        select(ProblemStatement, ProblemText, Issue)
        .join(ProblemText, ProblemText.problem_statement_id == ProblemStatement.id)
        .outerjoin(Issue, Issue.problem_statement_id == ProblemStatement.id)
        .where(ProblemStatement.case_id == seat.case.id)
        .order_by(ProblemStatement.version, ProblemText.language, Issue.position)
    ).all()
    texts = {text.id: (one, text) for one, text, _ in rows}
    there = {one.id: None for one, text in texts.values() if not is_gone(db, text, "words")}
    note_reads(db, seat, "problem-statement", ((JOINT, one) for one in there))
    found: dict[str, Plain] = {}
    for one, text in texts.values():
        plain = found.setdefault(
            one.id, {"id": one.id, "version": one.version, "at": one.at, "texts": {}, "issues": []}
        )
        plain["texts"][text.language] = words_of(db, text, "words", "goals")
    for issue in {issue.id: issue for *_, issue in rows if issue is not None}.values():
        plain = found[issue.problem_statement_id]
        plain["issues"].append({"id": issue.id, **words_of(db, issue, "words"), "state": issue.state})
    return list(found.values())


def _options(db: Db, seat: Seat, level: Level) -> list[Plain]:
    rows = db.scalars(select(Option).where(Option.case_id == seat.case.id).order_by(Option.number)).all()
    note_reads(db, seat, "option", ((one.proposed_by, one.id) for one in rows if not is_gone(db, one, "words")))
    return [
        {
            "id": one.id,
            "number": one.number,
            "proposed_by": one.proposed_by,
            **words_of(db, one, "words"),
            "language": one.language,
            "state": one.state,
            "reason": remaining(db, one, "reason"),
            "way": one.way,
            "recorded_by": one.recorded_by,
            "at": one.at,
        }
        for one in rows
    ]


def _agreements(db: Db, seat: Seat, level: Level) -> list[Plain]:
    if reads_annexes(seat):
        return [{"version": one.agreement.version, "state": one.state} for one in annexes_of(db, seat)]
    rows = select(Agreement).where(Agreement.case_id == seat.case.id).order_by(Agreement.version)
    if level != Level.FULL:
        rows = rows.where(signed_and_sealed(seat))
    # To who left, what they signed stays as it was sealed: what replaced it was made after they left.
    return [
        {"version": one.version, "state": one.state if level == Level.FULL else "sealed", "sealed_at": one.sealed_at}
        for one in db.scalars(rows)
    ]


def _notices(db: Db, seat: Seat, level: Level) -> list[Plain]:
    rows = select(Notice).where(Notice.case_id == seat.case.id).order_by(Notice.at, Notice.audience)
    if level != Level.FULL:
        own = {role for role in seat.roles if sees(frozenset({role}), "notice") == Level.OWN}
        rows = rows.where(Notice.audience.in_([one for one, role in NOTICE_AUDIENCES.items() if role in own]))
    return [{"audience": one.audience, **words_of(db, one, "words"), "at": one.at} for one in db.scalars(rows)]


_SECTIONS: tuple[tuple[str, str, Callable[[Db, Seat, Level], Any]], ...] = (
    ("participants", "participants", _participants),
    ("marks", "mark", _marks),
    ("declarations", "declaration", _declarations),
    ("order", "order", _order),
    ("screenings", "screening", _screenings),
    ("sessions", "session-plan", _sessions),
    ("suspensions", "suspension", _suspensions),
    ("statements", "table-statement", _statements),
    ("notes", "note", _notes),
    ("problem_statements", "problem-statement", _problem_statements),
    ("options", "option", _options),
    ("agreements", "agreement", _agreements),
    ("notices", "notice", _notices),
)


def list_cases(
    db: Db,
    workflows: Mapping[str, Workflow],
    person_id: str,
    *,
    after: str = "",
    limit: int = 50,
    only: Trait | None = None,
) -> list[Plain]:
    """The cases at which a person has a seat other than the commissioner's, by number, in one statement (keyset paging).

    With `only`, those at which the seat holds a role with that trait.
    """
    seated = select(Participant.case_id).join(RoleHeld, RoleHeld.participant_id == Participant.id)
    mine = seated.where(
        Participant.person_id == person_id,
        Participant.left_at.is_(None),
        RoleHeld.until.is_(None),
        # Who ordered or is only informed has a status, or a letter, at most.
        ~with_trait(workflows, Trait.ORDERS, Trait.INFORMED) if only is None else with_trait(workflows, only),
        opens(workflows),
        Participant.number > after,
    )
    query = (
        mine.add_columns(Participant.number, Case.workflow, Case.phase, Case.rung, Case.outcome, RoleHeld.role)
        .join(Case, Case.id == Participant.case_id)
        .order_by(Participant.number, RoleHeld.role)
        .limit(limit * _MOST_ROLES)
    )
    found: dict[str, Plain] = {}
    for _, number, workflow, phase, rung, outcome, role in db.execute(query):
        plain = found.setdefault(number, {"number": number, "workflow": workflow, "roles": []})
        plain["roles"].append(role)
        level = sees(workflows[workflow].held([role]), "phase")
        if level == Level.FULL:
            plain["phase"] = phase
        elif level != Level.NOTHING:
            plain.setdefault("status", rung_shown(workflows[workflow], rung, outcome))
    return list(found.values())[:limit]
