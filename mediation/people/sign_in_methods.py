"""Sign-in methods (work address, own address, app): one that somebody else uses is suspended, and removed after seven days.

Somebody who reads the mailbox or has the app could prevent the removal if it required that method. So a method is suspended
from another one, or by somebody who has met the person. Every address gets a letter with a link that stops it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update

from mediation.errors import NotPermitted, NotYet
from mediation.letters import outbox
from mediation.people.authenticators import find_authenticator, forget_unconfirmed, remove
from mediation.people.directory import find_person, revoke_tokens
from mediation.people.leavers import forget_address
from mediation.people.links import CLOCKS_APART, refused_link, revoke_links, send_link, use_link
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.store.database import Db
from mediation.store.models import Challenge, Link, Person, SignInSession, SuspendedWay, get
from mediation.words.fields import one_of

WORK_ADDRESS, OWN_ADDRESS, APP = "work-address", "own-address", "app"
METHODS = (WORK_ADDRESS, OWN_ADDRESS, APP)
COLUMN = {
    WORK_ADDRESS: "email",
    OWN_ADDRESS: "private_email",
}  # of `Person`; also the values of `SignInSession.through`
METHOD_OF = {column: method for method, column in COLUMN.items()}
TIME_TO_STOP = timedelta(days=7)
SUSPENSIONS = RateLimit("suspensions", 3, timedelta(hours=8))
STOP = "keep-way-in"  # the purpose of the link that stops a suspension

_QUIETLY = {"synchronize_session": False}


def _in_force() -> tuple[ColumnElement[bool], ...]:
    return SuspendedWay.stopped_at.is_(None), SuspendedWay.removed_at.is_(None)


def is_open(method: str) -> ColumnElement[bool]:
    """A condition on `Person`: this method of theirs is not suspended."""
    theirs = SuspendedWay.person_id == Person.id, SuspendedWay.way == method
    return ~select(SuspendedWay.id).where(*theirs, *_in_force()).correlate(Person).exists()


def suspensions(db: Db, person_id: str) -> Sequence[SuspendedWay]:
    """The suspensions of a person that are neither stopped nor carried out yet, the oldest first."""
    theirs = SuspendedWay.person_id == person_id, *_in_force()
    return db.scalars(select(SuspendedWay).where(*theirs).order_by(SuspendedWay.at, SuspendedWay.id)).all()


def suspended(db: Db, person_id: str) -> frozenset[str]:
    """The suspended methods of a person."""
    return frozenset(one.way for one in suspensions(db, person_id))


def suspend(db: Db, person: Person, method: str, session: SignInSession, *, by_app: bool = False) -> SuspendedWay:
    """Suspend a method of one's own, from a session of another method or one that showed the app just now (`by_app`).

    From now on it signs nobody in; after seven days it is removed. Twice changes nothing. Refuses with `choice-unknown`
    and `way-not-there`; with `another-way-needed` where the session came by this method without the app, or no other
    address is left that signs in; with `meet-in-person` where a suspension was stopped within seven days, for then two
    people are in conflict; and with `asked-too-often`.
    """
    _check(db, person, method)
    current = _suspension_of(db, person, method)
    came = METHOD_OF[session.through]
    others = addresses(person) - {method} - suspended(db, person.id)
    # To suspend the app by an address takes a second address, from which it can be stopped.
    enough = others - {came} if method == APP else others & {came} or (others if by_app else set())
    if not enough:
        raise NotPermitted("another-way-needed")
    if current is not None:
        return current
    if _was_stopped(db, person.id):
        raise NotYet("meet-in-person")
    count_or_refuse(db, SUSPENSIONS, person.id)
    return _suspend(db, person, method, in_person=False, session_id=session.id if method != came else None)


def suspend_in_person(db: Db, person: Person, method: str) -> bool:
    """Suspend a method of somebody whom a mediator or an administrator has met; False where it was so already.

    Every session ends. The suspended address gets a letter, but no link that stops it. Refuses with `choice-unknown` and
    `way-not-there`.
    """
    _check(db, person, method)
    current = _suspension_of(db, person, method)
    if current is not None and current.in_person:
        return False
    if current is None:
        _suspend(db, person, method, in_person=True)
    else:
        current.in_person = True
        db.flush()
        end_access(db, person.id)
        _send_letters(db, person)
    return True


def _check(db: Db, person: Person, method: str) -> None:
    one_of(method, METHODS, "way")
    _lock(db, person.id)
    if method not in addresses(person) and not (method == APP and find_authenticator(db, person.id) is not None):
        raise NotYet("way-not-there")


def _lock(db: Db, person_id: str) -> None:
    # By the row of the person: of two methods that suspend each other at the same time only the first does.
    db.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def _suspension_of(db: Db, person: Person, method: str) -> SuspendedWay | None:
    return next((one for one in suspensions(db, person.id) if one.way == method), None)


def addresses(person: Person) -> set[str]:
    """The methods of a person that are addresses, also suspended ones."""
    return {method for method, column in COLUMN.items() if getattr(person, column) is not None}


def _was_stopped(db: Db, person_id: str) -> bool:
    # Not counting a moment in the future, written while the clock was wrong: nobody could suspend anything until then.
    lately = SuspendedWay.stopped_at > db.now() - TIME_TO_STOP, SuspendedWay.stopped_at <= db.now() + CLOCKS_APART
    stopped = SuspendedWay.person_id == person_id, *lately
    return db.scalar(select(SuspendedWay.id).where(*stopped).limit(1)) is not None


def _suspend(db: Db, person: Person, method: str, *, in_person: bool, session_id: str | None = None) -> SuspendedWay:
    row = SuspendedWay(id=db.new_id(), person_id=person.id, way=method, in_person=in_person, at=db.now())
    db.add(row)
    db.flush()
    end_access(db, person.id, session_id)
    _send_letters(db, person)
    return row


def end_access(db: Db, person_id: str, session_id: str | None = None) -> None:
    """End all sessions of a person but `session_id`, and all their proofs, challenges, links, tokens and app enrolments."""
    sessions = update(SignInSession).where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
    db.execute(sessions.where(SignInSession.id != (session_id or "")).values(ended_at=db.now()))
    db.execute(sessions.values(proven_at=None, proven_by=None))
    asked = update(Challenge).where(Challenge.person_id == person_id, Challenge.used_at.is_(None))
    db.execute(asked.values(used_at=db.now(), expires_at=db.now()), execution_options=_QUIETLY)
    revoke_links(db, person_id)
    revoke_tokens(db, person_id)
    forget_unconfirmed(db, person_id)


def _send_letters(db: Db, person: Person) -> None:
    # To every address, with a link that stops the suspension, except addresses that are themselves suspended in person.
    revoke_links(db, person.id, Link.purpose == STOP)
    cannot_stop = {one.way for one in suspensions(db, person.id) if one.in_person}
    for method in sorted(addresses(person)):
        if method in cannot_stop:
            tell(db, person, methods=(method,))
        else:
            send_link(db, person.id, STOP, "way-suspended", TIME_TO_STOP, through=COLUMN[method])


def stop(db: Db, secret: str, *, client: str) -> None:
    """Stop the suspensions of a person with the link of a letter. Refuses like `refused_link`.

    One that was made in person is stopped only from an address that is not suspended itself.
    """
    # Also a link made while the clock was wrong: it signs nobody in, and without it the method would stay suspended.
    link = use_link(db, secret, STOP, of_the_future=True)
    if link is None:
        raise refused_link(db, client)
    person = find_person(db, link.person_id)
    _lock(db, person.id)
    current = suspensions(db, person.id)
    trusted = METHOD_OF[link.through] not in {one.way for one in current}
    for one in current:
        if trusted or not one.in_person:
            one.stopped_at = db.now()
    db.flush()
    if not suspensions(db, person.id):
        revoke_links(db, person.id, Link.purpose == STOP)
    tell(db, person)


def due(db: Db) -> Sequence[str]:
    """The ids of the suspensions whose seven days are over."""
    return db.scalars(select(SuspendedWay.id).where(*_in_force(), SuspendedWay.at <= db.now() - TIME_TO_STOP)).all()


def remove_suspended(db: Db, suspension_id: str) -> None:
    """Remove the method of a suspension whose seven days are over, unless it was stopped or replaced meanwhile."""
    row = db.get_one(SuspendedWay, suspension_id)
    person = find_person(db, row.person_id)
    _lock(db, person.id)
    if row.way in suspended(db, person.id):
        _remove(db, person, row.way)


def remove_method(db: Db, person: Person, method: str) -> None:
    """Remove a method now, and write to every address, that one too. Refuses with `choice-unknown` and `way-not-there`."""
    _check(db, person, method)
    _remove(db, person, method)


def _remove(db: Db, person: Person, method: str) -> None:
    tell(db, person)
    if method == APP:
        remove(db, person.id)
    elif getattr(person, COLUMN[method]) is not None:  # it is None where the account was ended meanwhile
        forget_address(db, person, COLUMN[method])
        revoke_links(db, person.id, Link.through == COLUMN[method])
        through = SignInSession.person_id == person.id, SignInSession.through == COLUMN[method]
        db.execute(update(SignInSession).where(*through, SignInSession.ended_at.is_(None)).values(ended_at=db.now()))
    note_removed(db, person.id, method)


def note_removed(db: Db, person_id: str, method: str) -> None:
    """Complete the suspension of a method that was removed, or replaced by another."""
    theirs = SuspendedWay.person_id == person_id, SuspendedWay.way == method, *_in_force()
    db.execute(update(SuspendedWay).where(*theirs).values(removed_at=db.now()))
    if not suspensions(db, person_id):
        revoke_links(db, person_id, Link.purpose == STOP)


def forget_suspensions(db: Db, before: datetime) -> None:
    """Delete the suspensions that were stopped or completed before a moment."""
    old = or_(SuspendedWay.stopped_at < before, SuspendedWay.removed_at < before)
    db.execute(delete(SuspendedWay).where(old), execution_options=_QUIETLY)


def tell(db: Db, person: Person, letter: str = "sign-in-changed", *, methods: Iterable[str] = COLUMN) -> None:
    """Write to every address of a person, or to those of `methods`, that something about their sign-in has changed."""
    for method in methods:
        address = get(db, person, COLUMN[method])
        if address is not None:  # stored with the letter: it may no longer be the person's when the letter is sent
            outbox.write_to(db, person.id, letter, {"address": address})
