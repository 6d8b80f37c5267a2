"""Cases: a matter is referred, mediation ordered, a mediator assigned, and the commissioner hands over."""

from collections.abc import Sequence
from typing import Annotated

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import unsend
from mediation.acts.attendance_bases import BASES
from mediation.acts.choosing import can_lead, can_order
from mediation.acts.complaints import provider_of
from mediation.acts.new_cases import add_under_a_number, new_case
from mediation.acts.participants import Someone, end_roles, join, leave_role
from mediation.acts.referrals import ReferralDetails, write_referral
from mediation.acts.signatories import signing_roles
from mediation.acts.terms import renew_terms
from mediation.case import record
from mediation.case.access import opens
from mediation.case.seat import take_office
from mediation.case.visibility import Level, sees
from mediation.errors import Malformed, NotFound, NotPermitted, NotYet
from mediation.people.directory import checked_name, find_person, person_name
from mediation.people.mailboxes import mailbox
from mediation.store.database import Db
from mediation.store.models import AttendanceBasis, Case, Office, Participant, RoleHeld, put
from mediation.words.catalogue import known_language
from mediation.words.fields import LINE, PEOPLE, checked, one_of
from mediation.words.names import folded, not_told_apart
from mediation.workflow.declaration import Trait, Workflow
from mediation.workflow.declared import WORKFLOWS, declared_choices
from mediation.workflow.facts import CaseState, case_state
from mediation.workflow.facts_loading import load_facts

Leading = Annotated[str, declared_choices(lambda workflow: sorted(workflow.who(Trait.LEADS)))]
NOTHING_MORE = ReferralDetails()


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
    after: str | None = None,
    details: ReferralDetails = NOTHING_MORE,
) -> Case:
    """Bring a matter to mediation for an organisation; gives the new case, in its first phase.

    The referring person holds the office of hr there, and becomes the commissioner, or that of mediator, and names
    an hr person as `commissioner_id`. The commissioner keeps seeing the referral as it was written.
    `details` are what it says besides its subject. `after` is the number of a closed case in which the referrer has a
    seat: a re-mediation, which gives nobody access to the old case.

    Refuses with `office-needed`, `commissioner-needed`, `too-many-parties`, `case-not-found` or `case-still-open` for
    `after`, `too-many-people`, `named-twice` (both judged by the referral alone: the referrer must not learn who is known to
    us, and at which address), `initiator-not-named` where a workflow has no such role (nobody could keep their name from the
    others), and texts over their limits.
    """
    commissioner = _commissioner(db, person_id, organisation_id, commissioner_id)
    initiates = workflow.first(Trait.INITIATES)
    if initiator is not None and initiates is None:
        raise Malformed("initiator-not-named", field="initiator")
    _check_people(db, parties, initiator)
    one_of(attendance_basis, BASES, "attendance_basis")
    linked_to = _closed_case(db, person_id, after) if after else None
    case = new_case(db, workflow, organisation_id, known_language(language), attendance_basis)
    case.linked_to = linked_to
    named = [{"name": _name(db, one), "capacity": one.capacity} for one in parties]
    put(db, case, "referral", {"subject": checked(subject, "subject", LINE), "language": language, "parties": named})
    add_under_a_number(db, case)
    state = case_state(case)
    referrer = _join_who_orders(db, workflow, state, person_id, commissioner)
    joined = [(join(db, workflow, state, one, workflow.first(Trait.CONSENTS)), one) for one in parties]
    _keep_bases(db, case, [party for party, _ in joined], referrer)
    if initiator is not None:
        join(db, workflow, state, initiator, initiates)
    words = [subject, *write_referral(db, state, referrer, details, joined, language)]
    record.append(db, state, "refer", actor=referrer.id, about=[attendance_basis], words=words)
    return case


def _commissioner(db: Db, person_id: str, organisation_id: str, named: str | None) -> str:
    """Who commissions the case: whom the referrer names, or the referrer in the office of hr."""
    held = take_office(db, person_id, "hr", "mediator").get(organisation_id, frozenset())
    if not held:
        raise NotPermitted("office-needed", offices=("hr", "mediator"))
    commissioner = named or (person_id if "hr" in held else None)
    office = select(Office.id).filter_by(
        person_id=commissioner, organisation_id=organisation_id, office="hr", until=None
    )
    if commissioner is None or db.scalar(office) is None:
        raise Malformed("commissioner-needed", field="commissioner")
    return commissioner


def _join_who_orders(db: Db, workflow: Workflow, case: CaseState, person_id: str, commissioner: str) -> Participant:
    """Let the commissioner join, and who refers, if that is somebody else; gives who refers."""
    orderer = workflow.first(Trait.ORDERS)
    join(db, workflow, case, Someone(person_id=commissioner), orderer)
    return join(db, workflow, case, Someone(person_id=person_id), orderer if person_id == commissioner else None)


def _keep_bases(db: Db, case: Case, parties: Sequence[Participant], referrer: Participant) -> None:
    for position, party in enumerate(parties):
        row = AttendanceBasis(id=db.new_id(), case_id=case.id, participant_id=party.id, number=1, position=position)
        row.basis, row.set_by, row.at = case.attendance_basis, referrer.id, db.now()
        db.add(row)


