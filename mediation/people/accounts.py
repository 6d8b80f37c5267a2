"""Accounts: invitations to offices, leavers, and how somebody manages their own sign-in methods and tokens."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from mediation.errors import NotFound, NotPermitted, NotYet
from mediation.people import directory, second_factor, sign_in_methods
from mediation.people.authenticators import Enrolment, confirm, enrol, find_authenticator, forget_unconfirmed
from mediation.people.leavers import deactivate
from mediation.people.links import refused_link, revoke_links, send_link, use_link
from mediation.people.mailboxes import checked_email, email_hash, email_hashes
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.people.second_factor import KINDS, SECOND_FACTORS, TOTP, Proof
from mediation.people.sign_in_methods import APP, OWN_ADDRESS, addresses, remove_method, suspended, tell
from mediation.people.wrong_codes import forget_wrong
from mediation.store.database import Db
from mediation.store.models import Link, Office, Organisation, Person, SignInSession, SuspendedWay, Token, get, put
from mediation.words.fields import one_of

INVITATION_GOOD_FOR = timedelta(days=7)
ADDRESS_GOOD_FOR = timedelta(hours=1)
ADDRESSES = RateLimit("addresses", 3, timedelta(minutes=10))


class Officeholding(NamedTuple):
    """Who holds which office, and since when (UTC)."""

    person: str
    name: str
    office: str
    organisation: str
    since: datetime


def invite(db: Db, name: str, language: str, email: str, organisation_id: str, office: str) -> None:
    """Invite somebody to an office by a letter with a link; they have it once they have signed in with that.

    Nothing shows whether the address was known. Refuses like `add_person`, and with `choice-unknown`.
    """
    one_of(office, directory.OFFICES, "office")
    person = directory.add_person(db, name, language, email, active=False)
    more = {"organisation_id": organisation_id, "office": office}
    send_link(db, person.id, "invitation", "staff-invitation", INVITATION_GOOD_FOR, more=more)


def officeholders(db: Db, organisation_ids: Collection[str]) -> list[Officeholding]:
    """Who holds an office in these organisations now, sorted by name."""
    rows = select(Office, Person).join(Person, Person.id == Office.person_id)
    here = rows.where(Office.organisation_id.in_(sorted(organisation_ids)), Office.until.is_(None))
    found = [
        Officeholding(person.id, directory.person_name(db, person), one.office, one.organisation_id, one.since)
        for one, person in db.execute(here)
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.person, one.organisation, one.office))


def let_go(db: Db, person_id: str, organisation_ids: Collection[str]) -> None:
    """End the offices that somebody holds in these organisations and, where they hold no other, their account.

    Unused invitations to offices there are revoked. Refuses with `person-not-found` somebody without an office there,
    whether they exist or not.
    """
    held = db.execute(
        select(Office.organisation_id, Office.office).where(Office.person_id == person_id, Office.until.is_(None))
    ).all()
    ours = [one for one in held if one.organisation_id in organisation_ids]
    if not ours:
        raise NotFound("person-not-found")
    person = directory.find_person(db, person_id)
    revoke_links(db, person_id, Link.organisation_id.in_(sorted(organisation_ids)))
    for one in ours:
        directory.end_office(db, person, one.organisation_id, one.office)
    if len(ours) == len(held):
        deactivate(db, person)


def ask_for_second_factor(db: Db, organisation_id: str, kind: str) -> None:
    """Set which second factor (none, totp, letter) has to be shown before signing in the organisation's cases."""
    db.get_one(Organisation, organisation_id).second_factor = one_of(kind, SECOND_FACTORS, "second_factor")
    db.flush()


def give_own_address(db: Db, person: Person, email: str, proof: Proof) -> None:
    """Send a link to a private address of somebody's; the address is theirs once the link is used.

    A person with a second factor has to show it first. Refuses with `second-factor-needed`, `mailbox-shared`,
    `asked-too-often`, and like `checked_email`.
    """
    address = checked_email(email)
    demand_any(db, person, proof)
    _send_confirmation(db, person, address)


def address_waits(db: Db, person_id: str) -> bool:
    """Whether a link to a private address of somebody's waits to be used."""
    waits = Link.purpose == "own-address", Link.used_at.is_(None), Link.expires_at > db.now()
    return db.scalar(select(Link.id).where(Link.person_id == person_id, *waits).limit(1)) is not None


def give_address_in_person(db: Db, person: Person, email: str) -> None:
    """The same for somebody who has no address that signs in and types one on a mediator's device, which never shows it again.

    Refuses with `asked-too-often`, with `way-in-there` where they have such an address, and like `checked_email`.
    """
    address = checked_email(email)
    if addresses(person) - suspended(db, person.id):
        raise NotYet("way-in-there")
    _send_confirmation(db, person, address)


def _send_confirmation(db: Db, person: Person, email: str) -> None:
    count_or_refuse(db, ADDRESSES, person.id)
    send_link(db, person.id, "own-address", "own-address", ADDRESS_GOOD_FOR, address=email)


def confirm_in_person(db: Db, person_id: str, organisation_ids: Collection[str], method: str, *, by: str) -> None:
    """Suspend a sign-in method of an officeholder whom an administrator (`by`, a person's id) has met.

    Refuses with `person-not-found` somebody without an office there, with `another-person-needed` oneself, and like
    `suspend_in_person`.
    """
    held = Office.person_id == person_id, Office.organisation_id.in_(sorted(organisation_ids)), Office.until.is_(None)
    if db.scalar(select(Office.id).where(*held).limit(1)) is None:
        raise NotFound("person-not-found")
    if person_id == by:
        raise NotPermitted("another-person-needed")
    sign_in_methods.suspend_in_person(db, directory.find_person(db, person_id), method)
    forget_wrong(db, person_id)


