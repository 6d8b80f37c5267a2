"""Sign-ins that a mediator opens for somebody in the room: by a link that a phone scans once, or on the mediator's laptop.

They open one case for one person, never count as a second factor, and end with the session of the case that was under way.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import select, update

from mediation.errors import NotFound, NotPermitted
from mediation.keys.keyring import INSTALLATION
from mediation.people.directory import digest_of, find_person
from mediation.people.links import CLOCKS_APART, refused_link
from mediation.people.sign_in import LONGEST, Opened, open_session
from mediation.store.database import Db
from mediation.store.models import Meeting, RoomSignIn, SignInSession

LINK_GOOD_FOR = timedelta(minutes=2)  # until a phone scans it, and then until the digits are confirmed
AFTER_SESSION = timedelta(hours=2)  # after the planned end of a session that nobody ended
WITHOUT_SESSION = timedelta(hours=1)
THROUGH = "in-room"  # as `SignInSession.through`: no address


@dataclass(frozen=True)
class ForWhom:
    """Somebody in the room, the case, and the session of it that is under way, if any."""

    person_id: str
    participant_id: str
    case_number: str
    meeting: Meeting | None


def offer(db: Db, whom: ForWhom) -> RoomSignIn:
    """Make the link that a phone scans."""
    return _added(db, _new(db, whom))


def _new(db: Db, whom: ForWhom) -> RoomSignIn:
    return RoomSignIn(
        id=db.new_id(),
        person_id=whom.person_id,
        participant_id=whom.participant_id,
        case_number=whom.case_number,
        meeting_id=whom.meeting.id if whom.meeting else None,
        created_at=db.now(),
        expires_at=_latest(db, whom.meeting),
    )


def _added(db: Db, row: RoomSignIn) -> RoomSignIn:
    db.add(row)
    db.flush()
    return row


def _latest(db: Db, meeting: Meeting | None) -> datetime:
    """When it ends at the latest: two hours after the planned end of the session, or within an hour."""
    alone = db.now() + WITHOUT_SESSION
    if meeting is None or meeting.begun_at is None:
        return alone
    planned = meeting.begun_at + timedelta(minutes=meeting.planned_minutes) + AFTER_SESSION
    return min(max(planned, alone), db.now() + LONGEST)


def secret_of(db: Db, row: RoomSignIn) -> str:
    """What the link ends with: made of the row's id, so that the mediator's page can show it again while it is good."""
    digest = db.keys.keyed_digest(INSTALLATION, f"room-sign-in\n{row.id}".encode())
    return f"{row.id}.{digest[:43]}"


def open_here(db: Db, whom: ForWhom, session: SignInSession, device: str) -> Opened:
    """Open it on the device of a mediator's `session`, which is locked until they show a second factor or sign in anew."""
    row = _new(db, whom)
    row.opened_from, row.used_at, row.confirmed_at = session.id, db.now(), db.now()
    _added(db, row)
    session.locked_at = db.now()
    session.proven_at = session.proven_by = None
    return _opened(db, row, device)


def _opened(db: Db, row: RoomSignIn, device: str) -> Opened:
    opened = open_session(db, find_person(db, row.person_id), THROUGH, device)
    session = opened.session
    session.case_number, session.room_sign_in_id, session.expires_at = row.case_number, row.id, row.expires_at
    db.flush()
    return opened


def scan(db: Db, secret: str, *, client: str, device: str = "") -> Opened:
    """Use the link up on a phone, which opens nothing before the mediator has confirmed its digits. Refuses like `refused_link`.

    Of two phones at once one gets it.
    """
    row_id = secret.partition(".")[0]
    good = (
        *(RoomSignIn.id == row_id, RoomSignIn.used_at.is_(None), RoomSignIn.ended_at.is_(None)),
        RoomSignIn.created_at > db.now() - LINK_GOOD_FOR,
        RoomSignIn.created_at <= db.now() + CLOCKS_APART,
    )
    row = db.get(RoomSignIn, row_id)
    if row is None or not compare_digest(secret_of(db, row).encode(), secret.encode("utf-8", "surrogatepass")):
        raise refused_link(db, client)
    digits = f"{secrets.randbelow(100):02}"
    used = update(RoomSignIn).where(*good).values(used_at=db.now(), digits=digits).returning(RoomSignIn.id)
    if db.scalar(used.execution_options(synchronize_session=False)) is None:
        raise refused_link(db, client)
    db.refresh(row)
    return _opened(db, row, device)


