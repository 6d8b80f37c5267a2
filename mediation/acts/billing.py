"""What is billed session by session: those that were held, and those that were cancelled too late; and who pays which share.

A workflow says which kinds of sessions count towards how many were agreed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text, newest_text
from mediation.acts.orders import readable_order
from mediation.errors import Malformed
from mediation.store.database import Db
from mediation.store.models import AgreedText, BilledSession, Meeting, remaining
from mediation.words.fields import SHORT, choices, counted, is_readable, must, on_one_line, sent
from mediation.workflow.declaration import Workflow

HELD, CANCELLED_LATE = "held", "cancelled-late"
USUAL_HOURS = 24  # before a session, after which a cancellation is late unless the order says otherwise
SHARES = "shares"  # the kind of text that says who pays which share
SHARED_BY = ("percent", "heads")
WHOLE = 100


class Used(NamedTuple):
    """A session that counts: its id, its local day, its minutes, and whether it was held or cancelled late."""

    session: str
    day: date
    minutes: int
    what: str


def sessions_used(db: Db, workflow: Workflow, case_id: str, until: date | None = None) -> list[Used]:
    """The sessions that count, up to a local day, by their day; who cancelled one is not told."""
    return list(_used(db, workflow, case_id, until))


def _used(db: Db, workflow: Workflow, case_id: str, until: date | None) -> Iterator[Used]:
    kinds = sorted(code for code, one in workflow.session_kinds.items() if one.counts)
    if not kinds:
        return
    late = timedelta(hours=cancellation_hours(db, case_id))
    over = Meeting.case_id == case_id, Meeting.kind.in_(kinds), Meeting.ended_at.is_not(None)
    for row in db.scalars(select(Meeting).where(*over).order_by(Meeting.planned_at, Meeting.id)):
        begun = row.begun_at or row.planned_at
        day = begun.astimezone(db.zone).date()
        if row.ended_at is None or (until is not None and day > until):
            continue
        if row.ended_how != "cancelled":
            yield Used(row.id, day, round((row.ended_at - begun).total_seconds() / 60), HELD)
        elif row.ended_at > row.planned_at - late:
            yield Used(row.id, day, row.planned_minutes, CANCELLED_LATE)


def cancellation_hours(db: Db, case_id: str) -> int:
    """Until how many hours before it a session is cancelled in time, as the order in force says."""
    hours = readable_order(db, case_id).get("cancellation_hours", USUAL_HOURS)
    return hours if isinstance(hours, int) else USUAL_HOURS


def bill_sessions(db: Db, workflow: Workflow, case_id: str, until: date) -> None:
    """Let the sessions up to a local day that no period was billed for yet be part of the one that closed on that day."""
    billed = set(db.scalars(select(BilledSession.session_id).where(BilledSession.case_id == case_id)))
    for one in sessions_used(db, workflow, case_id, until):
        if one.session not in billed:
            row = BilledSession(id=db.new_id(), case_id=case_id, session_id=one.session, until=until)
            row.day, row.minutes, row.what = one.day, one.minutes, one.what
            db.add(row)
    db.flush()


@sent("ShareBody")
@dataclass(frozen=True)
class Share:
    """What one organisation pays: so many percent, or as many parts as it has people there."""

    payer: Annotated[str, Field(max_length=SHORT), must(is_readable, "text-empty"), on_one_line()]
    parts: Annotated[int, Field(ge=1, le=1_000), BeforeValidator(counted)]


Shares = Annotated[list[Share], Field(min_length=1, max_length=20)]
SharedBy = Annotated[str, choices(SHARED_BY)]


@act("set-shares")
def set_shares(case: Acting, shares: Shares, *, shared_by: SharedBy = "percent") -> AgreedText:
    """Say which organisation pays which share: in percent, or by how many people each has there. A later one replaces it.

    The same again changes nothing. Refuses with `shares-not-whole` percents that do not make a hundred, and with
    `payer-twice`.
    """
    if shared_by == "percent" and sum(one.parts for one in shares) != WHOLE:
        raise Malformed("shares-not-whole", field="shares")
    if len({one.payer.casefold() for one in shares}) < len(shares):
        raise Malformed("payer-twice", field="shares")
    lines = [{"payer": one.payer, "parts": one.parts} for one in shares]
    before = newest_text(case.db, case.id, SHARES)
    text = keep_text(case, SHARES, {shared_by: lines}, asks=False)
    if text is not before:
        case.record(text.id, shared_by, words=[one.payer for one in shares])
    return text


class Payer(NamedTuple):
    """Who pays so many of all parts."""

    name: str
    parts: int


def payers_of(db: Db, case_id: str, told_at: datetime | None = None) -> list[Payer]:
    """Who pays which share, as it was said last; none where one pays it all, or the words were deleted.

    Of a period that was told at a moment (UTC) as it was said by then, for it is billed; where nothing was, as it was said first.
    """
    text = newest_text(db, case_id, SHARES) if told_at is None else _said_by(db, case_id, told_at)
    words = remaining(db, text, "words") if text is not None else None
    return [Payer(one["payer"], one["parts"]) for lines in (words or {}).values() for one in lines]


def _said_by(db: Db, case_id: str, moment: datetime) -> AgreedText | None:
    texts = db.scalars(select(AgreedText).filter_by(case_id=case_id, kind=SHARES).order_by(AgreedText.version)).all()
    by_then = [one for one in texts if one.at <= moment]
    return by_then[-1] if by_then else next(iter(texts), None)


def split(minutes: int, payers: Sequence[Payer]) -> list[int]:
    """Minutes in the shares of these payers, each a whole number of minutes; together they are all of them."""
    whole = sum(one.parts for one in payers)
    shares = [minutes * one.parts // whole for one in payers]
    rest = [(-(minutes * one.parts % whole), place) for place, one in enumerate(payers)]
    for _, place in sorted(rest)[: minutes - sum(shares)]:
        shares[place] += 1
    return shares
