"""Whom of those at a case its leader knows from cases of their own: told to them alone, and kept nowhere."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from mediation.case.access import opens, seated, with_trait
from mediation.case.seat import Seat, level_of
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import Case, Participant, Person, RoleHeld, remaining
from mediation.words.names import folded
from mediation.workflow.declaration import Trait, Workflow

ADDRESS, NAME = "address", "name"  # by what somebody is known: the same mailbox, or only a name that is the same


@view
class OwnTie:
    """Somebody at this case who is at another case that the reader leads, and by what that is seen."""

    participant: str
    name: str
    by: str
    number: str


def compared_ties(db: Db, workflows: Mapping[str, Workflow], seat: Seat) -> list[OwnTie]:
    """Who of this case is in cases that the reader leads, and no others: by their mailboxes, else by their names.

    A name that is the same may be somebody else's. Refuses with `not-yours-to-see` who does not lead this case.
    """
    level_of(seat, "own-ties")
    led = seated(seat.person_id, "")
    own = select(Case.id).join(Participant, Participant.case_id == Case.id)
    own = own.join(RoleHeld, RoleHeld.participant_id == Participant.id)
    others = db.scalars(own.where(*led, with_trait(workflows, Trait.LEADS), opens(workflows), Case.id != seat.case.id))
    cases = set(others)
    people = _people(db, {seat.case.id, *cases}, besides=seat.person_id)
    here = [one for one in people if one[0].case_id == seat.case.id]
    there = [one for one in people if one[0].case_id != seat.case.id]
    found = [
        OwnTie(participant=one.id, name=name, by=by, number=other.number)
        for one, boxes, name in here
        for other, other_boxes, other_name in there
        if (by := _known_by(one, other, boxes & other_boxes, name, other_name))
    ]
    return sorted(found, key=lambda one: (folded(one.name), one.number, one.participant))


def _known_by(one: Participant, other: Participant, boxes: Collection[str], name: str, other_name: str) -> str:
    if one.person_id == other.person_id or boxes:
        return ADDRESS
    return NAME if name and folded(name) == folded(other_name) else ""


def _people(db: Db, cases: Collection[str], *, besides: str) -> list[tuple[Participant, set[str], str]]:
    """Who takes part in these cases, with the hashes of their mailboxes and the name that they have there."""
    rows = (
        select(Participant, Person.email_hash, Person.private_email_hash)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.case_id.in_(cases), Participant.person_id != besides)
        .order_by(Participant.number, Participant.joined_at, Participant.id)
    )
    found = db.execute(rows).all()
    db.keys.read_together(sorted(cases))
    return [(one, {box for box in boxes if box is not None}, remaining(db, one, "name") or "") for one, *boxes in found]