def confirm_own_address(db: Db, secret: str, *, client: str) -> None:
    """Make the address that the link went to the person's private address. Refuses like `refused_link`."""
    link = use_link(db, secret, "own-address")
    address = str(get(db, link, "address")) if link is not None else ""
    if link is None or is_taken(db, address, link.person_id):
        raise refused_link(db, client)
    person = directory.find_person(db, link.person_id)
    tell(db, person)
    # Begun before this second factor existed, perhaps by somebody else: these must not get around it.
    revoke_links(db, person.id, or_(Link.purpose == "own-address", Link.through == "private_email"))
    forget_unconfirmed(db, person.id)
    put(db, person, "private_email", address)
    person.private_email_hash = email_hash(db, address)
    db.flush()
    sign_in_methods.note_removed(db, person.id, OWN_ADDRESS)


def is_taken(db: Db, address: str, person_id: str) -> bool:
    """Whether an address cannot be somebody's private one: it is another's, or anybody's work address."""
    # Checked only now: when the link was asked for, the answer would have revealed whose address it is.
    same = email_hashes(db, address)
    others = and_(Person.private_email_hash.in_(same), Person.id != person_id)
    return db.scalar(select(Person.id).where(or_(Person.email_hash.in_(same), others)).limit(1)) is not None


def suspend_own_method(db: Db, person: Person, method: str, session: SignInSession) -> SuspendedWay:
    """Suspend a sign-in method of one's own. Refuses like `suspend`, and with `mailbox-shared`."""
    _demand_where_shared(db, person, session)
    return sign_in_methods.suspend(
        db, person, method, session, by_app=second_factor.has_just_shown(db, session, (TOTP,))
    )


def drop_own_address(db: Db, person: Person, proof: Proof) -> None:
    """Remove somebody's private address; twice changes nothing. Refuses with `second-factor-needed`."""
    if person.private_email is None:
        return
    demand_any(db, person, proof)
    remove_method(db, person, OWN_ADDRESS)


def enrol_authenticator(db: Db, person: Person, proof: Proof) -> Enrolment:
    """Begin to use an app. Requires another second factor if there is one: else a reader of their mailbox could add an app.

    Refuses with `second-factor-needed` and like `enrol`.
    """
    if find_authenticator(db, person.id) is None:
        demand_any(db, person, proof)
    return enrol(db, person)


def confirm_authenticator(db: Db, person: Person, code: str) -> None:
    """Confirm the enrolled app with a code of it. Refuses like `confirm`."""
    confirm(db, person.id, code)
    revoke_links(db, person.id, Link.purpose == "own-address")  # asked for before there was this second factor
    tell(db, person)


def drop_authenticator(db: Db, person: Person, proof: Proof) -> None:
    """Remove somebody's app. Refuses with `second-factor-needed`."""
    demand_any(db, person, proof)
    if find_authenticator(db, person.id) is not None:
        remove_method(db, person, APP)


def demand_any(db: Db, person: Person, proof: Proof) -> None:
    """Require a second factor of whoever has one, or reads a shared mailbox.

    Refuses with `second-factor-needed` and `mailbox-shared`.
    """
    # A suspended method proves nothing, but proof is required until it is removed: otherwise suspending the only second
    # factor would get around it at once.
    if any(second_factor.has_second_factors(db, person, proof.session).values()) or suspended(db, person.id):
        second_factor.demand_one_of(db, person.id, KINDS, proof)
    else:
        _demand_where_shared(db, person, proof.session)


def _demand_where_shared(db: Db, person: Person, session: SignInSession | None) -> None:
    """Refuse with `mailbox-shared` who came through a mailbox that others read, and has not just shown a second factor."""
    shown = session is not None and second_factor.has_just_shown(db, session, KINDS)
    if not shown and second_factor.came_through(session, second_factor.shared_addresses(db, person.id)):
        raise NotPermitted("mailbox-shared")


def make_own_token(db: Db, person: Person, days: int, scopes: Collection[str], name: str | None, proof: Proof) -> str:
    """A new token for a program of somebody's, which outlasts their session; every address gets a letter about it.

    A person with a second factor has to show it first. Refuses with `second-factor-needed` and like `make_token`.
    """
    demand_any(db, person, proof)
    token = directory.make_token(db, person.id, days, scopes=scopes, name=name)
    tell(db, person)
    return token


def own_tokens(db: Db, person_id: str) -> list[tuple[Token, str | None]]:
    """The valid tokens of a person, the newest first, with the names that the person gave them."""
    good = Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > db.now())
    rows = db.scalars(
        select(Token).where(Token.person_id == person_id, *good).order_by(Token.created_at.desc(), Token.id)
    )
    return [(one, get(db, one, "name")) for one in rows]


def revoke_own_token(db: Db, person_id: str, token_id: str) -> None:
    """Revoke a token of a person; twice changes nothing. Refuses with `token-not-found` unless it is theirs."""
    token = db.get(Token, token_id)
    if token is None or token.person_id != person_id:
        raise NotFound("token-not-found")
    token.revoked_at = token.revoked_at or db.now()
    db.flush()
