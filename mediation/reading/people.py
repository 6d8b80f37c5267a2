"""Who takes part in a case, what they have accepted, and the mediators' ties."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from mediation.acts.acting import ACTS
from mediation.acts.calls import CALLED, known_to
from mediation.acts.companions import interprets
from mediation.acts.referrals import permit_naming
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.people.new_addresses import waits
from mediation.reading.interpreted import InterpretedLine, interpreted_line
from mediation.reading.meetings import is_of_some
from mediation.reading.parts import Lines, Part, rows_of
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Declaration, InterpreterService, Mark, Meeting, Participant, RoleHeld, remaining
from mediation.words.catalogue import LANGUAGES
from mediation.words.names import folded, not_told_apart
from mediation.workflow.declaration import Trait


@view
class PersonLine:
    """Somebody who takes part, by name and roles."""

    id: str
    name: str | None
    capacity: str | None
    deleted: IfSeen[bool] = ABSENT
    roles: list[str]


@view
class ParticipantLine(PersonLine):
    """Somebody who takes part. For mediators: `missed` counts the sessions at which they were absent.

    `own_language` (ISO 639) is one's own; an interpreter reads it of the parties whom they are called with, the mediators
    of everybody. `address_waits` is true while another e-mail address of theirs was asked for and is not proven yet.

    `same_name` is true where somebody else has this name, and no capacity tells who is who. `service` is the one whose
    undertaking of confidentiality binds an interpreter.
    """

    language: IfSeen[str] = ABSENT
    own_language: IfSeen[str | None] = ABSENT
    capacities: IfSeen[Mapping[str, str] | None] = ABSENT
    supports: IfSeen[str | None] = ABSENT
    has_email: IfSeen[bool] = ABSENT
    address_waits: IfSeen[bool] = ABSENT
    missed: IfSeen[int] = ABSENT
    same_name: IfSeen[bool] = ABSENT
    service: IfSeen[str | None] = ABSENT


@view
class MarkLine:
    """What a participant accepted, attended, answered or undertook, and how that came; `interpreted` where the words were."""

    id: str
    participant: str
    kind: str
    about: str | None
    value: str
    way: str
    recorded_by: str
    paper: str | None
    at: datetime
    interpreted: IfSeen[InterpretedLine] = ABSENT


@view
class DeclarationLine:
    """A mediator's declaration of ties."""

    id: str
    mediator: str
    has_ties: bool
    words: str | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    at: datetime


P = TypeVar("P", bound=PersonLine)


class _Present(NamedTuple):
    """Somebody who takes part now; `heard` is whether the reader is an interpreter who is called with them."""

    one: Participant
    roles: list[str]
    has_email: bool
    address_waits: bool
    missed: int
    heard: bool
    service: InterpreterService | None


def read_participants(db: Db, seat: Seat, level: Level) -> list[ParticipantLine]:
    """Who takes part now, by name: an order that says nothing of who was first."""
    there = list(_present(db, seat))
    if not sees_full(seat.roles, "mark"):
        return _by_name([_as_others_see(db, seat, each) for each in there])
    people = [
        # A neutral count of sessions missed, for the mediator alone (workflow.md rule 9).
        shown(
            db,
            ParticipantLine,
            each.one,
            roles=each.roles,
            has_email=each.has_email,
            address_waits=each.address_waits,
            missed=each.missed,
            service=each.service and remaining(db, each.service, "service"),
        )
        for each in there
    ]
    namesakes = {folded(name) for name in not_told_apart((one.name, one.capacity) for one in people)}
    return _by_name([replace(one, same_name=folded(one.name) in namesakes) for one in people])


def _as_others_see(db: Db, seat: Seat, each: _Present) -> ParticipantLine:
    level, own = sees(seat.roles, "own-language"), each.one.id == seat.participant_id
    heard = level == Level.SHARED and each.heard and not seat.workflow.who(Trait.CONSENTS).isdisjoint(each.roles)
    told = remaining(db, each.one, "own_language") if heard or (own and level >= Level.OWN) else ABSENT
    return ParticipantLine(**vars(shown(db, PersonLine, each.one, roles=each.roles)), own_language=told)


