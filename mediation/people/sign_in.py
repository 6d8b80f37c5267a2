"""Signing in with a one-time link by letter, and the session that it opens on one device."""

import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from mediation.errors import NotFound, NotSignedIn
from mediation.letters import outbox
from mediation.letters.validity import HANDED_OVER_WITHIN
from mediation.people.directory import digest_of, forget_tokens, give_office
from mediation.people.leavers import has_own_documents
from mediation.people.links import CLOCKS_APART, forget_links, refused_link, send_link, use_link
from mediation.people.mailboxes import email_hash, email_hashes, is_at, mailbox
from mediation.people.new_addresses import forget_unproven
from mediation.people.rate_limit import RateLimit, count_if_within, count_or_refuse, forget_past
from mediation.people.sign_in_methods import METHOD_OF, OWN_ADDRESS, WORK_ADDRESS, forget_suspensions, is_open
from mediation.people.typed_codes import refused_code, use_code
from mediation.people.wrong_codes import came_another_way
from mediation.store.database import Db
from mediation.store.models import Challenge, Link, Meeting, Person, RoomSignIn, SignInSession, get, put
from mediation.store.models.people import is_shared
from mediation.words.catalogue import known_language

IDLE = timedelta(minutes=30)
IDLE_IN_SESSION_MODE = timedelta(hours=3)  # of a mediator's laptop that opens one case only, while people talk
LONGEST = timedelta(hours=12)
SEEN = timedelta(minutes=1)  # how often a session's use is written down
KEPT = timedelta(days=30)  # after a session is over, or a letter was written
DEVICE = 200  # characters of a browser's description of itself (User-Agent)

# However often others ask for links to an address, it gets at least one within the life of a link, and every link works:
# nobody can be locked out by many requests.
LETTERS = RateLimit("letters", 3, timedelta(minutes=5))
ASKING = RateLimit("asking", 60, timedelta(seconds=10))


class Opened(NamedTuple):
    """A new session, its person, and the secret for the cookie, which is not stored."""

    session: SignInSession
    person: Person
    secret: str


def ask_for_link(db: Db, email: str, *, client: str, language: str | None = None) -> None:
    """Send a link to the person with this address; for an unknown one the same statements run, and nothing is sent.

    `client` is where the request came from. Refuses with `email-malformed`, `language-unknown` and, known address or not,
    with `asked-too-often` a client that keeps asking.
    """
    if language is not None:
        known_language(language)
    same, box = email_hashes(db, email), mailbox(email)
    count_or_refuse(db, ASKING, client)
    within = count_if_within(db, LETTERS, email_hash(db, email))
    # Whoever shares the mailbox gets a letter and a link of their own, and none tells whose the others are. A letter goes to
    # the address as we have stored it, never as it was typed.
    for through, may in (
        ("email", and_(Person.email_hash.in_(same), is_open(WORK_ADDRESS))),
        ("private_email", and_(Person.private_email_hash.in_(same), is_open(OWN_ADDRESS), _lasts())),
    ):
        found = db.execute(
            select(Person, is_shared(Person.id, through)).where(may).order_by(Person.email_order, Person.id)
        )
        known = [(one.id, shared) for one, shared in found if within and is_at(get(db, one, through), box)]
        for person_id, shared in known or [("", False)]:
            letter = "sign-in-link-shared" if shared else "sign-in-link"
            send_link(db, person_id, "sign-in", letter, HANDED_OVER_WITHIN, through=through, language=language)


def _lasts() -> ColumnElement[bool]:
    return or_(Person.active.is_(True), has_own_documents())


def sign_in(db: Db, secret: str, *, client: str, device: str = "") -> Opened:
    """Open a session with the secret of a link. Somebody who was invited is active from now on. Refuses like `refused_link`."""
    link = use_link(db, secret, "sign-in", "invitation")
    person = _admitted(db, link) if link is not None else None
    if link is None or person is None:
        raise refused_link(db, client)
    return _open_session(db, person, link, device)


def sign_in_by_code(db: Db, email: str, code: str, *, client: str, device: str = "") -> Opened:
    """The same with the code beside the link and the address that it was sent to. Refuses like `use_code`."""
    link = use_code(db, email, code, client=client)
    person = _admitted(db, link)
    if person is None:
        raise refused_code(db, client)
    return _open_session(db, person, link, device)


def _open_session(db: Db, person: Person, link: Link, device: str) -> Opened:
    _welcome(db, person, link)
    came_another_way(db, person.id, link.through)
    return open_session(db, person, link.through, device)


def open_session(db: Db, person: Person, through: str, device: str) -> Opened:
    """A new session of a person who was let in `through` an address of theirs, on a `device` (its User-Agent)."""
    key = secrets.token_urlsafe(32)
    session = SignInSession(
        id=db.new_id(),
        person_id=person.id,
        through=through,
        digest=digest_of(key),
        created_at=db.now(),
        seen_at=db.now(),
        expires_at=db.now() + LONGEST,
    )
    put(db, session, "device", device[:DEVICE])
    db.add(session)
    db.flush()
    return Opened(session, person, key)