def _check_people(db: Db, parties: Sequence[Someone], initiator: Someone | None) -> None:
    if len(parties) > PEOPLE:
        raise Malformed("too-many-parties", field="parties", limit=PEOPLE)
    if len(parties) + (initiator is not None) > PEOPLE:
        raise NotYet("too-many-people", limit=PEOPLE)
    _check_named_once(db, parties)


def _check_named_once(db: Db, parties: Sequence[Someone]) -> None:
    """Refuse with `named-twice` two parties who would be one person: the case would have fewer than were named."""
    chosen = [one.person_id for one in parties if one.person_id]
    named = [(folded(one.name), mailbox(one.email)) for one in parties if one.email and not one.person_id]
    # Of a person named by id, too, the name alone counts: whether the address is theirs would be told by the refusal.
    names = {folded(_name(db, one)) for one in parties if one.person_id}
    once = len(set(chosen)) == len(chosen) and len(set(named)) == len(named)
    if not once or names & {name for name, _ in named}:
        raise Malformed("named-twice", field="parties")


def _closed_case(db: Db, person_id: str, number: str) -> str:
    seated = (
        select(Case.id, Case.workflow, Case.outcome, RoleHeld.role)
        .join(Participant, Participant.case_id == Case.id)
        .join(RoleHeld, RoleHeld.participant_id == Participant.id)
        .where(Case.number == number, Participant.person_id == person_id)
        .where(Participant.left_at.is_(None), RoleHeld.until.is_(None))
        .where(opens(WORKFLOWS))
    )
    found = db.execute(seated).all()
    # Not everybody who once took part in a case may know whether it has ended.
    held = WORKFLOWS[found[0].workflow].roles_of(one.role for one in found) if found else ()
    if sees(held, "phase") == Level.NOTHING:
        raise NotFound("case-not-found")
    if found[0].outcome is None:
        raise NotYet("case-still-open")
    return str(found[0].id)


def namesakes(db: Db, parties: Sequence[Someone]) -> list[str]:
    """The names that several of the parties to a referral have, where no capacity tells who is who."""
    return not_told_apart((_name(db, one), one.capacity) for one in parties)


def _name(db: Db, one: Someone) -> str:
    return person_name(db, find_person(db, one.person_id)) if one.person_id else checked_name(one.name)


@act("assign-mediator")
def assign_mediator(case: Acting, person_id: str, *, role: Leading | None = None) -> Participant:
    """The commissioner or an administrator gives the case a mediator or a co-mediator, external or a trained member of staff.

    A new mediator replaces the one before, who leaves the case; notes stay with their author. The same
    again changes nothing. Where no role is named it is that of who leads alone. Refuses with `cannot-be-chosen` (see
    `choosing`).
    """
    workflow = case.seat.workflow
    role = one_of(role or workflow.first(Trait.SOLE) or "", workflow.who(Trait.LEADS), "role")
    current = (
        select(Participant)
        .join(RoleHeld, RoleHeld.participant_id == Participant.id)
        .where(Participant.case_id == case.id, Participant.person_id == person_id, Participant.left_at.is_(None))
        .where(RoleHeld.role == role, RoleHeld.until.is_(None))
    )
    chosen = can_lead(case.db, case.seat, person_id, role)
    there = case.db.scalar(current)
    if there is not None:
        return there
    if not chosen:
        raise NotPermitted("cannot-be-chosen")
    if role in signing_roles(case.db, case.seat):  # a text that was sent names who was to sign it before
        unsend.write(case.db, case.seat, load_facts(case.db, case.seat.case))
    if role in workflow.who(Trait.SOLE):
        _make_way(case, person_id)
    participant = join(case.db, workflow, case.seat.case, Someone(person_id=person_id), role)
    if role in workflow.who(Trait.SOLE):
        case.db.get_one(Case, case.id).provider_id = provider_of(case.db, case.seat.case, person_id)
    renew_terms(case, joins=True)
    case.record(participant.id, role)
    case.tell([participant.id])
    return participant


def _make_way(case: Acting, successor: str) -> None:
    """Let the previous mediator leave; a co-mediator who takes over stops being co-mediator."""
    workflow = case.seat.workflow
    sole = workflow.roles_of(workflow.who(Trait.SOLE))
    for former in case.those_in(*sole):
        end_roles(case.db, former)
        leave_role(case.db, case.id, former, *sole)
        case.db.get_one(Participant, former).left_how = "replaced"
    for promoted in case.rows(Participant, person_id=successor, left_at=None):
        end_roles(case.db, promoted.id, *workflow.who(Trait.LEADS))


@act("hand-over")
def hand_over(case: Acting, person_id: str) -> Participant:
    """The commissioner hands the case over to a colleague of the same office, and sees it no more (workflow.md rule 10).

    Refuses with `cannot-be-chosen` (see `choosing`).
    """
    orderer = next(one for one in case.seat.roles if Trait.ORDERS in one.traits)
    if not can_order(case.db, case.seat, person_id, orderer):
        raise NotPermitted("cannot-be-chosen")
    joined = join(case.db, case.seat.workflow, case.seat.case, Someone(person_id=person_id), orderer)
    if joined.id != case.doer.id:
        end_roles(case.db, case.doer.id, orderer)
        case.record(joined.id)
        case.tell([joined.id])
    return joined