def read_people(db: Db, seat: Seat, level: Level) -> list[PersonLine]:
    """The names and roles of who takes part now."""
    return _by_name([shown(db, PersonLine, each.one, roles=each.roles) for each in _present(db, seat)])


def _present(db: Db, seat: Seat) -> Iterator[_Present]:
    absent = Mark.kind == "attended", Mark.value == "absent", Mark.ended_at.is_(None)
    missed = select(func.count()).where(Mark.participant_id == Participant.id, *absent).scalar_subquery()
    rows = db.execute(
        select(
            columns(Participant, ParticipantLine),
            RoleHeld.role,
            Participant.email.is_not(None),
            waits(db.now()),
            missed,
            _heard(seat),
            InterpreterService,
        )
        .outerjoin(RoleHeld, (RoleHeld.participant_id == Participant.id) & RoleHeld.until.is_(None))
        .outerjoin(InterpreterService, InterpreterService.participant_id == Participant.id)
        .where(Participant.case_id == seat.case.id, Participant.left_at.is_(None), _known(seat), _may_be_named(seat))
        .order_by(Participant.id, InterpreterService.at)
    )
    for _, group in groupby(rows, key=lambda row: row[0].id):
        held = list(group)
        one, _, has_email, waiting, count, heard, _ = held[0]
        roles = sorted({_role_seen(seat, role) for _, role, *_ in held if role is not None})
        yield _Present(one, roles, has_email, waiting, count, bool(heard), service=held[-1][-1])


def _heard(seat: Seat) -> ColumnElement[bool]:
    """Whether the reader is an interpreter, called to a session with this participant: the table's, or one with them alone."""
    if not interprets(seat.workflow, seat.roles):
        return false()
    mine = Mark.kind == CALLED, Mark.ended_at.is_(None), Mark.participant_id == seat.participant_id
    called = select(Mark.id).where(*mine, Mark.about == Meeting.id).exists()
    alone = Meeting.with_participant == Participant.id
    also = aliased(Mark)
    theirs = (
        also.kind == CALLED,
        also.ended_at.is_(None),
        also.about == Meeting.id,
        also.participant_id == Participant.id,
    )
    of_some = Meeting.kind.in_(seat.workflow.kinds_of_some)
    table = Meeting.with_participant.is_(None) & (~of_some | select(also.id).where(*theirs).exists())
    with_them = (called & (alone | table)) | (table & Meeting.called_by_name.is_(None))
    return select(Meeting.id).where(Meeting.case_id == seat.case.id, with_them).exists()


def _known(seat: Seat) -> ColumnElement[bool]:
    # Who comes only to a separate meeting is named to nobody else (workflow.md rule 16).
    return true() if sees_full(seat.roles, "separate-meeting") else known_to(seat.participant_id)


def _may_be_named(seat: Seat) -> ColumnElement[bool]:
    """Whether a role, and who holds it alone, is for this seat: who brought the matter up is named by own leave alone."""
    given = Mark.kind == "permitted-naming", Mark.value == "yes", Mark.ended_at.is_(None)
    permitted = select(Mark.id).where(Mark.participant_id == Participant.id, *given).exists()
    # Who leads has to know who asked for it, but not beside others who look at the screen.
    known = sees_full(seat.roles, "mark") and permit_naming.permission not in seat.closed
    other = RoleHeld.role.is_(None) | RoleHeld.role.not_in(sorted(seat.workflow.who(Trait.INITIATES)))
    return or_(true() if known else false(), Participant.id == seat.participant_id, other, permitted)


def _by_name(people: list[P]) -> list[P]:
    return sorted(people, key=lambda one: ((one.name or "").casefold(), one.id))


def _role_seen(seat: Seat, role: str) -> str:
    # That a party left is a fact for the table; to everybody else they stay who they were.
    who = seat.workflow.who(Trait.CONSENTS) if sees(seat.roles, "attendance") == Level.NOTHING else ()
    return next((str(one) for one in seat.workflow.roles_of(who) if one.leaves_as == role), role)


