"""The outbox: letters are rows, written in the transaction of their act, then claimed and sent, or printed and handed over."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import case as when

from mediation.errors import NotFound
from mediation.store.compiled import CompiledStatement
from mediation.store.database import Db
from mediation.store.models import Case, Letter, Meeting, Participant, Person, QuietTime, encrypted_words

FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=12)
LONGEST_OUTAGE = timedelta(days=3)  # of the mail server: what waited longer is left for print
MORNING = 8 * 60  # minute of the day from which somebody is written to again who was not to be until that day
OF_A_TIME = ("session-planned", "session-moved", "reminder")  # the kinds of letters about a time that was booked
WITHDRAWAL_RECORDED = "withdrawal-recorded"  # the kind of letter with a time limit of its own: no quiet day delays it
ATTEMPTS = 16  # spread over more than three days, so that a weekend without mail loses no letter


@dataclass(frozen=True)
class Claimed:
    """A letter that only the process with this lease may deliver; `attempts` were made before."""

    letter_id: str
    lease_id: str
    attempts: int


def announce(
    db: Db,
    case_id: str,
    kind: str,
    to: Iterable[str],
    *,
    params: Mapping[str, object] | None = None,
    about: str = "",
    due_at: datetime | None = None,
) -> None:
    """Put a letter of `kind` to each participant in `to` into the outbox, due now or at `due_at` (UTC).

    One statement for all letters, in the caller's transaction.
    """
    announce_each(db, case_id, [(kind, to)], params=params, about=about, due_at=due_at)


def announce_each(
    db: Db,
    case_id: str,
    letters: Iterable[tuple[str, Iterable[str]]],
    *,
    params: Mapping[str, object] | None = None,
    about: str = "",
    due_at: datetime | None = None,
) -> None:
    """Like `announce`, for letters of several kinds, each with whom it is for; one statement for all."""
    now = db.now()
    rows = []
    for kind, participant_id in ((kind, one) for kind, to in letters for one in sorted(set(to))):
        row = {
            "id": db.new_id(),
            "case_id": case_id,
            "participant_id": participant_id,
            "kind": kind,
            "about": about,
            "due_at": due_at or now,
            "created_at": now,
            "attempts": 0,
        }
        row["params"] = encrypted_words(db, Letter, row, "params", dict(params or {}))
        rows.append(row)
    if rows:
        _WRITE.run(db, rows)


_ENTERED = ("id", "case_id", "participant_id", "kind", "about", "params", "due_at", "created_at", "attempts")
_WRITE = CompiledStatement(insert(Letter).values({name: bindparam(name) for name in _ENTERED}))


def write_to(
    db: Db,
    person_id: str,
    kind: str,
    params: Mapping[str, object],
    *,
    about: str = "",
    good_until: datetime | None = None,
) -> None:
    """Put a letter of `kind` to a person about their own sign-in into the outbox, to be sent before `good_until` or not at all.

    `params` say to which of their addresses (`to`), and may contain a secret. For an unknown person the same statement writes
    no letter, so that the two look the same from outside.
    """
    letter_id, now = db.new_id(), db.now()
    words = encrypted_words(db, Letter, {"id": letter_id, "case_id": None}, "params", dict(params))
    entered = {"id": letter_id, "kind": kind, "about": about, "params": words, "attempts": 0}
    entered |= {"due_at": now, "good_until": good_until, "created_at": now}
    columns = [literal(value, Letter.__table__.c[name].type) for name, value in entered.items()]
    somebody = select(Person.id, *columns).where(Person.id == person_id)
    db.execute(insert(Letter.__table__).from_select(["person_id", *entered], somebody))  # type: ignore[arg-type]


def call_off(db: Db, *which: ColumnElement[bool]) -> None:
    """Stop the letters that meet `which` and were not delivered yet from being sent."""
    _update(db, *which, *_UNSENT, called_off_at=db.now())


def call_off_ahead(db: Db, case_id: str, lasting: Iterable[str], latest: datetime) -> None:
    """Stop the letters of a case that lie ahead; those of `lasting` kinds are sent, by `latest` (UTC) or now if that is past."""
    now, kept = db.now(), Letter.kind.in_(lasting)
    latest = max(latest, now)
    due = when((kept & (Letter.due_at > latest), literal(latest, Letter.due_at.type)), else_=Letter.due_at)
    off = when((kept, null()), else_=literal(now, Letter.called_off_at.type))
    _update(db, Letter.case_id == case_id, Letter.due_at > now, *_UNSENT, due_at=due, called_off_at=off)


_UNSENT = Letter.delivered_at.is_(None), Letter.called_off_at.is_(None)


def _update(db: Db, *which: ColumnElement[bool], **values: object) -> int:
    """Update letters in the database only, not in the session's objects; returns how many."""
    changed = update(Letter).where(*which).values(**values).execution_options(synchronize_session=False)
    return int(db.execute(changed).rowcount)  # type: ignore[attr-defined]