def of_case(db: Db, case_number: str, row_id: str) -> RoomSignIn:
    """A sign-in that was offered at a case. Refuses with `room-sign-in-not-found`."""
    row = db.get(RoomSignIn, row_id)
    if row is None or row.case_number != case_number:
        raise NotFound("room-sign-in-not-found")
    return row


def state_of(db: Db, row: RoomSignIn) -> str:
    """Where it stands: `waits` for a phone, `scanned` by one that shows digits, `open`, or `over`."""
    now, since = db.now(), row.used_at or row.created_at
    meeting = db.get(Meeting, row.meeting_id) if row.meeting_id else None
    has_ended = meeting is not None and meeting.ended_at is not None
    if row.ended_at is not None or has_ended or row.expires_at <= now:
        return "over"
    if row.confirmed_at is not None:
        return "open"
    if not now - LINK_GOOD_FOR < since <= now + CLOCKS_APART:
        return "over"
    return "waits" if row.used_at is None else "scanned"


def confirm(db: Db, row: RoomSignIn, digits: str) -> None:
    """Let the phone in that shows these digits. Other digits end it, for somebody else has scanned the link.

    Refuses with `room-sign-in-over` and `digits-wrong`.
    """
    if state_of(db, row) != "scanned":
        raise NotFound("room-sign-in-over")
    if not compare_digest((row.digits or "").encode(), digits.encode()):
        row.ended_at = db.now()
        db.flush()
        raise NotPermitted("digits-wrong").keeping()
    row.confirmed_at, row.digits = db.now(), None
    db.flush()


def open_at(db: Db, case_number: str) -> Sequence[RoomSignIn]:
    """The sign-ins in the room that are open at a case now, the oldest first."""
    let_in = RoomSignIn.confirmed_at.is_not(None), RoomSignIn.ended_at.is_(None), RoomSignIn.expires_at > db.now()
    rows = select(RoomSignIn).where(RoomSignIn.case_number == case_number, *let_in)
    rows = rows.order_by(RoomSignIn.confirmed_at, RoomSignIn.id)
    return [one for one in db.scalars(rows) if state_of(db, one) == "open"]


def close(db: Db, row: RoomSignIn) -> None:
    """End a sign-in in the room from outside it; what it had open opens nothing more. Refuses with `room-sign-in-over`."""
    if state_of(db, row) == "over":
        raise NotFound("room-sign-in-over")
    row.ended_at = db.now()
    db.flush()


def of_key(db: Db, key: str) -> RoomSignIn | None:
    """The sign-in of a session by the key in its cookie, also before it is confirmed."""
    mine = SignInSession.digest == digest_of(key), SignInSession.ended_at.is_(None)
    joined = select(RoomSignIn).join(SignInSession, SignInSession.room_sign_in_id == RoomSignIn.id)
    return db.scalar(joined.where(*mine))


def of_session(db: Db, session: SignInSession) -> RoomSignIn:
    """What a session in the room was opened by."""
    return db.get_one(RoomSignIn, session.room_sign_in_id)


def end(db: Db, session: SignInSession) -> str | None:
    """End a sign-in in the room. On the mediator's laptop gives a new key for their session, which stays locked."""
    row = of_session(db, session)
    row.ended_at = session.ended_at = db.now()
    db.flush()
    theirs = db.get(SignInSession, row.opened_from) if row.opened_from else None
    if theirs is None or theirs.ended_at is not None or theirs.expires_at <= db.now() or theirs.locked_at is None:
        return None
    key = secrets.token_urlsafe(32)
    theirs.digest, theirs.seen_at = digest_of(key), db.now()  # nobody could use it meanwhile
    db.flush()
    return key
