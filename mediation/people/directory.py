"""People of the installation: names, e-mail addresses, organisations, offices and tokens."""

import re
import secrets
import unicodedata
from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.exc import IntegrityError

from mediation.case.seat import EMPLOYERS_OFFICES, with_trait
from mediation.errors import Malformed, NotFound, NotPermitted, NotSignedIn
from mediation.store.database import Db
from mediation.store.models import Case, Office, Organisation, Participant, Person, RoleHeld, Token, get, put
from mediation.words.catalogue import known_language
from mediation.words.fields import EMAIL_LIMIT, SHORT, checked, one_of
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS

OFFICES = ("mediator", "hr", "admin")
SCOPES = ("read", "write")
TOKEN_PREFIX = "mt_"
LONGEST_TOKEN = 3650  # days
Row = TypeVar("Row", Person, Organisation)

# Control characters, lone surrogates, and marks that reverse the reading direction (`evil` would print as `live`).
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_EMAIL = re.compile(r"""[^\s@<>()\[\],;:"\\]+@[^\s@<>()\[\],;:"\\]+""")


def add_person(db: Db, name: str, language: str, email: str | None = None, *, active: bool = True) -> Person:
    """Add a person with a name (1–200 characters) and a language, or give back the person who has this work address already.

    Nobody is found by a private address: trying one adds a new person, and reveals nothing. Refuses with `text-empty`,
    `text-too-long`, `text-not-unicode`, `name-unprintable`, `language-unknown` and `email-malformed`.
    """
    checked_name(name)
    known_language(language)
    known = find_by_email(db, email) if email else None
    if known is not None:
        return known
    person = Person(id=db.new_id(), language=language, created_at=db.now(), active=active)
    put(db, person, "name", name)
    if not email:
        db.add(person)
        db.flush()
        return person
    put(db, person, "email", email.strip())
    person.email_hash = email_hash(db, email)
    return _added_or_found(db, person, select(Person).where(Person.email_hash == person.email_hash))


def _added_or_found(db: Db, new: Row, same: Select[Row]) -> Row:
    try:
        with db.begin_nested():
            db.add(new)
    except IntegrityError:  # somebody else added the same between our look and our write
        return db.scalars(same).one()
    return new


def find_by_email(db: Db, email: str) -> Person | None:
    """The person of a work address (never of a private one), or None. Refuses with `email-malformed`."""
    return db.scalar(select(Person).where(Person.email_hash == email_hash(db, email)))


def email_hash(db: Db, email: str) -> str:
    """The keyed hash by which a person is found; upper and lower case are the same. Refuses with `email-malformed`."""
    address = email.strip()
    if len(address) > EMAIL_LIMIT or not address.isprintable() or not _EMAIL.fullmatch(address):
        raise Malformed("email-malformed", field="email", limit=EMAIL_LIMIT)
    same = unicodedata.normalize("NFC", address).casefold()
    return hmac_digest(db.keys.keyring.derive("email"), same.encode(), "sha256").hex()


def find_person(db: Db, person_id: str) -> Person:
    """The person with this id. Refuses with `person-not-found`."""
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound("person-not-found")
    return person


def person_name(db: Db, person: Person) -> str:
    """The name, in the clear."""
    return str(get(db, person, "name"))


def person_email(db: Db, person: Person) -> str | None:
    """The e-mail address as it was given, in the clear: the work address, else the private one, else None."""
    address: str | None = get(db, person, "email") or get(db, person, "private_email")
    return address


def add_organisation(db: Db, name: str, country: str = "FI") -> Organisation:
    """Add an organisation in a country (two letters, ISO 3166), or give back the one of this name as it is.

    Refuses with `text-empty`, `text-too-long`, `text-not-unicode`, `name-unprintable` and `country-unknown`.
    """
    checked_name(name)
    if not re.fullmatch("[A-Z]{2}", country):
        raise Malformed("country-unknown", field="country")
    known = select(Organisation).where(Organisation.name == name)
    organisation = db.scalar(known)
    if organisation is not None:
        return organisation
    return _added_or_found(db, Organisation(id=db.new_id(), name=name, country=country, created_at=db.now()), known)


def find_organisation(db: Db, name: str) -> Organisation:
    """The organisation of this name. Refuses with `organisation-not-found`."""
    organisation = db.scalar(select(Organisation).where(Organisation.name == name))
    if organisation is None:
        raise NotFound("organisation-not-found")
    return organisation