def leave_for_print(db: Db, about: str) -> None:
    """Send the letter about something to no mailbox: it waits to be printed and handed over."""
    _update(db, Letter.about == about, gave_up_at=db.now())


def wipe(db: Db, about: str) -> None:
    """Delete the params of the letter with a link or code that was used, and do not send it any more."""
    _wipe(db, Letter.about == about)


def wipe_overdue(db: Db) -> None:
    """Delete the params of all letters about sign-in whose link or code has expired."""
    _wipe(db, Letter.good_until <= db.now())


def delete_old_sign_in_letters(db: Db, before: datetime) -> None:
    """Delete the letters about sign-in that were written before a moment."""
    old = Letter.person_id.is_not(None), Letter.created_at < before
    db.execute(delete(Letter).where(*old).execution_options(synchronize_session=False))


def _wipe(db: Db, which: ColumnElement[bool]) -> None:
    called_off = func.coalesce(Letter.called_off_at, literal(db.now(), Letter.called_off_at.type))
    kept = Letter.person_id.is_not(None), Letter.params.is_not(None)
    _update(db, which, *kept, params=None, called_off_at=called_off)


def claim(db: Db, *, lease: timedelta, lease_id: str | None = None) -> Claimed | None:
    """Claim the next letter that can be sent now, if there is one; nobody else gets it for `lease`, whose id is `lease_id`.

    First those that expire (sign-in), then those never tried, then those that failed before. Letters to people without an
    e-mail address are left for print; what was planned before somebody left is called off, and what is about a time that
    has passed. Who is not to be written to now gets theirs later.
    Needs a writing transaction, which should be short.
    """
    now, lease_id = db.now(), lease_id or db.new_id()
    for queue in _queues(db):
        size = 1
        while found := db.execute(queue.limit(size)).all():
            # What is left for print stays so, also for who gets an address later, and nobody comes back to a seat they left: so
            # each of these is looked at only once.
            for_nobody = [one.id for one in found if not one.concerned]
            for_print = [one.id for one in found if one.concerned and not one.has_address]
            if for_nobody:
                _update(db, Letter.id.in_(for_nobody), called_off_at=now)
            if for_print:
                _update(db, Letter.id.in_(for_print), gave_up_at=now)
            for one in found:
                if one.concerned and one.has_address:
                    _update(db, Letter.id == one.id, lease_id=lease_id, lease_until=now + lease)
                    return Claimed(one.id, lease_id, one.attempts)
            size = min(2 * size, _MOST_AT_ONCE)
    return None


_MOST_AT_ONCE = 500


