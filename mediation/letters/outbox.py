"""The outbox: letters are rows written with the act that causes them, then claimed, settled or handed over on paper."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from mediation.errors import NotFound
from mediation.store.compiled import CompiledStatement
from mediation.store.database import Db
from mediation.store.models import Case, Letter, Participant, Person, encrypted_words

FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=12)
LONGEST_OUTAGE = timedelta(days=3)  # of the mail server: what waited longer is handed over on paper
ATTEMPTS = 16  # with the rests between them more than three days: a weekend without mail loses no letter


@dataclass(frozen=True)
class Claimed:
    """A letter that whoever holds the lease alone may deliver; `attempts` were made before."""

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

    One statement, whatever the number of letters; part of the caller's transaction.
    """
    now = db.now()
    rows = []
    for participant_id in sorted(set(to)):
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
    """Put a letter of `kind` to a person about their own sign-in into the outbox, to go before `good_until` or not at all.

    `params` say to which of their addresses (`to`), and hold a secret, perhaps. To a person who is not there no letter is
    written, by the very same statement: whoever watches cannot tell the two apart.
    """
    letter_id, now = db.new_id(), db.now()
    words = encrypted_words(db, Letter, {"id": letter_id, "case_id": None}, "params", dict(params))
    entered = {"id": letter_id, "kind": kind, "about": about, "params": words, "attempts": 0}
    entered |= {"due_at": now, "good_until": good_until, "created_at": now}
    columns = [literal(value, Letter.__table__.c[name].type) for name, value in entered.items()]
    somebody = select(Person.id, *columns).where(Person.id == person_id)
    db.execute(insert(Letter.__table__).from_select(["person_id", *entered], somebody))  # type: ignore[arg-type]


def call_off(db: Db, *which: ColumnElement[bool]) -> None:
    """Let the letters that are `which` and were not delivered yet go no more."""
    waiting = Letter.delivered_at.is_(None), Letter.called_off_at.is_(None)
    called_off = update(Letter).where(*which, *waiting).values(called_off_at=db.now())
    db.execute(called_off.execution_options(synchronize_session=False))


def wipe(db: Db, about: str) -> None:
    """Forget the words of the letter that brought a link or a code, and send it no more: it has done its work."""
    _wipe(db, Letter.about == about)


def wipe_overdue(db: Db) -> None:
    """Forget the words of all letters about sign-in whose link or code is good no longer."""
    _wipe(db, Letter.good_until <= db.now())


def forget_settled(db: Db, before: datetime) -> None:
    """Delete the letters about sign-in that were written before a moment: nothing waits for them any more."""
    old = Letter.person_id.is_not(None), Letter.created_at < before
    db.execute(delete(Letter).where(*old).execution_options(synchronize_session=False))


def _wipe(db: Db, which: ColumnElement[bool]) -> None:
    called_off = func.coalesce(Letter.called_off_at, literal(db.now(), Letter.called_off_at.type))
    wiped = update(Letter).where(which, Letter.person_id.is_not(None), Letter.params.is_not(None))
    db.execute(wiped.values(params=None, called_off_at=called_off).execution_options(synchronize_session=False))


def claim(db: Db, *, limit: int, lease: timedelta, lease_id: str | None = None) -> list[Claimed]:
    """Claim up to `limit` letters that can be posted now; nobody else gets them for `lease`, which is named `lease_id`.

    First those that are good only for a while (sign-in), then those never tried, then those that failed before. Letters
    to people without an e-mail address are left for printing, and what was planned before somebody left is called off.
    Needs a writing transaction, best a short one.
    """
    now, lease_id = db.now(), lease_id or db.new_id()
    claimed: list[Claimed] = []
    for queue in _queues(now):
        wanted = size = limit - len(claimed)
        while wanted > 0:
            found = db.execute(queue.limit(size)).all()
            postable = [one for one in found if one.has_address and one.concerned][:wanted]
            if postable:
                _change(db, [one.id for one in postable], lease_id=lease_id, lease_until=now + lease)
            claimed += [Claimed(one.id, lease_id, one.attempts) for one in postable]
            if not _set_aside(db, now, found):
                break
            wanted, size = wanted - len(postable), min(2 * size, _MOST_AT_ONCE)
    return claimed


