"""Ways in: an address or an app that somebody else holds is suspended at once, and removed after seven days.

Whoever reads the mailbox of an address, or has the app, could refuse to let go of it for ever if letting go had to pass
through it. So it is suspended from another way in, or by somebody who meets the person; every address is told, and one
tap stops it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update

from mediation.errors import NotPermitted, NotYet
from mediation.letters import outbox
from mediation.people import rate_limit as pace
from mediation.people.authenticators import find_authenticator, forget_unconfirmed, remove
from mediation.people.directory import find_person, revoke_tokens
from mediation.people.leavers import forget_address
from mediation.people.links import CLOCKS_APART, refused_link, send_link, spoil_links, use_link
from mediation.people.rate_limit import RateLimit
from mediation.store.database import Db
from mediation.store.models import Challenge, Link, Person, SignInSession, SuspendedWay, get
from mediation.words.fields import one_of

WORK_ADDRESS, OWN_ADDRESS, APP = "work-address", "own-address", "app"
WAYS = (WORK_ADDRESS, OWN_ADDRESS, APP)
COLUMN = {
    WORK_ADDRESS: "email",
    OWN_ADDRESS: "private_email",
}  # of the addresses, as a session names what it came through
WAY_OF = {column: way for way, column in COLUMN.items()}
TIME_TO_STOP = timedelta(days=7)
SUSPENSIONS = RateLimit("suspensions", 3, timedelta(hours=8))
STOP = "keep-way-in"  # the purpose of the link that stops it


def _standing() -> tuple[ColumnElement[bool], ...]:
    return SuspendedWay.stopped_at.is_(None), SuspendedWay.removed_at.is_(None)


def is_open(way: str) -> ColumnElement[bool]:
    """Of a `Person`: whether this way of theirs is not suspended."""
    theirs = SuspendedWay.person_id == Person.id, SuspendedWay.way == way
    return ~select(SuspendedWay.id).where(*theirs, *_standing()).correlate(Person).exists()


def suspensions(db: Db, person_id: str) -> Sequence[SuspendedWay]:
    """What is suspended of somebody's ways in, and neither stopped nor removed yet; the oldest first."""
    theirs = SuspendedWay.person_id == person_id, *_standing()
    return db.scalars(select(SuspendedWay).where(*theirs).order_by(SuspendedWay.at, SuspendedWay.id)).all()


def suspended(db: Db, person_id: str) -> frozenset[str]:
    """The ways of somebody that are suspended."""
    return frozenset(one.way for one in suspensions(db, person_id))


def suspend(db: Db, person: Person, way: str, session: SignInSession, *, by_app: bool = False) -> SuspendedWay:
    """Suspend a way in of one's own, from a session that came another way or showed the app just now (`by_app`).

    It shows who they are no more, from now on; in seven days it is removed. Twice changes nothing. Refuses with
    `choice-unknown`, `way-not-there`, with `another-way-needed` who came this very way without the app, or has no address
    beside it that signs in, with `meet-in-person` where one was stopped within seven days, for then two people are at odds,
    and with `asked-too-often`.
    """
    _check_way(db, person, way)
    standing = _standing_one(db, person, way)
    came = WAY_OF[session.through]
    others = addresses(person) - {way} - suspended(db, person.id)
    # An app goes by way of an address only where there is a second one, which can stop it.
    enough = others - {came} if way == APP else others & {came} or (others if by_app else set())
    if not enough:
        raise NotPermitted("another-way-needed")
    if standing is not None:
        return standing
    if _was_stopped(db, person.id):
        raise NotYet("meet-in-person")
    pace.slow_down(db, SUSPENSIONS, person.id)
    return _suspend(db, person, way, in_person=False, session_id=session.id if way != came else None)


def suspend_in_person(db: Db, person: Person, way: str) -> bool:
    """Suspend a way in of somebody whom a mediator or an administrator has met and knows; False where it was so already.

    Every session ends. An address that is suspended so is told, and cannot stop it. Refuses with `choice-unknown` and
    `way-not-there`.
    """
    _check_way(db, person, way)
    standing = _standing_one(db, person, way)
    if standing is not None and standing.in_person:
        return False
    if standing is None:
        _suspend(db, person, way, in_person=True)
    else:
        standing.in_person = True
        db.flush()
        cut_off(db, person.id)
        _tell_of_it(db, person)
    return True


def _check_way(db: Db, person: Person, way: str) -> None:
    one_of(way, WAYS, "way")
    _lock(db, person.id)
    if way not in addresses(person) and not (way == APP and find_authenticator(db, person.id) is not None):
        raise NotYet("way-not-there")


def _lock(db: Db, person_id: str) -> None:
    # The row of the person stands in for a lock: of two ways that suspend each other at once the first does.
    db.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def _standing_one(db: Db, person: Person, way: str) -> SuspendedWay | None:
    return next((one for one in suspensions(db, person.id) if one.way == way), None)


def addresses(person: Person) -> set[str]:
    """The ways of a person that are addresses, suspended ones too."""
    return {way for way, column in COLUMN.items() if getattr(person, column) is not None}