def _queues(db: Db) -> Iterator[Select[str, int, bool, bool]]:
    # The conditions are those of the indexes, literally: with a bound number a database would not use them.
    now, concerned = db.now(), _concerned(db.now()).label("concerned")
    waiting = (
        select(Letter.id, Letter.attempts, _HAS_ADDRESS.label("has_address"), concerned)
        .outerjoin(Participant, Participant.id == Letter.participant_id)
        .where(*_UNSENT, Letter.gave_up_at.is_(None), Letter.due_at <= now, ~_quiet(db))
        .with_for_update(of=Letter, skip_locked=True)
    )
    free = or_(Letter.lease_until.is_(None), Letter.lease_until <= now)
    expiring = waiting.where(Letter.good_until.is_not(None), Letter.good_until > now, free)
    yield expiring.order_by(Letter.attempts > _NONE, Letter.good_until, Letter.id)
    lasting = waiting.where(Letter.good_until.is_(None))
    yield lasting.where(Letter.attempts == _NONE, free).order_by(Letter.due_at, Letter.id)
    yield lasting.where(Letter.attempts > _NONE, Letter.lease_until <= now).order_by(Letter.lease_until, Letter.id)


_NONE = text("0")
_HAS_ADDRESS = or_(Participant.email.is_not(None), Letter.person_id.is_not(None))


def mark_delivered(db: Db, claimed: Claimed) -> bool:
    """Mark a claimed letter as delivered; False when its lease has run out and another process has claimed it."""
    return _release(db, claimed, delivered_at=db.now(), lease_until=None, error=None)


def mark_failed(db: Db, claimed: Claimed, error: str, *, for_good: bool = False) -> bool:
    """Save an error code with a letter that could not be sent; returns whether it is given up.

    It is given up after the last attempt, or at once if it failed `for_good`; else it is tried again at `lease_until`.
    `due_at` stays what the act said.
    """
    tried = claimed.attempts + 1
    if tried < ATTEMPTS and not for_good:
        _release(db, claimed, lease_until=db.now() + backoff(tried), error=error)
        return False
    return _release(db, claimed, lease_until=None, error=error, gave_up_at=db.now())


def put_off(db: Db, claimed: Claimed, error: str) -> bool:
    """Try a letter again later because the post is down, without counting an attempt; returns whether it is given up.

    It is given up, and left for print, when it was put off before and has been due for `LONGEST_OUTAGE`.
    """
    waited = Letter.due_at <= db.now() - LONGEST_OUTAGE, Letter.error.is_not(None)
    if _release(db, claimed, *waited, lease_until=None, error=error, gave_up_at=db.now()):
        return True
    _release(db, claimed, attempts=claimed.attempts, lease_until=db.now() + backoff(1), error=error)
    return False


def give_back(db: Db, lease_id: str) -> None:
    """Release the letters that were claimed under a lease, without counting an attempt."""
    ours = Letter.lease_id == lease_id, *_UNSENT, Letter.gave_up_at.is_(None)
    _update(db, *ours, lease_id=None, lease_until=db.now())


def backoff(attempts: int) -> timedelta:
    """The time until the next attempt: twice as long after each, up to a limit, and up to a quarter longer at random.

    Without the random part letters that failed together would all be tried again together.
    """
    time: timedelta = min(FIRST_BACKOFF * 2 ** (attempts - 1), LONGEST_BACKOFF)
    return time * random.uniform(1, 1.25)


def to_print(db: Db, case_id: str) -> list[Letter]:
    """The letters of a case to print and hand over, oldest first: no e-mail address, or given up."""
    for_print = or_(Participant.email.is_(None), Letter.gave_up_at.is_not(None))
    waiting = (
        select(Letter)
        .join(Participant, Participant.id == Letter.participant_id)
        .where(Letter.case_id == case_id, *_waiting(db), for_print)
        .order_by(Letter.due_at, Letter.id)
    )
    return list(db.scalars(waiting))


def overdue(db: Db) -> tuple[int, datetime | None]:
    """How many letters could have been sent by now and were not, and since when (UTC) the oldest of them is due."""
    timely = or_(Letter.good_until.is_(None), Letter.good_until > db.now())
    waiting = select(func.count(Letter.id), func.min(Letter.due_at)).outerjoin(
        Participant, Participant.id == Letter.participant_id
    )
    count, oldest = db.execute(waiting.where(*_waiting(db), Letter.gave_up_at.is_(None), _HAS_ADDRESS, timely)).one()
    return count, oldest


