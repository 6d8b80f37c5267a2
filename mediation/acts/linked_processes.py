"""A linked process: what somebody who took part in one may ask for afterwards, for themselves, by their own wish.

No entry of the first record tells of it, no letter and no mark: that the two are linked only who asked sees.
"""

import secrets

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.inquiries import CONFIRMED_WITHIN, OWN, begin_case, join_who_asked
from mediation.acts.supervision_shapes import FormCode
from mediation.case.seat import Seat
from mediation.people.directory import digest_of
from mediation.store.database import Db
from mediation.store.models import Case, Inquiry, Participant, put
from mediation.words.fields import LanguageCode, Line, NeededLine
from mediation.workflow.declared import WORKFLOWS

KIND = "change"  # what it is about, until the mapping says more


@act("ask-for-supervision")
def ask_for_supervision(
    case: Acting,
    need: NeededLine,
    *,
    wished_form: FormCode = "individual",
    wished_times: Line = "",
    language: LanguageCode = "fi",
) -> Case:
    """A party asks for work supervision for themselves once the mediation is in follow-up or has ended.

    It is a new case; nobody else sees that it is linked to this one. While one that they asked for goes on, again changes
    nothing. Who mediates here does not supervise there as long as the mediation lasts.
    """
    db, seat = case.db, case.seat
    there = _asked_for(db, seat, Case.outcome.is_(None))
    if there:
        return there[0]
    row = Inquiry(id=db.new_id(), person_id=seat.person_id, language=language, at=db.now(), confirmed_at=db.now())
    held = db.get_one(Case, case.id)
    row.organisation_id, row.asked_for = held.provider_id or held.organisation_id, OWN
    row.wished_form, row.wished_kind, row.people = wished_form, KIND, 1
    row.digest, row.expires_at = digest_of(secrets.token_urlsafe(32)), db.now() + CONFIRMED_WITHIN
    workflow = WORKFLOWS[seat.workflow.leads_to]
    new = begin_case(db, workflow, row, need, linked_to=case.id)
    row.case_id = new.id
    asked = {"need": need, "work_field": "", "wished_times": wished_times}
    put(db, row, "words", asked)
    db.add(row)
    db.flush()
    join_who_asked(db, workflow, new, row, asked)
    return new


def asked_for(db: Db, seat: Seat) -> list[Case]:
    """The cases that this seat asked for afterwards, the oldest first: for nobody else."""
    return _asked_for(db, seat)


def _asked_for(db: Db, seat: Seat, *which: object) -> list[Case]:
    mine = select(Case).join(Inquiry, Inquiry.case_id == Case.id).join(Participant, Participant.case_id == Case.id)
    mine = mine.where(Case.linked_to == seat.case.id, Inquiry.person_id == seat.person_id)
    mine = mine.where(Participant.person_id == seat.person_id, *which)  # type: ignore[arg-type]
    return list(db.scalars(mine.order_by(Case.created_at, Case.id)).unique())