def made_by_leaving(
    seat: Seat, at: InstrumentedAttribute[datetime], by: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Whether something came no later than somebody left who has left; what they did themselves is theirs in any case."""
    consenting = seat.workflow.who(Trait.CONSENTS)
    if not {str(one) for one in seat.roles} & {one.leaves_as for one in seat.workflow.roles_of(consenting)}:
        return true()
    held = RoleHeld.participant_id == seat.participant_id, RoleHeld.role.in_(consenting), RoleHeld.until >= at
    return or_(by == seat.participant_id, select(RoleHeld.id).where(*held).exists())


def read_marks(db: Db, seat: Seat, level: Level) -> list[MarkLine]:
    """The marks in force: everyone's, or one's own. Who is called to a session is read there.

    Who came through a mailbox that others read sees none that is one person's alone (workflow.md rule 21).
    """
    return marks_of(db, seat, level, None).lines


def marks_of(db: Db, seat: Seat, level: Level, part: Part | None) -> Lines[MarkLine]:
    """The same, a part of them. Refuses like `rows_of`."""
    current = Mark.case_id == seat.case.id, Mark.ended_at.is_(None), Mark.kind != CALLED
    rows = select(columns(Mark, MarkLine)).where(*current, Mark.kind.not_in(_closed(seat)))
    if level != Level.FULL:
        rows = rows.where(Mark.participant_id == seat.participant_id, made_by_leaving(seat, Mark.at, Mark.recorded_by))
    elif not sees_full(seat.roles, "separate-meeting"):  # beside others who look at the screen
        of_some = select(Meeting.id).where(Meeting.case_id == seat.case.id, is_of_some(seat))
        rows = rows.where(Mark.about.not_in(of_some))
    rows = rows.where(or_(Mark.kind.not_in(_OWN_ALONE), Mark.participant_id == seat.participant_id))
    found = rows_of(db, rows, (Mark.at, Mark.id), part)
    lines = [
        shown(db, MarkLine, one, about=one.about or None, interpreted=interpreted_line(db, one)) for one in found.lines
    ]
    return Lines(lines, found.more)


# Nobody else sees that time was taken before they say so, nor who approved a summary: who did not would be seen by it.
_OWN_ALONE = ("took-time", "approved-summary")


def _closed(seat: Seat) -> list[str]:
    closed = seat.closed
    return sorted({*closed, *(kind for one in ACTS.values() if one.permission in closed for kind in one.leaves)})


def read_declarations(db: Db, seat: Seat, level: Level) -> list[DeclarationLine]:
    """The mediators' declarations of ties that are in force."""
    current = Declaration.case_id == seat.case.id, Declaration.replaced_at.is_(None)
    rows = select(columns(Declaration, DeclarationLine)).where(*current).order_by(Declaration.at, Declaration.id)
    return [shown(db, DeclarationLine, one, mediator=one.participant_id) for one in db.scalars(rows)]


def has_answered_ties(db: Db, seat: Seat) -> bool:
    """Whether this seat has answered, by yes or no, every declaration of ties in force."""
    answered = select(Mark.about).where(
        Mark.participant_id == seat.participant_id, Mark.kind == "ties-answered", Mark.ended_at.is_(None)
    )
    current = Declaration.case_id == seat.case.id, Declaration.replaced_at.is_(None)
    return db.scalar(select(Declaration.id).where(*current, Declaration.id.not_in(answered)).limit(1)) is None


def languages_read(db: Db, seat: Seat) -> list[str]:
    """The languages of those who consent, of ours: in which a text of the table is written."""
    consenting = RoleHeld.role.in_(seat.workflow.who(Trait.CONSENTS)), RoleHeld.until.is_(None)
    held = select(RoleHeld.id).where(RoleHeld.participant_id == Participant.id, *consenting).exists()
    here = Participant.case_id == seat.case.id, Participant.left_at.is_(None), held
    spoken = set(db.scalars(select(Participant.language).where(*here)))
    return [one for one in LANGUAGES if one in spoken]
