"""Drafts: what somebody is writing in a form and has not sent yet, kept for themselves alone.

Keeping one is no act: the record does not tell of it, the version of the case stays, and no deletion clock that others see
runs for it. It goes when its form is sent, when its writer throws it away, or when it was left alone for `KEPT`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select

from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level, sees
from mediation.errors import NotYet, TooLarge
from mediation.store.database import Db
from mediation.store.models import Case, Draft, get, is_gone, put

KEPT = timedelta(days=30)
AT_MOST = 50  # of one person at a case
SIZE = 500_000  # characters of one form: what the longest act takes
ITEM = "draft"  # its row in who sees what

Written = Sequence[tuple[str, str]]  # the fields of a form, in their order


@dataclass(frozen=True)
class Kept:
    """A draft: its form, when it was saved last (UTC), and the fields of the form."""

    form: str
    at: datetime
    written: Written


def may_keep(seat: Seat) -> bool:
    """Whether a seat can keep drafts: nobody does through a mailbox that others read, without a second factor."""
    return sees(seat.roles, ITEM) != Level.NOTHING


def keep(db: Db, seat: Seat, form: str, written: Written) -> datetime:
    """Keep what is written in a form, instead of what was kept of it before; gives the moment.

    Part of a writing transaction that has the case's lock. Refuses like `level_of`, with `draft-too-long` what no act would
    take, with `too-many-drafts`, and with `nothing-more-kept` once the time of drafts at a case is over.
    """
    level_of(seat, ITEM)
    if sum(len(name) + len(value) for name, value in written) > SIZE:
        raise TooLarge("draft-too-long", limit=SIZE)
    ended = db.scalar(select(Case.closed_at).where(Case.id == seat.case.id))
    if ended is not None and ended + timedelta(days=db.keep.words_days) <= db.now():
        raise NotYet("nothing-more-kept")
    draft = db.scalar(select(Draft).where(_own(seat), Draft.form == form))
    if draft is None:
        if (db.scalar(select(func.count()).select_from(Draft).where(_own(seat))) or 0) >= AT_MOST:
            raise NotYet("too-many-drafts", limit=AT_MOST)
        draft = Draft(id=db.new_id(), case_id=seat.case.id, participant_id=seat.participant_id, form=form)
        db.add(draft)
    draft.at = db.now()
    put(db, draft, "words", [list(one) for one in written])
    db.flush()
    return draft.at


def throw_away(db: Db, seat: Seat, form: str) -> None:
    """Delete the draft of a form, if there is one: it was sent, or its writer does not want it."""
    db.execute(delete(Draft).where(_own(seat), Draft.form == form))


def read_drafts(db: Db, seat: Seat, forms: Iterable[str] | None = None) -> Mapping[str, Kept]:
    """One's own drafts by form, of all forms or of some; none where this seat keeps none."""
    if not may_keep(seat):
        return {}
    rows = select(Draft).where(_own(seat), Draft.at > db.now() - KEPT)
    rows = rows if forms is None else rows.where(Draft.form.in_([*forms]))
    found = db.scalars(rows.order_by(Draft.at, Draft.id)).all()
    return {one.form: _kept(db, one) for one in found if not is_gone(db, one, "words")}


def _kept(db: Db, draft: Draft) -> Kept:
    return Kept(draft.form, draft.at, [(name, value) for name, value in get(db, draft, "words")])


def _own(seat: Seat) -> ColumnElement[bool]:
    return Draft.participant_id == seat.participant_id


def forget_drafts(db: Db) -> None:
    """Delete the drafts that were left alone for too long."""
    db.execute(delete(Draft).where(Draft.at <= db.now() - KEPT))
