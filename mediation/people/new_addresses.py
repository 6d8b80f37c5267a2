"""A new address of somebody at a case: it opens nothing until whoever reads it proves that (workflow.md rule 21).

Whoever may ask for one could name an address of their own and so take an account over. So the proof is typed by the person
while signed in, as a code that a letter brought to the new address. By the link of that letter alone only somebody proves it
whom nobody could be taken for yet: no address ever signed them in, they hold no office, and every case in which they take
part asked for that same address (else one mediator would come to read another's case). Who has signed in and reads the
former mailbox no more is met in person: a mediator then suspends it (`confirm-person`).
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError

from mediation.case import record
from mediation.errors import NotFound, NotPermitted
from mediation.letters import outbox
from mediation.letters.validity import HANDED_OVER_WITHIN, VALID_FOR
from mediation.people.accounts import demand_any, is_taken
from mediation.people.directory import digest_of, give_work_address, is_known_only_at, people_at, person_email
from mediation.people.drawn_codes import TRIES, code_digest, draw_code, is_code
from mediation.people.leavers import forget_address
from mediation.people.links import CLOCKS_APART, refused_link, revoke_links, send_link, use_link
from mediation.people.mailboxes import email_hash, is_at, mailbox
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.people.second_factor import Proof
from mediation.people.sign_in_methods import OWN_ADDRESS, WORK_ADDRESS, addresses, end_access, note_removed, tell
from mediation.store.database import Db
from mediation.store.models import (
    AddressChange,
    Case,
    Letter,
    Link,
    Participant,
    Person,
    SignInSession,
    Token,
    get,
    put,
)
from mediation.workflow.facts import case_state

PURPOSE = "new-address"  # of the link
PROVEN, REPLACED, CALLED_OFF, REMOVED = "proven", "replaced", "called-off", "removed"
ASKED = RateLimit("new-addresses", 3, timedelta(minutes=10))  # by participant
_CODE = "address"  # the kind of its code


def ask(db: Db, whose: Participant, person: Person, address: str) -> AddressChange:
    """Let an address that was `checked_email` wait as somebody's new one: a letter brings it a link and a code.

    Every address that the person has is told. What was asked for before opens nothing any more. Refuses with
    `asked-too-often`.
    """
    count_or_refuse(db, ASKED, whose.id)
    call_off(db, whose.id, how=REPLACED)
    change = AddressChange(id=db.new_id(), case_id=whose.case_id, participant_id=whose.id, at=db.now())
    good_for = HANDED_OVER_WITHIN + VALID_FOR[PURPOSE]
    change.until = db.now() + good_for
    code = draw_code(2)
    change.code_digest = code_digest(db, _CODE, change.id, code)
    put(db, change, "email", address)
    words = {"code": code}
    change.link_id = send_link(
        db, person.id, PURPOSE, PURPOSE, good_for, address=address, language=whose.language, words=words
    )
    db.add(change)
    db.flush()
    tell(db, person, "address-change-asked")
    return change


def call_off(db: Db, participant_id: str, *, how: str = CALLED_OFF) -> bool:
    """Let a new address that waits be proven no more; gives whether there was one."""
    change = db.scalar(select(AddressChange).filter_by(participant_id=participant_id, ended_at=None))
    if change is None:
        return False
    _end(db, change, how)
    return change.until is not None and change.until > db.now()


def take_away(db: Db, whose: Participant, person: Person) -> None:
    """Take the address of a participant away at a case: what is written to them is printed from now on.

    It still signs them in; only where nobody could be taken for them yet nobody does by it any more.
    """
    gone = AddressChange(id=db.new_id(), case_id=whose.case_id, participant_id=whose.id, at=db.now())
    put(db, gone, "former", get(db, whose, "email"))
    gone.ended_at, gone.how = db.now(), REMOVED
    db.add(gone)
    tell(db, person, "address-change-asked")
    whose.email = None
    if person.email is not None and _is_nobody_yet(db, person):
        revoke_links(db, person.id)
        forget_address(db, person, "email")
    db.flush()


def waits(now: datetime) -> ColumnElement[bool]:
    """Of a `Participant`: whether a new address of theirs waits to be proven at this moment (UTC)."""
    theirs = AddressChange.participant_id == Participant.id, AddressChange.ended_at.is_(None)
    return select(AddressChange.id).where(*theirs, AddressChange.until > now).correlate(Participant).exists()


def prove_by_link(db: Db, secret: str, *, client: str) -> None:
    """Make the address that the link went to that of somebody whom nobody could be taken for yet.

    Refuses everybody else with `own-sign-in-needed`, and like `refused_link`.
    """
    # Found before it is used up: the case is locked first, as by every act.
    sent = select(AddressChange.case_id, Link.person_id).join(Link, Link.id == AddressChange.link_id)
    found = db.execute(sent.where(Link.digest == digest_of(secret))).first()
    if found is None:
        raise refused_link(db, client)
    person = _locked(db, found.person_id, found.case_id, *(one.case_id for one in _waiting(db, found.person_id)))
    waiting = _waiting(db, person.id)
    change = next((one for one in waiting if one.case_id == found.case_id), None)
    box = None if change is None else mailbox(str(get(db, change, "email")))
    same = [one for one in waiting if one is not change and box is not None and is_at(get(db, one, "email"), box)]
    if change is not None and not _is_nobody_yet(db, person, cases=1 + len(same)):
        raise NotPermitted("own-sign-in-needed")
    link = use_link(db, secret, PURPOSE)
    if link is None or change is None or change.link_id != link.id or not _take(db, person, [change, *same], None):
        raise refused_link(db, client)


def prove_by_code(db: Db, person: Person, code: str, proof: Proof) -> None:
    """Make the new address to which a letter brought this code that of the person who is signed in and types it.

    A person with a second factor has to show it first. Every other session of theirs, and every link and token, ends.
    Refuses with `address-code-wrong`, at most five times, with `address-code-over` where none waits any more, and like
    `demand_any`.
    """
    demand_any(db, person, proof)
    ids = [one.case_id for one in _waiting(db, person.id)]
    if not ids:
        raise NotFound("address-code-over")
    person = _locked(db, person.id, *ids)
    # Counted before the code is compared, so that parallel guesses are all counted.
    open_still = AddressChange.id.in_([one.id for one in _waiting(db, person.id)]), AddressChange.tries < TRIES
    counted = update(AddressChange).where(*open_still).values(tries=AddressChange.tries + 1)
    changes = db.scalars(counted.returning(AddressChange), execution_options={"synchronize_session": False}).all()
    if not changes:
        raise NotFound("address-code-over")
    right = next((one for one in changes if is_code(db, _CODE, one, code)), None)
    if right is None:
        raise NotPermitted("address-code-wrong").keeping()
    if not _take(db, person, [right], proof.session):
        raise NotFound("address-code-over")


def forget_unproven(db: Db) -> None:
    """Wipe the new addresses that nobody proved in time."""
    over = AddressChange.ended_at.is_(None), AddressChange.until <= db.now()
    wiped = update(AddressChange).where(*over).values(email=None, code_digest=None, ended_at=db.now(), how=CALLED_OFF)
    db.execute(wiped.execution_options(synchronize_session=False))


def _locked(db: Db, person_id: str, *case_ids: str) -> Person:
    db.execute(select(Case.id).where(Case.id.in_(case_ids)).order_by(Case.id).with_for_update()).all()
    fresh = {"populate_existing": True}  # the caller was read before the lock
    return db.scalars(select(Person).where(Person.id == person_id).with_for_update(), execution_options=fresh).one()


def _waiting(db: Db, person_id: str) -> list[AddressChange]:
    """The new addresses of a person that can still be proven, at whichever case they were asked for."""
    sent = select(func.min(Letter.delivered_at)).where(Letter.about == AddressChange.link_id).scalar_subquery()
    theirs = Participant.person_id == person_id, Participant.left_at.is_(None)
    rows = select(AddressChange, sent).join(Participant, Participant.id == AddressChange.participant_id).where(*theirs)
    good = AddressChange.ended_at.is_(None), AddressChange.until > db.now(), AddressChange.at <= db.now() + CLOCKS_APART
    fresh = {"populate_existing": True}
    return [
        one
        for one, handed in db.execute(rows.where(*good).order_by(AddressChange.at), execution_options=fresh)
        if db.now() < min(handed or db.now(), one.at + HANDED_OVER_WITHIN) + VALID_FOR[PURPOSE]
    ]


def _is_nobody_yet(db: Db, person: Person, *, cases: int = 1) -> bool:
    """Whether nobody could be taken for a person yet: so many cases alone know them, and no address of theirs ever signed in."""
    if not is_known_only_at(db, person.id, cases=cases):
        return False
    if not addresses(person):
        return True
    token = select(Token.id).where(Token.person_id == person.id).limit(1)
    never = person.first_signed_in_at is None and person.private_email is None
    return never and db.scalar(token) is None


def _take(db: Db, person: Person, changes: Sequence[AddressChange], session: SignInSession | None) -> bool:
    """Make a proven address that of its person: letters of their cases that went to the former one go there, too.

    `changes` are all that asked for it, each at another case. Gives False where it cannot be theirs. The `session` in which
    it was proven goes on.
    """
    address, before = str(get(db, changes[0], "email")), person_email(db, person)
    method = WORK_ADDRESS if person.active or person.email is not None else OWN_ADDRESS  # of an ended account
    if method == OWN_ADDRESS and is_taken(db, address, person.id):
        return False
    tell(db, person)
    if method == OWN_ADDRESS:
        put(db, person, "private_email", address)
        person.private_email_hash = email_hash(db, address)
    elif not is_at(get(db, person, "email"), mailbox(address)):
        _move(db, person, address)
        _be_at_one_mailbox_once(db, person, address, session)
    for change in changes:
        former = get(db, db.get_one(Participant, change.participant_id), "email")
        if former is not None:
            put(db, change, "former", former)
    _readdress(db, person, {one.participant_id for one in changes}, before, address)
    for change in changes:
        _end(db, change, PROVEN)
    end_access(db, person.id, session.id if session is not None else None)
    note_removed(db, person.id, method)
    for change in changes:
        whose, case = change.participant_id, case_state(db.get_one(Case, change.case_id))
        record.append(db, case, "prove-address", actor=whose, about=[whose])
    return True


def _move(db: Db, person: Person, address: str) -> None:
    # Somebody else may come to that mailbox at the same time. Who is there stays somebody else: nobody is ever merged.
    while True:
        with suppress(IntegrityError), db.begin_nested():
            give_work_address(db, person, address, [one for one in people_at(db, address) if one.id != person.id])
            db.flush()
            return


def _be_at_one_mailbox_once(db: Db, person: Person, address: str, session: SignInSession | None) -> None:
    # Else a code to the "other" address would go to the same mailbox, and prove nothing.
    if is_at(get(db, person, "private_email"), mailbox(address)):
        person.private_email = person.private_email_hash = None
        note_removed(db, person.id, OWN_ADDRESS)
        if session is not None:
            session.through = "email"


def _readdress(db: Db, person: Person, asked: Collection[str], before: str | None, address: str) -> None:
    here = Participant.person_id == person.id, Participant.left_at.is_(None)
    for one in db.scalars(select(Participant).where(*here).order_by(Participant.id)):
        with suppress(NotFound):  # the words of that case are destroyed already
            if one.id in asked or get(db, one, "email") == before:
                put(db, one, "email", address)


def _end(db: Db, change: AddressChange, how: str) -> None:
    if change.link_id is not None:
        outbox.wipe(db, change.link_id)
        revoke_links(db, db.get_one(Participant, change.participant_id).person_id, Link.id == change.link_id)
    change.email = change.code_digest = None
    change.ended_at, change.how = db.now(), how
    db.flush()
