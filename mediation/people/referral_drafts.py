"""The draft of a referral: what somebody is writing and has not sent yet, kept for themselves alone.

A referral has no case yet, so its draft belongs to a person. It goes when it is sent, when its writer throws it away, when
their account ends, or when it was left alone for `KEPT`.
"""

from datetime import datetime

from sqlalchemy import delete, select

from mediation.case.drafts import KEPT, SIZE, Written
from mediation.errors import TooLarge
from mediation.store.database import Db
from mediation.store.models import ReferralDraft, get, put


def keep(db: Db, person_id: str, written: Written) -> datetime:
    """Keep what is written so far, instead of what was kept before; gives the moment (UTC). Refuses with `draft-too-long`."""
    if sum(len(name) + len(value) for name, value in written) > SIZE:
        raise TooLarge("draft-too-long", limit=SIZE)
    draft = _own(db, person_id)
    if draft is None:
        draft = ReferralDraft(id=db.new_id(), person_id=person_id)
        db.add(draft)
    draft.at = db.now()
    put(db, draft, "words", [list(one) for one in written])
    db.flush()
    return draft.at


def read(db: Db, person_id: str) -> tuple[datetime, Written] | None:
    """When one's own draft was saved last (UTC), and its fields; None where there is none."""
    draft = _own(db, person_id)
    if draft is None or draft.at <= db.now() - KEPT:
        return None
    return draft.at, [(name, value) for name, value in get(db, draft, "words")]


def throw_away(db: Db, person_id: str) -> None:
    """Delete it, if there is one: it was sent, or its writer does not want it."""
    db.execute(delete(ReferralDraft).where(ReferralDraft.person_id == person_id))


def forget_left_alone(db: Db) -> None:
    """Delete the drafts that were left alone for too long."""
    db.execute(delete(ReferralDraft).where(ReferralDraft.at <= db.now() - KEPT))


def _own(db: Db, person_id: str) -> ReferralDraft | None:
    return db.scalar(select(ReferralDraft).where(ReferralDraft.person_id == person_id))