def _was_stopped(db: Db, person_id: str) -> bool:
    # Not in the future either: that was a clock that was wrong, and for weeks nobody could suspend anything.
    lately = SuspendedWay.stopped_at > db.now() - TIME_TO_STOP, SuspendedWay.stopped_at <= db.now() + CLOCKS_APART
    stopped = SuspendedWay.person_id == person_id, *lately
    return db.scalar(select(SuspendedWay.id).where(*stopped).limit(1)) is not None


def _suspend(db: Db, person: Person, way: str, *, in_person: bool, session_id: str | None = None) -> SuspendedWay:
    row = SuspendedWay(id=db.new_id(), person_id=person.id, way=way, in_person=in_person, at=db.now())
    db.add(row)
    db.flush()
    cut_off(db, person.id, session_id)
    _tell_of_it(db, person)
    return row


def cut_off(db: Db, person_id: str, session_id: str | None = None) -> None:
    """End what was begun and may have come by a way that is not theirs: sessions but this one, tokens, links, codes, proofs."""
    quietly = {"synchronize_session": False}
    sessions = update(SignInSession).where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
    db.execute(sessions.where(SignInSession.id != (session_id or "")).values(ended_at=db.now()))
    db.execute(sessions.values(proven_at=None, proven_by=None))
    asked = update(Challenge).where(Challenge.person_id == person_id, Challenge.used_at.is_(None))
    db.execute(asked.values(used_at=db.now(), expires_at=db.now()), execution_options=quietly)
    spoil_links(db, person_id)
    revoke_tokens(db, person_id)
    forget_unconfirmed(db, person_id)


def _tell_of_it(db: Db, person: Person) -> None:
    """A letter to every address; with a link that stops it, unless that address was suspended in person itself."""
    spoil_links(db, person.id, Link.purpose == STOP)
    mute = {one.way for one in suspensions(db, person.id) if one.in_person}
    for way in sorted(addresses(person)):
        if way in mute:
            tell(db, person, ways=(way,))
        else:
            send_link(db, person.id, STOP, "way-suspended", TIME_TO_STOP, through=COLUMN[way])


def stop(db: Db, secret: str, *, client: str) -> None:
    """Stop what the link came about; what was suspended is a way in again. Refuses like `refused_link`.

    What was suspended in person is stopped from an address that is not suspended itself.
    """
    # Whatever the clock said when it was suspended: it opens nothing, and without it the way would stay shut for weeks.
    link = use_link(db, secret, STOP, of_the_future=True)
    if link is None:
        raise refused_link(db, client)
    person = find_person(db, link.person_id)
    _lock(db, person.id)
    standing = suspensions(db, person.id)
    here = WAY_OF[link.through]
    trusted = here not in {one.way for one in standing}
    for one in standing:
        if trusted or not one.in_person:
            one.stopped_at = db.now()
    db.flush()
    if not suspensions(db, person.id):
        spoil_links(db, person.id, Link.purpose == STOP)
    tell(db, person)


def due(db: Db) -> Sequence[str]:
    """The ids of the suspensions whose seven days are over."""
    return db.scalars(select(SuspendedWay.id).where(*_standing(), SuspendedWay.at <= db.now() - TIME_TO_STOP)).all()


def remove_suspended(db: Db, suspension_id: str) -> None:
    """Remove the way whose seven days are over; where it was stopped or replaced meanwhile, nothing happens."""
    row = db.get_one(SuspendedWay, suspension_id)
    person = find_person(db, row.person_id)
    _lock(db, person.id)
    if row.way in suspended(db, person.id):
        _remove(db, person, row.way)


def remove_way(db: Db, person: Person, way: str) -> None:
    """Remove a way in now, and tell every address, that one too. Refuses with `choice-unknown` and `way-not-there`."""
    _check_way(db, person, way)
    _remove(db, person, way)


def _remove(db: Db, person: Person, way: str) -> None:
    tell(db, person)
    if way == APP:
        remove(db, person.id)
    elif getattr(person, COLUMN[way]) is not None:  # not so where the account has ended meanwhile
        forget_address(db, person, COLUMN[way])
        spoil_links(db, person.id, Link.through == COLUMN[way])
        through = SignInSession.person_id == person.id, SignInSession.through == COLUMN[way]
        db.execute(update(SignInSession).where(*through, SignInSession.ended_at.is_(None)).values(ended_at=db.now()))
    note_removed(db, person.id, way)


def note_removed(db: Db, person_id: str, way: str) -> None:
    """Let a suspension be done: the way was removed, or replaced by another."""
    theirs = SuspendedWay.person_id == person_id, SuspendedWay.way == way, *_standing()
    db.execute(update(SuspendedWay).where(*theirs).values(removed_at=db.now()))
    if not suspensions(db, person_id):
        spoil_links(db, person_id, Link.purpose == STOP)


def forget_settled(db: Db, before: datetime) -> None:
    """Delete the suspensions that were stopped or done before a moment."""
    old = or_(SuspendedWay.stopped_at < before, SuspendedWay.removed_at < before)
    db.execute(delete(SuspendedWay).where(old).execution_options(synchronize_session=False))


def tell(db: Db, person: Person, letter: str = "sign-in-changed", *, ways: Iterable[str] = COLUMN) -> None:
    """Write to every address of a person, or to those of `ways`, that something about their sign-in has changed."""
    for way in ways:
        address = get(db, person, COLUMN[way])
        if address is not None:  # kept with the letter, for it may be theirs no longer when it goes
            outbox.write_to(db, person.id, letter, {"address": address})
