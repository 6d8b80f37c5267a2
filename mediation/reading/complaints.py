"""Complaints as who made them reads them, and as whoever the provider named does; mediators read of none."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from mediation.acts.complaints import receivers_of
from mediation.case.access import EMPLOYERS_OFFICES
from mediation.case.seat import Seat, level_of
from mediation.people.directory import person_name
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import Case, Complaint, Office, Participant, RoleHeld, remaining
from mediation.workflow.declaration import Trait


@view
class ComplaintLine:
    """A complaint of one's own; `opened_at` is when somebody first read it."""

    id: str
    mediator: str
    words: str | None
    contact: str | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    at: datetime
    opened_at: datetime | None


@view
class OwnComplaints:
    """Who would hear a complaint about the mediator, by name, and what one has complained of."""

    heard_by: list[str]
    sent: list[ComplaintLine]


@view
class ReceivedComplaint:
    """A complaint as it was received: whose, about whom, at which case, and how to answer."""

    id: str
    number: str
    complainant: str | None
    mediator: str | None
    words: str | None
    contact: str | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    at: datetime


def read_own_complaints(db: Db, seat: Seat) -> OwnComplaints:
    """What this seat complained of, and to whom it would. Refuses with `not-yours-to-see`."""
    level_of(seat, "complaint")
    held = select(Participant).join(RoleHeld, RoleHeld.participant_id == Participant.id)
    sole = RoleHeld.role.in_(seat.workflow.who(Trait.SOLE)), RoleHeld.until.is_(None)
    mediator = db.scalar(held.where(Participant.case_id == seat.case.id, *sole))
    receivers = receivers_of(db, seat.workflow, seat.case, mediator)[1] if mediator is not None else ()
    own = select(columns(Complaint, ComplaintLine)).where(Complaint.participant_id == seat.participant_id)
    return OwnComplaints(
        heard_by=sorted(person_name(db, one) for one in receivers),
        sent=[
            shown(db, ComplaintLine, one, mediator=one.about)
            for one in db.scalars(own.order_by(Complaint.at, Complaint.id))
        ],
    )


def read_received_complaints(db: Db, person_id: str, organisation_ids: Collection[str]) -> list[ReceivedComplaint]:
    """The complaints to these organisations, newest first, but for those of cases in which the reader takes part.

    Nor those of cases of an employer whose office of hr or admin the reader holds, though it was given later.
    That they were opened, and when first, shows to who made them.
    """
    complainant, mediator = aliased(Participant), aliased(Participant)
    takes_part = select(Participant.id).where(Participant.case_id == Case.id, Participant.person_id == person_id)
    employs = select(Office.id).where(Office.organisation_id == Case.organisation_id, Office.person_id == person_id)
    employs = employs.where(Office.office.in_(EMPLOYERS_OFFICES), Office.until.is_(None)).correlate(Case)
    rows = db.execute(
        select(Complaint, Case.number, complainant, mediator)
        .join(Case, Case.id == Complaint.case_id)
        .join(complainant, complainant.id == Complaint.participant_id)
        .join(mediator, mediator.id == Complaint.about)
        .where(Complaint.organisation_id.in_(sorted(organisation_ids)), ~takes_part.exists(), ~employs.exists())
        .order_by(Complaint.at.desc(), Complaint.id)
        .limit(200)
    ).all()
    unopened = [one.id for one, *_ in rows if one.opened_at is None]
    if unopened:
        db.afterwards.append(partial(_note_opened, unopened, db.now()))
    return [
        shown(
            db,
            ReceivedComplaint,
            one,
            number=number,
            complainant=remaining(db, whose, "name"),
            mediator=remaining(db, whom, "name"),
        )
        for one, number, whose, whom in rows
    ]


def _note_opened(complaints: Collection[str], at: datetime, db: Db) -> None:
    first = Complaint.id.in_(complaints), Complaint.opened_at.is_(None)
    db.execute(update(Complaint).where(*first).values(opened_at=at).execution_options(synchronize_session=False))
