"""Seats: the only way to a case. To a person without a seat the case does not exist; what a seat may do says `permission`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from mediation.case.access import FOLLOWS_UP, IN_OFFICE, OF_THE_EMPLOYER, in_office, waits_for_somebody
from mediation.case.status import known_rung
from mediation.case.visibility import Level, knows_phase, sees
from mediation.errors import NotFound, NotPermitted
from mediation.store.compiled import CompiledStatement
from mediation.store.database import Db
from mediation.store.models import Case, Declaration, Mark, Office, Participant, RoleHeld, Suspension
from mediation.store.models.people import ADDRESSES, is_shared
from mediation.workflow.declaration import Role, Trait, Way, Who, Workflow
from mediation.workflow.facts import CaseState

MAILBOX_SHARED = "mailbox-shared"
# The mark of who leads and cannot come, about the role held then: another role is another matter.
ABSENT = "mediator-absent"


@dataclass(frozen=True)
class Seat:
    """One person at one case, in their present roles.

    `shared` are the addresses of theirs that somebody else reads, too. `closed` are the acts, rows and kinds of marks that
    this sign-in does not open, and `closed_as` the code that says why: `mailbox-shared`, or one of in_room.py. `only` are the
    acts that a sign-in opens that a mediator opened in the room; they are done in person. Who `follows_up` signed a version
    with which the follow-up has begun. Acts that are `unasked` ask what does not concern this case.
    """

    case: CaseState
    workflow: Workflow
    person_id: str
    participant_id: str
    roles: frozenset[Role]
    suspended: bool = False
    shared: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    closed_as: str = ""
    follows_up: bool = False
    only: frozenset[str] | None = None
    unasked: frozenset[str] = frozenset()

    def is_any(self, *traits: Trait) -> bool:
        """Whether a role of this seat has any of these traits."""
        return any(one.traits & set(traits) for one in self.roles)

    @property
    def unproven(self) -> bool:
        """Whether they came through an address that others read, and have shown no second factor since."""
        return self.closed_as == MAILBOX_SHARED

    @property
    def own_way(self) -> Way:
        """The way of what they do themselves."""
        return Way.OWN_DEVICE if self.only is None else Way.IN_PERSON

    @property
    def rung(self) -> str:
        """The highest rung that the case has reached, as far as this seat may know (visibility.md rule 1)."""
        return known_rung(self.roles, self.case.rung, self.case.neutral_rung, follows_up=self.follows_up)

    def open_acts(self) -> Mapping[str, Who]:
        """The acts open now and to whom, as far as this seat may know (visibility.md, rows "phase" and "attendance").

        A reader who sees only a rung of HR's ladder gets all acts that open up to it; one who sees no phase, those of the first:
        so the list does not reveal a return, a suspension or an end that they may not know of.
        """
        acts = self._open_acts()
        if not self.unproven:  # an unproven one keeps them: a second factor opens them
            acts = {act: who for act, who in acts.items() if act not in self.closed}
        return acts if self.only is None else {act: who for act, who in acts.items() if act in self.only}

    def _open_acts(self) -> Mapping[str, Who]:
        if knows_phase(self.roles):
            return self.workflow.open_acts(self.case.phase, suspended=self.suspended)
        phases = [one.code for one in self.workflow.phases]
        if sees(self.roles, "phase") == Level.NOTHING:
            return self.workflow.open_acts(phases[0])
        if self.case.outcome is not None:
            return self.workflow.open_acts(phases[-1])
        reached = phases[: phases.index(self.rung) + 1] if self.rung in phases else phases[:1]
        those = [self.workflow.open_acts(one) for one in reached]
        return {act: frozenset().union(*(one.get(act, frozenset()) for one in those)) for one in those for act in one}

    def may_do(self) -> frozenset[str]:
        """The acts that are open now to this seat, as far as it may know, and that concern the case."""
        return frozenset(act for act, who in self.open_acts().items() if who & self.roles) - self.unasked


@dataclass(frozen=True)
class Manner:
    """How an act came about: in which way and, where a mediator records it, for whom.

    `confirmed_name` is what a participant typed on the mediator's device; `paper` is the id of the stored scan.
    """

    way: Way = Way.OWN_DEVICE
    for_whom: str | None = None
    confirmed_name: str | None = None
    paper: str | None = None


OWN = Manner()


@dataclass(frozen=True)
class Doer:
    """Whose act it is, in which way it came, and who recorded it."""

    id: str
    way: Way
    recorded_by: str
    paper: str | None = None


_THEIRS = (
    Case.number == bindparam("number"),
    Participant.case_id == Case.id,
    Participant.person_id == bindparam("person_id"),
    Participant.left_at.is_(None),
)
# Whether who leads alone is marked as absent: then a co-mediator stands in, who has declared own ties.
_ABSENT = (
    select(Mark.id)
    .join(RoleHeld, RoleHeld.id == Mark.about)
    .where(Mark.case_id == Case.id, Mark.kind == ABSENT, Mark.ended_at.is_(None), RoleHeld.until.is_(None))
    .correlate(Case)
    .exists()
)
_OWN_TIES = Declaration.case_id == Case.id, Declaration.participant_id == Participant.id
_DECLARED = (
    select(Declaration.id).where(*_OWN_TIES, Declaration.replaced_at.is_(None)).correlate(Case, Participant).exists()
)
_STATE = [getattr(Case, one.name) for one in fields(CaseState)]
_LOCK = CompiledStatement(select(Case.id).where(*_THEIRS).with_for_update(of=Case))
_SEAT = CompiledStatement(
    select(
        *_STATE,
        Participant.id,
        select(Suspension.id).where(Suspension.case_id == Case.id, Suspension.until.is_(None)).exists(),
        *(is_shared(Participant.person_id, one) for one in ADDRESSES),
        _ABSENT & _DECLARED,
        FOLLOWS_UP,
        RoleHeld.role,
        IN_OFFICE,
        OF_THE_EMPLOYER,
    ).where(*_THEIRS, RoleHeld.participant_id == Participant.id, RoleHeld.until.is_(None))
)


def _opening(workflow: Workflow, held: Iterable[tuple[str, bool, bool]], *, stands_in: bool) -> frozenset[Role]:
    """The roles of one case that give access, from (role, its office is still held, its holder works for the employer).

    Who `stands_in` for an absent mediator has that role, too (workflow.md rule 23).
    """
    of_office, led = workflow.who(Trait.OF_OFFICE), workflow.who(Trait.LEADS)
    roles = workflow.roles_of(
        role
        for role, with_office, employers in held
        if not (role in of_office and not with_office) and not (role in led and employers)
    )
    return roles | workflow.roles_of(workflow.who(Trait.SOLE)) if stands_in and roles & led else roles


def take_seat(db: Db, workflows: Mapping[str, Workflow], number: str, person_id: str, *, writing: bool = False) -> Seat:
    """The seat of a person at case `number`; `writing` waits for the case and locks it for the transaction.

    Refuses a person without a seat with `case-not-found`, exactly as for a number never used (visibility.md rule 3).
    """
    asked = {"number": number, "person_id": person_id}
    if writing and db.get_bind().dialect.name != "sqlite":
        # A writer waits for the case's lock here, before reading anything of it: two acts at the same moment both succeed.
        # This is a statement of its own, because what the locking statement reads may be older than the lock. Only people with a
        # seat wait: waiting would reveal that the case exists. (SQLite has waited already.)
        _LOCK.run(db, asked)
    rows = _SEAT.run(db, asked).all()
    if not rows:
        raise NotFound("case-not-found")
    *case, participant_id, is_suspended, in_email, in_private, stands_in, follows_up, _, _, _ = rows[0]
    state = CaseState(*case)
    workflow = workflows[state.workflow]
    roles = _opening(workflow, (row[-3:] for row in rows), stands_in=stands_in)
    if not roles:
        raise NotFound("case-not-found")
    shared = frozenset(one for one, is_so in zip(ADDRESSES, (in_email, in_private), strict=True) if is_so)
    seat = Seat(state, workflow, person_id, participant_id, roles, bool(is_suspended), shared)
    return replace(seat, follows_up=bool(follows_up), unasked=_unasked(db, seat))


def _unasked(db: Db, seat: Seat) -> frozenset[str]:
    asked = seat.workflow.asked_where
    if not asked:
        return frozenset()
    of_case = Mark.case_id == seat.case.id, Mark.kind.in_({kind for kind, _ in asked.values()}), Mark.ended_at.is_(None)
    told = {
        (kind, one)
        for kind, value in db.execute(select(Mark.kind, Mark.value).where(*of_case))
        for one in (value, None)
    }
    return frozenset(act for act, mark in asked.items() if mark not in told)


def level_of(seat: Seat, item: str) -> Level:
    """How much of `item`, a row of the workflow, this seat sees. Refuses with `not-yours-to-see` if that is nothing.

    With the code of why this sign-in does not open it, such as `mailbox-shared`, if another one would.
    """
    level = sees(seat.roles, item)
    if level == Level.NOTHING:
        raise NotPermitted(seat.closed_as if item in seat.closed else "not-yours-to-see")
    return level


def lasting_seat(seat: Seat) -> Seat:
    """The seat that somebody keeps when their account is ended: that of a party or former party.

    Refuses with `case-not-found` if they keep none.
    """
    lasting = frozenset(one for one in seat.roles if Trait.LASTS in one.traits)
    if not lasting:
        raise NotFound("case-not-found")
    return replace(seat, roles=lasting)


def take_admin_seat(db: Db, workflows: Mapping[str, Workflow], number: str, person_id: str) -> Seat:
    """A seat for an administrator of the case's organisation, locked: to assign a mediator and nothing else.

    Whoever may lead cases for the organisation has it, too, as long as nobody leads one that came by an inquiry. Refuses
    with `case-not-found` everybody else, exactly as for a number never used.
    """
    takes = and_(in_office(person_id, "mediator"), waits_for_somebody(workflows))
    mine = Case.number == number, or_(in_office(person_id, "admin"), takes)
    row = db.execute(select(*_STATE).where(*mine).with_for_update(of=Case)).first()
    if row is None:
        raise NotFound("case-not-found")
    state = CaseState(*row)
    workflow = workflows[state.workflow]
    return Seat(state, workflow, person_id, person_id, workflow.roles_of(workflow.who(Trait.ADMINISTERS)))


def take_office(db: Db, person_id: str, *offices: str) -> Mapping[str, frozenset[str]]:
    """The organisations in which a person holds one of `offices` now, with the offices held there.

    Refuses with `office-needed` a person who holds none of them.
    """
    held = select(Office.organisation_id, Office.office).where(
        Office.person_id == person_id, Office.office.in_(offices), Office.until.is_(None)
    )
    found: dict[str, frozenset[str]] = {}
    for organisation, office in db.execute(held):
        found[organisation] = found.get(organisation, frozenset()) | {office}
    if not found:
        raise NotPermitted("office-needed", offices=offices)
    return found


def while_in(seat: Seat, moment: InstrumentedAttribute[Any], *roles: str) -> ColumnElement[bool]:
    """The condition that the seat was in any of `roles` at `moment`: what is older, they do not read.

    Neither do those who left and came back read what was said to others meanwhile.
    """
    held = RoleHeld.participant_id == seat.participant_id, RoleHeld.role.in_(roles)
    then = RoleHeld.since <= moment, or_(RoleHeld.until.is_(None), RoleHeld.until > moment)
    return select(RoleHeld.id).where(*held, *then).exists()