def given_up(db: Db) -> dict[str, int]:
    """How many letters were given up and wait to be printed, by the number of their case."""
    count = select(Case.number, func.count()).join(Letter, Letter.case_id == Case.id)
    count = count.join(Participant, Participant.id == Letter.participant_id)
    waiting = count.where(*_waiting(db), Letter.gave_up_at.is_not(None)).group_by(Case.number)
    return dict(db.execute(waiting).all())


def find_letter(db: Db, case_id: str, letter_id: str) -> Letter:
    """A letter of the case, with its row locked. Refuses with `letter-not-found`, also if it was called off."""
    letter = db.get(Letter, letter_id, with_for_update=True)
    if letter is None or letter.case_id != case_id or letter.called_off_at is not None:
        raise NotFound("letter-not-found")
    return letter


def hand_over(db: Db, case_id: str, letter_id: str) -> bool:
    """Mark a letter of the case as printed, handed over and thereby delivered; False if it was before.

    Permission and the entry in the record are up to the act. Refuses like `find_letter`.
    """
    letter = find_letter(db, case_id, letter_id)
    if letter.printed_at is not None:
        return False
    letter.printed_at = db.now()
    letter.delivered_at = letter.delivered_at or db.now()
    db.flush()
    return True


def _waiting(db: Db) -> tuple[ColumnElement[bool], ...]:
    return Letter.due_at <= db.now(), *_UNSENT, _concerned(db.now()), ~_quiet(db)


def _concerned(now: datetime) -> ColumnElement[bool]:
    # Who left the case is not reminded of what was planned before. Letters written to them since are sent.
    still = or_(
        Participant.left_at.is_(None), Letter.due_at <= Participant.left_at, Letter.created_at >= Participant.left_at
    )
    # What was to tell of a time ahead, and could not be sent before it, is not sent after it.
    passed = Meeting.id == Letter.about, Meeting.planned_at > Letter.due_at, Meeting.planned_at <= now
    return still & ~and_(Letter.kind.in_(OF_A_TIME), select(Meeting.id).where(*passed).correlate(Letter).exists())


def _quiet(db: Db) -> ColumnElement[bool]:
    """Whether whom a letter is for is not to be written to now (workflow.md rule 24). Letters about signing in still go.

    The one that says until when a withdrawal can be taken back waits for the end of quiet hours alone. What goes, too, is one
    that the mediator has just made to hand over (`leave_for_print`).
    """
    here = db.now().astimezone(db.zone)
    today, minute = here.date(), here.hour * 60 + here.minute
    last = QuietTime.until_day == today if minute < MORNING else false()
    begins, ends = QuietTime.begins, QuietTime.ends
    begun, not_over = begins <= minute, ends > minute
    hours = or_(and_(begins < ends, begun, not_over), and_(begins > ends, or_(begun, not_over)))
    days = or_(QuietTime.until_day > today, last) & (Letter.kind != WITHDRAWAL_RECORDED)
    now = QuietTime.participant_id == Letter.participant_id, or_(days, hours)
    made_for_print = Letter.gave_up_at.is_not(None) & (Letter.gave_up_at == Letter.created_at)
    return select(QuietTime.id).where(*now).correlate(Letter).exists() & ~made_for_print


def _release(
    db: Db, claimed: Claimed, *which: ColumnElement[bool], attempts: int | None = None, **values: object
) -> bool:
    # Only under its own lease: a process that was slow must not undo what another did meanwhile.
    ours = Letter.id == claimed.letter_id, Letter.lease_id == claimed.lease_id, Letter.delivered_at.is_(None)
    made = claimed.attempts + 1 if attempts is None else attempts
    return _update(db, *ours, *which, lease_id=None, attempts=made, **values) == 1