def give_office(db: Db, person: Person, organisation_id: str, office: str) -> Office:
    """Make a person mediator, hr or admin of an organisation; the same office again changes nothing.

    Refuses with `choice-unknown`, `organisation-not-found`, `person-not-active` for a deactivated person, and with
    `mediates-here` the office of hr or admin for somebody who mediates an open case of the organisation.
    """
    one_of(office, OFFICES, "office")
    if db.get(Organisation, organisation_id) is None:
        raise NotFound("organisation-not-found")
    # Locked by the person's row, so that the same office given twice at once is written once.
    if not db.scalar(select(Person.active).where(Person.id == person.id).with_for_update()):
        raise Malformed("person-not-active", field="person_id")
    current = db.scalar(select(Office).where(*_current(person, organisation_id, office)))
    if current is not None:
        return current
    if office in EMPLOYERS_OFFICES and db.scalar(_mediated_here(person.id, organisation_id)) is not None:
        raise NotPermitted("mediates-here")
    given = Office(id=db.new_id(), person_id=person.id, organisation_id=organisation_id, office=office, since=db.now())
    db.add(given)
    db.flush()
    return given


def _mediated_here(person_id: str, organisation_id: str) -> Select[str]:
    seated = select(RoleHeld.id).join(Participant, Participant.id == RoleHeld.participant_id)
    theirs = Participant.person_id == person_id, Participant.left_at.is_(None)
    mediates = with_trait(WORKFLOWS, Trait.LEADS), RoleHeld.until.is_(None)
    here = Case.organisation_id == organisation_id, Case.outcome.is_(None)
    return seated.join(Case, Case.id == Participant.case_id).where(*theirs, *mediates, *here).limit(1)


def end_office(db: Db, person: Person, organisation_id: str, office: str) -> None:
    """End an office now; where it is not held, nothing changes. Refuses with `choice-unknown`."""
    one_of(office, OFFICES, "office")
    db.execute(update(Office).where(*_current(person, organisation_id, office)).values(until=db.now()))


def make_token(
    db: Db, person_id: str, days: int | None, *, scopes: Collection[str] = SCOPES, name: str | None = None
) -> str:
    """Make a bearer token of a person, valid for some days (1–3650) or, with None, until revoked; only its digest is stored.

    `scopes` are read, write or both; `name` is what its owner calls it. Refuses with `person-not-found`,
    `days-out-of-range`, `choice-unknown`, `too-few` (no scope), and like `checked` a name.
    """
    find_person(db, person_id)
    if not scopes:
        raise Malformed("too-few", field="scopes", limit=1)
    for scope in scopes:
        one_of(scope, SCOPES, "scopes")
    if days is not None and not 1 <= days <= LONGEST_TOKEN:
        raise Malformed("days-out-of-range", field="days", limit=LONGEST_TOKEN)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    expires = db.now() + timedelta(days=days) if days is not None else None
    row = Token(
        id=db.new_id(),
        person_id=person_id,
        digest=digest_of(token),
        scopes=",".join(scope for scope in SCOPES if scope in scopes),
        created_at=db.now(),
        expires_at=expires,
    )
    put(db, row, "name", checked(name, "name", SHORT) if name else None)
    db.add(row)
    db.flush()
    return token


def person_of_token(db: Db, token: str, scope: str = "") -> Person:
    """The person of a token. Refuses with `token-unknown`, also when it expired, was revoked or its person deactivated.

    Where a `scope` is asked for, refuses with `scope-missing` a token without it.
    """
    good = (
        Token.digest == digest_of(token),
        Token.revoked_at.is_(None),
        or_(Token.expires_at.is_(None), Token.expires_at > db.now()),
        Person.active.is_(True),
    )
    found = db.execute(select(Person, Token.scopes).join(Token, Token.person_id == Person.id).where(*good)).first()
    if found is None:
        raise NotSignedIn("token-unknown")
    if scope and scope not in found.scopes.split(","):
        raise NotPermitted("scope-missing")
    return found[0]


def revoke_tokens(db: Db, person_id: str) -> None:
    """Revoke all tokens of a person."""
    db.execute(
        update(Token).where(Token.person_id == person_id, Token.revoked_at.is_(None)).values(revoked_at=db.now())
    )


def checked_name(name: str) -> str:
    """`name`, unchanged. Refuses with `name-unprintable` one that could be read as another, and like `checked`."""
    if _UNPRINTABLE.search(checked(name, "name", SHORT)):
        raise Malformed("name-unprintable", field="name")
    return name


def _current(person: Person, organisation_id: str, office: str) -> tuple[ColumnElement[bool], ...]:
    of_this = Office.organisation_id == organisation_id, Office.office == office
    return Office.person_id == person.id, *of_this, Office.until.is_(None)


def digest_of(secret: str) -> str:
    """The digest that is stored of a secret of 256 random bits (a token, a link, a session), which cannot be guessed from it."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
