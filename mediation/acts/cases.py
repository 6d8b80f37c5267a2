"""A case and its participants: refer, order, assign, declare and answer ties, invite, agree, undertake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from mediation import outbox, record
from mediation.acts.marks import leave_mark
from mediation.database import Db
from mediation.errors import Malformed, NotFound, NotPermitted, NotYet
from mediation.facts import CaseState
from mediation.keyring import DeletionClock, KeyName
from mediation.limits import LINE, SHORT, TEXT, checked, one_of
from mediation.models import Case, CaseNumber, Declaration, Mark, Office, Order, Participant, Person, RoleHeld, get, put
from mediation.people import add_person, find_person, person_email, person_name
from mediation.seat import OWN, Manner, Seat, find_participant, permit, take_office
from mediation.status import NOT_STARTED
from mediation.words import known_language
from mediation.workflow import Role, Workflow

ATTENDANCE = ("voluntary", "employer-required")
MEDIATING = (Role.MEDIATOR, Role.CO_MEDIATOR)
ADDABLE = (
    Role.PARTY,
    Role.SUPPORT_PERSON,
    Role.INTERPRETER,
    Role.EMPLOYER_REPRESENTATIVE,
    Role.COMMUNITY_MEMBER,
    Role.INITIATOR,
)


@dataclass(frozen=True)
class Someone:
    """A person as somebody names them: known already (`person_id`), or by name, language and, if any, e-mail address."""

    name: str = ""
    language: str = "fi"
    email: str | None = None
    capacity: str = ""
    person_id: str | None = None


def refer(
    db: Db,
    workflow: Workflow,
    person_id: str,
    *,
    organisation_id: str,
    language: str,
    subject: str,
    parties: Sequence[Someone],
    initiator: Someone | None = None,
    commissioner_id: str | None = None,
    attendance_basis: str = "voluntary",
) -> Case:
    """Bring a matter to mediation for an organisation; gives the new case, in its first phase.

    The referring person holds the office of hr there, and becomes the commissioner, or that of mediator, and names
    an hr person as `commissioner_id`. The commissioner keeps seeing what the referral says, never what it becomes.
    Refuses with `office-needed`, `commissioner-needed`, `too-many-parties` (50) and texts over their limits.
    """
    offices = take_office(db, person_id, "hr", "mediator")
    commissioner = _commissioner(
        db, offices.get(organisation_id, frozenset()), person_id, organisation_id, commissioner_id
    )
    if len(parties) > 50:
        raise Malformed("too-many-parties", field="parties", limit=50)
    one_of(attendance_basis, ATTENDANCE, "attendance_basis")
    case = Case(
        id=db.new_id(),
        number=_next_number(db),
        workflow=workflow.code,
        organisation_id=organisation_id,
        language=known_language(language),
        attendance_basis=attendance_basis,
        phase=workflow.initial.code,
        rung=NOT_STARTED,
        version=0,
        head="",
        created_at=db.now(),
    )
    db.keys.keyring.make(
        KeyName(case.id, clock) for clock in (DeletionClock.CONTENT, DeletionClock.AGREEMENT, DeletionClock.RECORD)
    )
    named = [{"name": _name(db, one), "capacity": one.capacity} for one in parties]
    put(db, case, "referral", {"subject": checked(subject, "subject", LINE), "language": language, "parties": named})
    db.add(case)
    db.flush()
    state = _state(case)
    join(db, state, Someone(person_id=commissioner), Role.COMMISSIONER)
    referrer = join(db, state, Someone(person_id=person_id), Role.COMMISSIONER if person_id == commissioner else None)
    for one in parties:
        join(db, state, one, Role.PARTY)
    if initiator is not None:
        join(db, state, initiator, Role.INITIATOR)
    record.append(db, state, "refer", actor=referrer.id, about=[attendance_basis], words=[subject])
    return case


def _commissioner(db: Db, offices: frozenset[str], person_id: str, organisation_id: str, named: str | None) -> str:
    if not offices:
        raise NotPermitted("office-needed", offices=("hr", "mediator"))
    chosen = named or (person_id if "hr" in offices else None)
    holds = select(Office.id).where(
        Office.person_id == chosen,
        Office.organisation_id == organisation_id,
        Office.office == "hr",
        Office.until.is_(None),
    )
    if chosen is None or db.scalar(holds) is None:
        raise Malformed("commissioner-needed", field="commissioner_id")
    return chosen


def _next_number(db: Db) -> str:
    year = db.today().year
    raised = (
        update(CaseNumber).where(CaseNumber.year == year).values(last=CaseNumber.last + 1).returning(CaseNumber.last)
    )
    last = db.scalar(raised)
    if last is None:
        try:
            with db.begin_nested():
                db.execute(insert(CaseNumber).values(year=year, last=1))
            last = 1
        except IntegrityError:  # another process began the year between our look and our write
            last = db.scalar(raised)
    return f"{year}-{last:04}"


def _state(case: Case) -> CaseState:
    return CaseState(
        case.id,
        case.number,
        case.workflow,
        case.organisation_id,
        case.language,
        case.attendance_basis,
        case.phase,
        case.rung,
        case.version,
        case.head,
        case.outcome,
    )


def _name(db: Db, one: Someone) -> str:
    return person_name(db, find_person(db, one.person_id)) if one.person_id else checked(one.name, "name", SHORT)


def join(db: Db, case: CaseState, one: Someone, role: Role | None, *, supports: str | None = None) -> Participant:
    """Give someone a place at the case and a role; part of an act that records itself.

    Refuses with `roles-exclude`: who is a party is neither commissioner nor employer representative (workflow.md rule 10).
    """
    person = (
        find_person(db, one.person_id)
        if one.person_id
        else add_person(db, one.name, known_language(one.language), one.email)
    )
    where = Participant.case_id == case.id, Participant.person_id == person.id, Participant.left_at.is_(None)
    participant = db.scalar(select(Participant).where(*where)) or _new_participant(db, case, person, one)
    if supports is not None:
        participant.supports = supports
    held = set(
        db.scalars(select(RoleHeld.role).where(RoleHeld.participant_id == participant.id, RoleHeld.until.is_(None)))
    )
    if role is not None and role not in held:
        _refuse_both(held | {role})
        give_role(db, case.id, participant.id, role)
    db.flush()
    return participant


def give_role(db: Db, case_id: str, participant_id: str, role: Role) -> None:
    """Let a participant hold a role from now on; part of an act that records itself."""
    db.add(RoleHeld(id=db.new_id(), case_id=case_id, participant_id=participant_id, role=role, since=db.now()))
    db.flush()


def _refuse_both(roles: set[str]) -> None:
    if Role.PARTY in roles and roles & {Role.COMMISSIONER, Role.EMPLOYER_REPRESENTATIVE, *MEDIATING}:
        raise NotPermitted("roles-exclude")
    if roles & set(MEDIATING) and roles & {Role.COMMISSIONER, Role.SUPPORT_PERSON, Role.EMPLOYER_REPRESENTATIVE}:
        raise NotPermitted("roles-exclude")


def _new_participant(db: Db, case: CaseState, person: Person, one: Someone) -> Participant:
    row = Participant(
        id=db.new_id(), case_id=case.id, person_id=person.id, language=person.language, joined_at=db.now()
    )
    put(db, row, "name", checked(one.name, "name", SHORT) if one.name else person_name(db, person))
    email = person_email(db, person)
    if email:
        put(db, row, "email", email)
    if one.capacity:
        put(db, row, "capacity", checked(one.capacity, "capacity", SHORT))
    db.add(row)
    db.flush()
    return row


def order_mediation(db: Db, seat: Seat, *, terms: str, language: str, final_date: date | None = None) -> Order:
    """The commissioner orders the mediation: engagement terms, final date, what happens if it fails (`terms` say it).

    The same order again gives the one that stands. Refuses with `date-not-ahead` a final date that is not ahead.
    """
    doer = permit(db, seat, "order-mediation")
    standing = db.scalar(select(Order).where(Order.case_id == seat.case.id))
    if standing is not None:
        return standing
    if final_date is not None and final_date <= db.today():
        raise Malformed("date-not-ahead", field="final_date")
    order = Order(
        id=db.new_id(),
        case_id=seat.case.id,
        language=known_language(language),
        final_date=final_date,
        ordered_by=doer.id,
        at=db.now(),
    )
    put(db, order, "terms", checked(terms, "terms", TEXT))
    db.add(order)
    db.flush()
    record.append(db, seat.case, "order-mediation", actor=doer.id, about=[order.id], words=[terms])
    return order


def assign_mediator(db: Db, seat: Seat, person_id: str, *, role: str = Role.MEDIATOR) -> Participant:
    """The commissioner gives the case a mediator or a co-mediator, external or a trained member of staff.

    A new mediator takes the place of the one before, who leaves the case; notes stay with their author.
    Refuses with `mediator-office-needed` a person who holds no office of mediator.
    """
    doer = permit(db, seat, "assign-mediator")
    one_of(role, MEDIATING, "role")
    find_person(db, person_id)
    if (
        db.scalar(
            select(Office.id).where(Office.person_id == person_id, Office.office == "mediator", Office.until.is_(None))
        )
        is None
    ):
        raise Malformed("mediator-office-needed", field="person_id")
    if role == Role.MEDIATOR:
        _release_mediator(db, seat, person_id)
    participant = join(db, seat.case, Someone(person_id=person_id), Role(role))
    record.append(db, seat.case, "assign-mediator", actor=doer.id, about=[participant.id, role])
    outbox.announce(db, seat.case.id, "something-waits", [participant.id])
    return participant


def _release_mediator(db: Db, seat: Seat, successor: str) -> None:
    former = (
        select(Participant)
        .join(RoleHeld, RoleHeld.participant_id == Participant.id)
        .where(
            Participant.case_id == seat.case.id,
            Participant.person_id != successor,
            RoleHeld.role == Role.MEDIATOR,
            RoleHeld.until.is_(None),
        )
    )
    for one in db.scalars(former).all():
        held = RoleHeld.participant_id == one.id, RoleHeld.until.is_(None)
        db.execute(update(RoleHeld).where(*held).values(until=db.now()))
        give_role(db, seat.case.id, one.id, Role.FORMER_MEDIATOR)
        one.left_how = "replaced"


def declare_ties(db: Db, seat: Seat, *, has_ties: bool, words: str, language: str) -> Declaration:
    """A mediator declares ties, or that there are none, to all parties; each of them answers anew.

    Source: European Code of Conduct for Mediators (independence and impartiality).
    """
    doer = permit(db, seat, "declare-ties")
    earlier = Declaration.participant_id == doer.id, Declaration.replaced_at.is_(None)
    db.execute(update(Declaration).where(*earlier).values(replaced_at=db.now()))
    row = Declaration(
        id=db.new_id(),
        case_id=seat.case.id,
        participant_id=doer.id,
        has_ties=has_ties,
        language=known_language(language),
        at=db.now(),
    )
    put(db, row, "words", checked(words, "words", LINE))
    db.add(row)
    db.flush()
    record.append(
        db, seat.case, "declare-ties", actor=doer.id, about=[row.id, "ties" if has_ties else "none"], words=[words]
    )
    outbox.announce(db, seat.case.id, "something-waits", _parties(db, seat))
    return row


def _parties(db: Db, seat: Seat) -> Sequence[str]:
    held = select(RoleHeld.participant_id).where(
        RoleHeld.case_id == seat.case.id, RoleHeld.role == Role.PARTY, RoleHeld.until.is_(None)
    )
    return db.scalars(held).all()


def answer_ties(db: Db, seat: Seat, declaration_id: str, answer: str, manner: Manner = OWN) -> Mark:
    """A party accepts a declaration or objects to the mediator; no reason is asked. Refuses with `declaration-not-found`."""
    doer = permit(db, seat, "answer-ties", manner)
    one_of(answer, ("accepted", "objected"), "answer")
    declaration = db.get(Declaration, declaration_id)
    if declaration is None or declaration.case_id != seat.case.id or declaration.replaced_at is not None:
        raise NotFound("declaration-not-found")
    return leave_mark(db, seat, doer, "answer-ties", "ties-answered", about=declaration_id, value=answer)


def add_participant(db: Db, seat: Seat, one: Someone, role: str, *, supports: str | None = None) -> Participant:
    """The mediator adds a party, a companion, an employer representative or somebody who is only informed.

    Refuses with `choice-unknown` another role, `party-needed` a support person of no party, and like `join`.
    """
    doer = permit(db, seat, "add-participant")
    one_of(role, ADDABLE, "role")
    if role == Role.SUPPORT_PERSON and (supports is None or Role.PARTY not in find_participant(db, seat, supports)[1]):
        raise Malformed("party-needed", field="supports")
    participant = join(db, seat.case, one, Role(role), supports=supports)
    record.append(db, seat.case, "add-participant", actor=doer.id, about=[participant.id, role])
    return participant


def release_companion(db: Db, seat: Seat, participant_id: str) -> None:
    """Let a support person, an interpreter or an employer representative leave the case. Refuses with `not-a-companion`."""
    doer = permit(db, seat, "release-companion")
    participant, roles = find_participant(db, seat, participant_id)
    if roles & {Role.PARTY, Role.COMMISSIONER, *MEDIATING}:
        raise NotPermitted("not-a-companion")
    participant.left_at, participant.left_how = db.now(), "released"
    held = RoleHeld.participant_id == participant_id, RoleHeld.until.is_(None)
    db.execute(update(RoleHeld).where(*held).values(until=db.now()))
    db.flush()
    record.append(db, seat.case, "release-companion", actor=doer.id, about=[participant_id])


def undertake_confidentiality(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A companion undertakes to keep what is heard; own hand only."""
    doer = permit(db, seat, "undertake-confidentiality", manner)
    return leave_mark(db, seat, doer, "undertake-confidentiality", "undertook-confidentiality")


