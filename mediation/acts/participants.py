"""Participants: who joins a case in which role, is invited, agrees to mediate, undertakes confidentiality, is released."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import Field
from sqlalchemy import select, update

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import unsend
from mediation.acts.attendance_bases import basis_of
from mediation.acts.companions import keep_undertaking
from mediation.acts.marks import leave_mark
from mediation.acts.particulars import ABOVE
from mediation.acts.safeguards import asks_for_separate_meetings
from mediation.acts.series_letters import tell_what_is_ahead
from mediation.acts.terms import renew_terms
from mediation.case.participants import find_participant, those_in
from mediation.case.seat import OWN, Manner, Seat
from mediation.errors import Malformed, NotPermitted, NotYet
from mediation.people.accounts import give_address_in_person
from mediation.people.directory import add_person, checked_name, find_person, person_email, person_name
from mediation.people.sign_in_methods import METHODS, suspend_in_person
from mediation.people.wrong_codes import forget_wrong
from mediation.store.database import Db
from mediation.store.models import Mark, Participant, Person, RoleHeld, put, remaining
from mediation.words.catalogue import known_language
from mediation.words.fields import PEOPLE, AnyLanguage, Email, Flag, Id, checked_line, choices, one_of, sent
from mediation.words.names import composed, not_told_apart
from mediation.words.own_languages import OwnLanguage, known_own_language
from mediation.workflow.declaration import Role, Trait, Workflow
from mediation.workflow.declared import declared_choices
from mediation.workflow.facts import CaseState
from mediation.workflow.facts_loading import load_facts

SAME_NAME, ALREADY_THERE = "same-name", "already-there"
CAPACITY_KEPT, OWN_LANGUAGE_KEPT = "capacity-kept", "own-language-kept"
WARNINGS = SAME_NAME, ALREADY_THERE, CAPACITY_KEPT, OWN_LANGUAGE_KEPT
Joining = Annotated[str, declared_choices(lambda workflow: sorted(workflow.who(Trait.JOINS)))]
WayIn = Annotated[str, choices(METHODS)]


@sent("SomeoneBody")
@dataclass(frozen=True)
class Someone:
    """A person: known already, by `person`, or by name, language and, where they have one, e-mail address."""

    name: str = ""
    language: AnyLanguage = "fi"
    email: Email | None = None
    capacity: Annotated[str, Field(description="What they do at the workplace, as documents print it.")] = ""
    person_id: Annotated[Id | None, Field(alias="person")] = None


class Joined(NamedTuple):
    """Who takes part, by the ids of the participant and the person, and whether they do so newly in this role.

    `capacity_kept` is whether the capacity given was not noted: they have another, or one is given by a correction only.
    `own_language_kept` is whether they had another own language than the one given, which stays.
    """

    id: str
    person_id: str
    anew: bool
    capacity_kept: bool
    own_language_kept: bool


def join(
    db: Db, workflow: Workflow, case: CaseState, one: Someone, role: str | None, *, supports: str | None = None
) -> Participant:
    """Make someone a participant of the case in a role; part of an act that records itself.

    Who takes part already keeps the name and the capacity that they have there. To a party, the commissioner or an employer
    representative who has none it is given by a correction only, which asks rule 10 again and takes back a text that was
    sent for signing. Refuses with `roles-exclude`: a party, or former party, cannot be commissioner, employer representative
    (workflow.md rule 10), companion or mediator; and others cannot make a former party a party again.
    """
    if one.person_id:
        person = find_person(db, one.person_id)
    else:
        person = add_person(db, one.name, known_language(one.language), one.email)
    there = select(Participant).filter_by(case_id=case.id, person_id=person.id, left_at=None)
    participant = db.scalar(there) or _new_participant(
        # Who accompanies a party may come to a separate meeting only, and is then named to nobody (workflow.md rule 16).
        db,
        case,
        person,
        one,
        unnamed=role in workflow.who(Trait.ACCOMPANIES, Trait.WAITS),
    )
    if supports is not None:
        participant.supports = supports
    held = set(db.scalars(select(RoleHeld.role).filter_by(participant_id=participant.id, until=None)))
    if participant.capacity is None and one.capacity and not held & workflow.who(*ABOVE):
        put(db, participant, "capacity", _capacity(one))
    if role is not None and role not in held:
        if workflow.are_apart(held | {role}):
            raise NotPermitted("roles-exclude")
        give_role(db, case.id, participant.id, role)
    db.flush()
    return participant


def give_role(db: Db, case_id: str, participant_id: str, role: str) -> None:
    """Give a participant a role from now on; part of an act that records itself."""
    db.add(RoleHeld(id=db.new_id(), case_id=case_id, participant_id=participant_id, role=role, since=db.now()))
    db.flush()


def leave_role(db: Db, case_id: str, participant_id: str, *roles: Role) -> bool:
    """End these roles of a participant and give the roles that they leave as; gives whether there is such a role."""
    end_roles(db, participant_id, *roles)
    left_as = {one.leaves_as for one in roles if one.leaves_as}
    for one in left_as:
        give_role(db, case_id, participant_id, one)
    return bool(left_as)


def end_roles(db: Db, participant_id: str, *roles: str) -> None:
    """End these roles of a participant, or all; part of an act that records itself."""
    held = RoleHeld.participant_id == participant_id, RoleHeld.until.is_(None)
    named = [RoleHeld.role.in_(roles)] if roles else []
    db.execute(update(RoleHeld).where(*held, *named).values(until=db.now()))


def _new_participant(db: Db, case: CaseState, person: Person, one: Someone, *, unnamed: bool) -> Participant:
    row = Participant(id=db.new_id(), case_id=case.id, number=case.number, person_id=person.id)
    row.language, row.joined_at, row.unnamed = person.language, db.now(), unnamed
    put(db, row, "name", checked_name(one.name) if one.name else person_name(db, person))
    email = person_email(db, person)
    if email:
        put(db, row, "email", email)
    if one.capacity:
        put(db, row, "capacity", _capacity(one))
    db.add(row)
    db.flush()
    return row


def _capacity(one: Someone) -> str:
    return composed(checked_line(one.capacity, "capacity"))


@act("add-participant")
def add_participant(
    case: Acting,
    one: Someone,
    role: Joining,
    *,
    supports: Id | None = None,
    subordinate: Flag = False,
    own_language: OwnLanguage = "",
) -> Joined:
    """The mediator adds a party, a companion, an employer representative or somebody who is only informed.

    A text that was sent for signing is taken back when a party joins: a new version names its parties.
    Refuses with `party-needed` a support person without a party, with `supports-nobody` anybody
    else who is to support one, `subordinate-of-a-party` an employer representative who is one (workflow.md rule 10),
    `group-full`, `too-many-people`, and like `known_own_language` and `join`.
    """
    db, seat = case.db, case.seat
    spoken = known_own_language(own_language) if own_language else ""
    who = seat.workflow.who
    _check_joining(db, seat, role, supports, subordinate=subordinate)
    if not _is_there(case, one, role):
        check_place(db, seat, role)
    if role in who(Trait.CONSENTS):  # who comes now signs a text that names them, in their own language
        unsend.write(db, seat, load_facts(db, seat.case))
    before = those_in(db, case.id, role)
    participant = join(db, seat.workflow, seat.case, one, role, supports=supports)
    if spoken and participant.own_language is None:
        put(db, participant, "own_language", spoken)
    if role in who(Trait.CONSENTS):
        renew_terms(case, joins=True)
    if participant.id not in before:
        tell_what_is_ahead(case, participant.id, role)
    if len(those_in(db, case.id, *who(Trait.JOINS))) > PEOPLE:  # than a list may contain
        raise NotYet("too-many-people", limit=PEOPLE)
    keep_undertaking(case, role)
    case.record(participant.id, role)
    return Joined(
        participant.id,
        participant.person_id,
        anew=participant.id not in before,
        capacity_kept=bool(one.capacity) and remaining(db, participant, "capacity") != _capacity(one),
        own_language_kept=bool(spoken) and remaining(db, participant, "own_language") != spoken,
    )


def _check_joining(db: Db, seat: Seat, role: str, supports: str | None, *, subordinate: bool) -> None:
    who = seat.workflow.who
    one_of(role, who(Trait.JOINS), "role")
    supporting = role in who(Trait.SUPPORTS)
    if supporting and (supports is None or not who(Trait.CONSENTS) & find_participant(db, seat, supports)[1]):
        raise Malformed("party-needed", field="supports")
    if not supporting and supports is not None:
        raise Malformed("supports-nobody", field="supports")
    if role in who(Trait.REPRESENTS) and subordinate:
        raise NotPermitted("subordinate-of-a-party")


def check_place(db: Db, seat: Seat, role: str) -> None:
    """Refuse with `group-full` where as many take part in a role as the workflow says."""
    most = seat.workflow.places(load_facts(db, seat.case)).get(role)
    if most is not None and len(those_in(db, seat.case.id, role)) >= most:
        raise NotYet("group-full", most=most)


def _is_there(case: Acting, one: Someone, role: str) -> bool:
    """Whether somebody who is known by id is in a role already: then nobody more comes."""
    here = select(RoleHeld.id).join(Participant, Participant.id == RoleHeld.participant_id)
    mine = Participant.case_id == case.id, Participant.person_id == (one.person_id or ""), Participant.left_at.is_(None)
    held = RoleHeld.role == role, RoleHeld.until.is_(None)
    return case.db.scalar(here.where(*mine, *held)) is not None


def namesakes(db: Db, seat: Seat) -> list[str]:
    """The names that several who take part in the case have, where no capacity tells who is who."""
    there = db.scalars(select(Participant).filter_by(case_id=seat.case.id, left_at=None).order_by(Participant.id))
    return not_told_apart((remaining(db, one, "name"), remaining(db, one, "capacity")) for one in there)


@act("release-companion")
def release_companion(case: Acting, participant_id: str) -> None:
    """Release a companion, an employer representative, somebody who is only informed or a co-mediator from the case.

    A co-mediator keeps their notes, as a replaced mediator does. Refuses with `not-a-companion`.
    """
    participant, roles = find_participant(case.db, case.seat, participant_id)
    if not roles or roles - case.seat.workflow.who(Trait.RELEASABLE):
        raise NotPermitted("not-a-companion")
    participant.left_how = "released"
    if not leave_role(case.db, case.id, participant_id, *roles):
        participant.left_at = case.db.now()
    if roles & case.seat.workflow.who(Trait.LEADS):
        renew_terms(case, asks=False)
    case.record(participant_id)


@act("confirm-person")
def confirm_person(case: Acting, participant_id: str, way: WayIn, *, email: Email | None = None) -> str:
    """The mediator has met a participant and knows them: a sign-in method that is not theirs is suspended.

    A participant who then has no other sign-in method may write an own address (`email`) on the mediator's device; it does
    not work before they confirm it there, and no mediator reads it. Twice changes nothing. Gives the method. Refuses
    with `another-person-needed` oneself, and like `suspend_in_person` and `give_address_in_person`.
    """
    whose, _ = find_participant(case.db, case.seat, participant_id)
    if whose.id == case.doer.id:
        raise NotPermitted("another-person-needed")
    person = find_person(case.db, whose.person_id)
    anew = suspend_in_person(case.db, person, way)
    forget_wrong(case.db, person.id)
    if email is not None:
        give_address_in_person(case.db, person, email)
    if anew or email is not None:  # the same again changes nothing
        case.record(whose.id, way)
    return way


@act("waive-separate-meeting", leaves="waived-separate-meeting")
def waive_separate_meeting(case: Acting, manner: Manner = OWN) -> Mark:
    """A party does without an own separate meeting.

    Refuses with `meeting-required` where attendance is required, or where the screening asked for separate meetings.
    """
    needed = asks_for_separate_meetings(load_facts(case.db, case.seat.case))
    if needed or basis_of(case.db, case.seat.case, case.doer.id).basis == "employer-required":
        raise NotYet("meeting-required")
    return leave_mark(case)
