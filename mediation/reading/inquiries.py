"""What is read of inquiries: lines of those that nobody has taken, and what one says, for who supervises and who asked."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from mediation.case.access import waits_for_somebody
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import Case, Inquiry, Organisation, Participant, remaining
from mediation.workflow.declaration import Workflow


@view
class WaitingInquiry:
    """An inquiry that nobody has taken yet: what was chosen from lists, and none of its words."""

    number: str
    organisation: str
    wished_form: str
    wished_kind: str
    people: int
    language: str
    confirmed_at: datetime


@view
class InquiryText:
    """What an inquiry says. Words that were deleted are None."""

    wished_form: str
    wished_kind: str
    people: int
    language: str
    need: str | None
    work_field: str | None
    wished_times: str | None
    at: datetime


def waiting_inquiries(
    db: Db, workflows: Mapping[str, Workflow], organisations: Collection[str]
) -> list[WaitingInquiry]:
    """The inquiries that these organisations got and that nobody has taken yet, the oldest first."""
    # A case is of the organisation that was asked, and stays in its first phase until somebody leads it: an index tells those
    # apart from all that were taken. Asked for the inquiries of an organisation, SQLite would walk through them.
    first = sorted({one.initial.code for one in workflows.values()})
    waiting = Case.organisation_id.in_(sorted(organisations)), Case.phase.in_(first), waits_for_somebody(workflows)
    rows = (
        select(Inquiry, Case.number, Organisation.name)
        .join(Case, Case.id == Inquiry.case_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(*waiting)
        .order_by(Inquiry.confirmed_at, Case.number)
    )
    return [
        WaitingInquiry(
            number=number,
            organisation=name,
            wished_form=one.wished_form,
            wished_kind=one.wished_kind,
            people=one.people,
            language=one.language,
            confirmed_at=one.confirmed_at or one.at,
        )
        for one, number, name in db.execute(rows)
    ]


def read_inquiry(db: Db, seat: Seat) -> InquiryText | None:
    """The inquiry with which a case began, None where it began otherwise: for who supervises, and who asked their own.

    Refuses everybody else with `not-yours-to-see`.
    """
    level = level_of(seat, "inquiry")
    one = db.scalar(select(Inquiry).where(Inquiry.case_id == seat.case.id))
    if one is None or (level != Level.FULL and one.person_id != seat.person_id):
        return None
    words = remaining(db, one, "words")
    if words is not None and one.person_id != seat.person_id:
        note_reads(db, seat, "inquiry", [(_who_asked(db, seat, one), one.id)])
    told = words or {}
    return InquiryText(
        wished_form=one.wished_form,
        wished_kind=one.wished_kind,
        people=one.people,
        language=one.language,
        need=told.get("need"),
        work_field=told.get("work_field"),
        wished_times=told.get("wished_times"),
        at=one.at,
    )


def _who_asked(db: Db, seat: Seat, one: Inquiry) -> str:
    """The participant whose words an inquiry is: who reads it is theirs to know."""
    asked = select(Participant.id).filter_by(case_id=seat.case.id, person_id=one.person_id)
    return db.scalars(asked.order_by(Participant.joined_at, Participant.id)).first() or JOINT
