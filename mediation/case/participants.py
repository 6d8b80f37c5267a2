"""Participants of a case: finding one by id, a party among them, and those who are in a role now."""

from collections.abc import Sequence

from sqlalchemy import select

from mediation.case.seat import Seat
from mediation.errors import NotFound, NotPermitted
from mediation.store.database import Db
from mediation.store.models import Participant, RoleHeld
from mediation.workflow.declaration import Role, Trait


def find_participant(db: Db, seat: Seat, participant_id: str) -> tuple[Participant, frozenset[Role]]:
    """An active participant of the seat's case, and their roles. Refuses with `participant-not-found`."""
    whose = db.get(Participant, participant_id)
    if whose is None or whose.case_id != seat.case.id or whose.left_at is not None:
        raise NotFound("participant-not-found")
    roles = select(RoleHeld.role).where(RoleHeld.participant_id == whose.id, RoleHeld.until.is_(None))
    return whose, seat.workflow.roles_of(db.scalars(roles))


def find_own_or_led(db: Db, seat: Seat, participant_id: str) -> tuple[Participant, frozenset[Role]]:
    """Like `find_participant`; who does not lead finds nobody but themselves."""
    if participant_id != seat.participant_id and not seat.is_any(Trait.LEADS):
        raise NotFound("participant-not-found")
    return find_participant(db, seat, participant_id)


def find_party(db: Db, seat: Seat, participant_id: str) -> Participant:
    """A party of the seat's case: somebody whose consent it takes. Refuses like `find_participant`, and with `not-a-party`."""
    whose, roles = find_participant(db, seat, participant_id)
    if not any(Trait.CONSENTS in one.traits for one in roles):
        raise NotPermitted("not-a-party")
    return whose


def those_in(db: Db, case_id: str, *roles: str) -> Sequence[str]:
    """The ids of the participants who are in any of `roles` at a case now."""
    held = RoleHeld.case_id == case_id, RoleHeld.role.in_(roles), RoleHeld.until.is_(None)
    return db.scalars(select(RoleHeld.participant_id).where(*held).distinct()).all()