def _admitted(db: Db, link: Link) -> Person | None:
    address = Person.email_hash if link.through == "email" else Person.private_email_hash
    still = Person.id == link.person_id, address.is_not(None), is_open(METHOD_OF[link.through])
    lasts = _lasts() if link.purpose == "sign-in" and link.through != "email" else Person.id == link.person_id
    return db.scalar(select(Person).where(*still, lasts))


def _welcome(db: Db, person: Person, link: Link) -> None:
    if link.through == "email" or link.purpose == "invitation":
        person.active = True
    person.first_signed_in_at = person.first_signed_in_at or db.now()
    db.flush()
    if link.organisation_id is not None and link.office is not None:
        give_office(db, person, link.organisation_id, link.office)


def resume(db: Db, secret: str) -> tuple[SignInSession, Person]:
    """The session of a cookie, and its person. Refuses with `signed-out`: ended, idle for too long, or 12 hours old.

    Also one that was last seen in the future, while the clock was wrong: it would last too long.
    """
    in_room = SignInSession.room_sign_in_id.is_not(None)  # also of somebody who has no address
    lasts = or_(Person.active.is_(True), in_room, and_(SignInSession.through == "private_email", has_own_documents()))
    mine = SignInSession.digest == digest_of(secret), Person.sign_ins_closed_at.is_(None)
    found = db.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(*mine, *_going_on(db), _let_in(), lasts)
    ).first()
    if found is None:
        raise NotSignedIn("signed-out")
    return found[0], found[1]


def _going_on(db: Db) -> tuple[ColumnElement[bool], ...]:
    now = db.now()
    in_mode = SignInSession.case_number.is_not(None), SignInSession.room_sign_in_id.is_(None)  # as `idle_time` has it
    used = or_(SignInSession.seen_at > now - IDLE, and_(*in_mode, SignInSession.seen_at > now - IDLE_IN_SESSION_MODE))
    begun = SignInSession.seen_at <= now + CLOCKS_APART
    return SignInSession.ended_at.is_(None), used, begun, SignInSession.expires_at > now


def idle_time(session: SignInSession) -> timedelta:
    """For how long a session may lie idle before it is over."""
    in_mode = session.case_number is not None and session.room_sign_in_id is None
    return IDLE_IN_SESSION_MODE if in_mode else IDLE


def _let_in() -> ColumnElement[bool]:
    """Whether a session in the room was confirmed, and the session of the case goes on in which it was opened."""
    ended = select(Meeting.id).where(Meeting.id == RoomSignIn.meeting_id, Meeting.ended_at.is_not(None)).exists()
    mine = RoomSignIn.id == SignInSession.room_sign_in_id, RoomSignIn.ended_at.is_(None)
    confirmed = select(RoomSignIn.id).where(*mine, RoomSignIn.confirmed_at.is_not(None), ~ended)
    return or_(SignInSession.room_sign_in_id.is_(None), confirmed.correlate(SignInSession).exists())


def note_seen(db: Db, session_id: str) -> None:
    """Store that the session is in use now."""
    here = SignInSession.id == session_id
    db.execute(update(SignInSession).where(here).values(seen_at=db.now()))


def is_stale(db: Db, session: SignInSession) -> bool:
    """Whether it is time to store again that the session is in use."""
    return db.now() - session.seen_at >= SEEN


def own_sessions(db: Db, person_id: str) -> list[tuple[SignInSession, str]]:
    """The open sessions of a person, the newest first, each with the `User-Agent` of its device."""
    rows = select(SignInSession).where(SignInSession.person_id == person_id, *_going_on(db))
    found = db.scalars(rows.order_by(SignInSession.created_at.desc(), SignInSession.id))
    return [(one, str(get(db, one, "device") or "")) for one in found]


def end_session(db: Db, person_id: str, session_id: str) -> None:
    """End one of a person's sessions; twice changes nothing. Refuses with `sign-in-not-found` unless it is theirs."""
    session = db.get(SignInSession, session_id)
    if session is None or session.person_id != person_id:
        raise NotFound("sign-in-not-found")
    session.ended_at = session.ended_at or db.now()
    db.flush()


def end_previous(db: Db, secret: str) -> None:
    """End the session of a cookie, if it is open, when somebody signs in again on the same device."""
    here = SignInSession.digest == digest_of(secret), SignInSession.ended_at.is_(None)
    db.execute(update(SignInSession).where(*here).values(ended_at=db.now()))


def forget_what_is_over(db: Db) -> None:
    """Wipe what nobody used in time: letters with links or codes, new addresses. Delete what is old of all else."""
    outbox.wipe_overdue(db)
    forget_unproven(db)
    forget_links(db)
    forget_past(db)
    long_ago = db.now() - KEPT
    outbox.delete_old_sign_in_letters(db, long_ago)
    forget_suspensions(db, long_ago)
    forget_tokens(db, long_ago)
    over = or_(SignInSession.ended_at < long_ago, SignInSession.expires_at < long_ago)
    quietly = {"synchronize_session": False}
    db.execute(delete(RoomSignIn).where(RoomSignIn.expires_at < long_ago), execution_options=quietly)
    asked = Challenge.session_id.in_(select(SignInSession.id).where(over))
    for which in (Challenge.expires_at < long_ago, asked):  # each by its own index: together they would be by none
        db.execute(delete(Challenge).where(which), execution_options=quietly)
    db.execute(delete(SignInSession).where(over), execution_options=quietly)