def invite(db: Db, seat: Seat, participant_id: str) -> Mark:
    """Invite a party: the letter says that an invitation waits. Twice gives the same, one letter. Refuses with `not-a-party`."""
    doer = permit(db, seat, "invite")
    participant, roles = find_participant(db, seat, participant_id)
    if Role.PARTY not in roles:
        raise NotPermitted("not-a-party")
    before = seat.case.version
    mark = leave_mark(db, seat, doer, "invite", "invited", whose=participant.id)
    if seat.case.version != before:
        mediator = get(db, db.get_one(Participant, doer.id), "name")
        params = {"mediator": mediator, "attendance_basis": seat.case.attendance_basis}
        outbox.announce(db, seat.case.id, "invitation", [participant.id], params=params, about=mark.id)
    return mark


def agree_to_mediate(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A party agrees to mediate: freely, by own hand, and never to be inferred from attendance (workflow.md rule 1)."""
    doer = permit(db, seat, "agree-to-mediate", manner)
    return leave_mark(db, seat, doer, "agree-to-mediate", "agreed-to-mediate", value="given")


def decline_to_mediate(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A party does not agree to mediate; no reason is asked. After having agreed, leaving is a withdrawal."""
    doer = permit(db, seat, "decline-to-mediate", manner)
    if seat.case.phase != seat.workflow.initial.code:
        raise NotYet("withdraw-instead")
    return leave_mark(db, seat, doer, "decline-to-mediate", "agreed-to-mediate", value="declined")


def waive_separate_meeting(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A party does without an own separate meeting. Refuses with `meeting-required` where attendance is required."""
    doer = permit(db, seat, "waive-separate-meeting", manner)
    if seat.case.attendance_basis == "employer-required":
        raise NotYet("meeting-required")
    return leave_mark(db, seat, doer, "waive-separate-meeting", "waived-separate-meeting")