_MOST_AT_ONCE = 500


def _queues(now: datetime) -> Iterator[Select[str, int, bool, bool]]:
    # As the indexes of letters have them, word for word: behind a bound number a database would not use them.
    has_address = or_(Participant.email.is_not(None), Letter.person_id.is_not(None)).label("has_address")
    waiting = (
        select(Letter.id, Letter.attempts, has_address, _concerned().label("concerned"))
        .outerjoin(Participant, Participant.id == Letter.participant_id)
        .where(Letter.delivered_at.is_(None), Letter.called_off_at.is_(None), Letter.gave_up_at.is_(None))
        .where(Letter.due_at <= now)
        .with_for_update(of=Letter, skip_locked=True)
    )
    free = or_(Letter.lease_until.is_(None), Letter.lease_until <= now)
    expiring = waiting.where(Letter.good_until.is_not(None), Letter.good_until > now, free)
    yield expiring.order_by(Letter.attempts > _NONE, Letter.good_until, Letter.id)
    lasting = waiting.where(Letter.good_until.is_(None))
    yield lasting.where(Letter.attempts == _NONE, free).order_by(Letter.due_at, Letter.id)
    yield lasting.where(Letter.attempts > _NONE, Letter.lease_until <= now).order_by(Letter.lease_until, Letter.id)


_NONE = literal_column("0", Integer)


def _set_aside(db: Db, now: datetime, found: Sequence[Row[str, int, bool, bool]]) -> bool:
    # No address comes later, and nobody comes back to a seat they left: so each is looked at once, and is then out of the
    # way of those behind it.
    for_nobody = [one.id for one in found if not one.concerned]
    for_print = [one.id for one in found if one.concerned and not one.has_address]
    if for_nobody:
        _change(db, for_nobody, called_off_at=now)
    if for_print:
        _change(db, for_print, gave_up_at=now)
    return bool(for_nobody or for_print)


def _change(db: Db, letter_ids: Sequence[str], **values: object) -> None:
    changed = update(Letter).where(Letter.id.in_(letter_ids)).values(**values)
    db.execute(changed.execution_options(synchronize_session=False))


def mark_delivered(db: Db, claimed: Claimed) -> bool:
    """Mark a claimed letter as delivered; False when the lease ran out and the letter is another's by now."""
    return _settle(db, claimed, delivered_at=db.now(), lease_until=None, error=None)


def mark_failed(db: Db, claimed: Claimed, error: str, *, for_good: bool = False) -> bool:
    """Keep the code of what went wrong and let the letter rest; whether this was the last attempt and it is given up.

    One that failed `for_good` is given up at once. While a letter rests `lease_until` says until when, with nobody
    holding the lease; `due_at` stays what the act said.
    """
    tried = claimed.attempts + 1
    if tried < ATTEMPTS and not for_good:
        _settle(db, claimed, lease_until=db.now() + rest_after(tried), error=error)
        return False
    return _settle(db, claimed, lease_until=None, error=error, gave_up_at=db.now())


def put_off(db: Db, claimed: Claimed, error: str) -> bool:
    """Let a letter rest a while because the post is down, at no cost of an attempt; whether it is given up all the same.

    That it is when it was put off before and has waited for `LONGEST_OUTAGE`: then it goes on paper.
    """
    waited = Letter.due_at <= db.now() - LONGEST_OUTAGE, Letter.error.is_not(None)
    if _settle(db, claimed, *waited, lease_until=None, error=error, gave_up_at=db.now()):
        return True
    _settle(db, claimed, attempts=claimed.attempts, lease_until=db.now() + rest_after(1), error=error)
    return False


def give_back(db: Db, lease_id: str) -> None:
    """Let what was claimed under a lease be claimed again, as if it had not been: no attempt is counted."""
    ours = Letter.lease_id == lease_id, Letter.delivered_at.is_(None), Letter.called_off_at.is_(None)
    given_back = update(Letter).where(*ours, Letter.gave_up_at.is_(None)).values(lease_id=None, lease_until=db.now())
    db.execute(given_back.execution_options(synchronize_session=False))


def rest_after(attempts: int) -> timedelta:
    """How long a letter rests after so many attempts: twice as long each time, up to a limit, and up to a quarter more.

    The chance in it keeps letters that failed together from all coming back together.
    """
    rest: timedelta = min(FIRST_REST * 2 ** (attempts - 1), LONGEST_REST)
    return rest * random.uniform(1, 1.25)


def to_print(db: Db, case_id: str) -> list[Letter]:
    """The letters of a case that wait to be printed and handed over: no e-mail address, or given up. Oldest first."""
    needs_paper = or_(Participant.email.is_(None), Letter.gave_up_at.is_not(None))
    waiting = (
        select(Letter)
        .join(Participant, Participant.id == Letter.participant_id)
        .where(Letter.case_id == case_id, *_waiting(db.now()), needs_paper)
        .order_by(Letter.due_at, Letter.id)
    )
    return list(db.scalars(waiting))


def overdue(db: Db) -> tuple[int, datetime | None]:
    """How many letters could be posted now and are not yet, and since when (UTC) the oldest of them is due."""
    has_address = or_(Participant.email.is_not(None), Letter.person_id.is_not(None))
    timely = or_(Letter.good_until.is_(None), Letter.good_until > db.now())
    waiting = select(func.count(Letter.id), func.min(Letter.due_at)).outerjoin(
        Participant, Participant.id == Letter.participant_id
    )
    count, oldest = db.execute(
        waiting.where(*_waiting(db.now()), Letter.gave_up_at.is_(None), has_address, timely)
    ).one()
    return count, oldest


def given_up(db: Db) -> dict[str, int]:
    """How many letters of each case were given up and wait to be printed, by the number of the case."""
    count = select(Case.number, func.count()).join(Letter, Letter.case_id == Case.id)
    count = count.join(Participant, Participant.id == Letter.participant_id)
    waiting = count.where(*_waiting(db.now()), Letter.gave_up_at.is_not(None)).group_by(Case.number)
    return dict(db.execute(waiting).all())


def find_letter(db: Db, case_id: str, letter_id: str) -> Letter:
    """A letter of the case, held for this transaction. Refuses with `letter-not-found`, also one that was called off."""
    letter = db.get(Letter, letter_id, with_for_update=True)
    if letter is None or letter.case_id != case_id or letter.called_off_at is not None:
        raise NotFound("letter-not-found")
    return letter


def hand_over(db: Db, case_id: str, letter_id: str) -> bool:
    """Mark a letter of the case as printed and handed over, and with that delivered; False when it was so already.

    Sets the columns only; who may do it and its entry in the record are the act's. Refuses with `letter-not-found`
    when the case has no such letter, or it was called off.
    """
    letter = find_letter(db, case_id, letter_id)
    if letter.printed_at is not None:
        return False
    letter.printed_at = db.now()
    letter.delivered_at = letter.delivered_at or db.now()
    db.flush()
    return True


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Letter.due_at <= now, Letter.delivered_at.is_(None), Letter.called_off_at.is_(None), _concerned()


def _concerned() -> ColumnElement[bool]:
    # Whoever left the case is not reminded of what was planned before; a letter written to them since still goes.
    return or_(
        Participant.left_at.is_(None), Letter.due_at <= Participant.left_at, Letter.created_at >= Participant.left_at
    )


def _settle(
    db: Db, claimed: Claimed, *which: ColumnElement[bool], attempts: int | None = None, **values: object
) -> bool:
    # Only the holder of the lease writes: a process that was slow must not undo what another did meanwhile.
    ours = Letter.id == claimed.letter_id, Letter.lease_id == claimed.lease_id, Letter.delivered_at.is_(None)
    made = claimed.attempts + 1 if attempts is None else attempts
    done = db.execute(
        update(Letter)
        .where(*ours, *which)
        .values(lease_id=None, attempts=made, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]
