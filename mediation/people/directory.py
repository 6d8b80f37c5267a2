"""People of the installation: names, e-mail addresses, organisations, offices and tokens."""

import re
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from unicodedata import normalize

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from mediation.case.access import EMPLOYERS_OFFICES, with_trait
from mediation.errors import Malformed, NotFound, NotPermitted, NotSignedIn, NotYet
from mediation.people.mailboxes import checked_email, email_hash, email_hashes, is_at, mailbox
from mediation.store.database import Db
from mediation.store.models import Case, Office, Organisation, Participant, Person, RoleHeld, Token, get, get_later, put
from mediation.words.catalogue import known_language
from mediation.words.fields import PEOPLE, SHORT, UNPRINTABLE, checked, one_of
from mediation.words.names import composed, same_name
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS

COMPLAINTS = "complaints"  # the office of who hears complaints about the mediators of an organisation
OFFICES = ("mediator", "hr", "admin", COMPLAINTS)
SCOPES = ("read", "write")
TOKEN_PREFIX = "mt_"
LONGEST_TOKEN = 3650  # days


def add_person(db: Db, name: str, language: str, email: str | None = None, *, active: bool = True) -> Person:
    """Add a person with a name (1–200 characters) and a language, or give back the one who has this name at this work address.

    The same address and the same name, but for what a keyboard varies, are the same person; another name there is somebody
    else, who shares the mailbox (workflow.md rule 21). Nobody is found by a private address: trying one adds a new person,
    and reveals nothing. Refuses with `text-empty`, `text-too-long`, `text-not-unicode`, `name-unprintable`,
    `language-unknown`, `too-many-at-address`, and like `checked_email`.
    """
    name = checked_name(name)
    known_language(language)
    address = checked_email(email) if email else None
    there = people_at(db, address) if address else []
    known = next((one for one in there if same_name(person_name(db, one), name)), None)
    if known is not None:
        return known
    person = Person(id=db.new_id(), language=language, created_at=db.now(), active=active)
    put(db, person, "name", name)
    if address is None:
        db.add(person)
        db.flush()
        return person
    give_work_address(db, person, address, there)
    if _is_added(db, person):
        return person
    return add_person(db, name, language, email, active=active)  # somebody else came to this mailbox at the same time


def give_work_address(db: Db, person: Person, address: str, others: Sequence[Person]) -> None:
    """Give a person an address that was `checked_email`, which `others` (`people_at`) have already.

    Somebody else may come there at the same time: the flush then fails with an IntegrityError, and it is to be done again.
    Refuses with `too-many-at-address`.
    """
    if len(others) >= PEOPLE:
        raise NotYet("too-many-at-address", field="email", limit=PEOPLE)
    put(db, person, "email", address)
    person.email_hash = others[0].email_hash if others else email_hash(db, address)
    person.email_order = max((one.email_order + 1 for one in others), default=0)


def _is_added(db: Db, new: Person | Organisation) -> bool:
    try:
        with db.begin_nested():
            db.add(new)
    except IntegrityError:  # somebody else added the same between our look and our write
        return False
    return True


def people_at(db: Db, email: str) -> list[Person]:
    """Who has this as their work address (never as a private one), in the order in which they came.

    Refuses with `email-malformed`.
    """
    box = mailbox(email)
    found = select(Person).where(Person.email_hash.in_(email_hashes(db, email)))
    return [
        one for one in db.scalars(found.order_by(Person.email_order, Person.id)) if is_at(get(db, one, "email"), box)
    ]


def find_by_email(db: Db, email: str) -> Person | None:
    """The person of a work address (never of a private one), or None.

    Refuses with `email-malformed`, and with `several-at-address` where people share it.
    """
    there = people_at(db, email)
    if len(there) > 1:
        raise NotYet("several-at-address", field="email")
    return there[0] if there else None


def find_person(db: Db, person_id: str) -> Person:
    """The person with this id. Refuses with `person-not-found`."""
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound("person-not-found")
    return person


def is_known_only_at(db: Db, person_id: str, *, cases: int = 1) -> bool:
    """Whether so many cases alone know a person, and they never had an office."""
    parts = select(func.count()).select_from(Participant).filter_by(person_id=person_id)
    offices = select(func.count()).select_from(Office).filter_by(person_id=person_id)
    return db.scalar(parts) == cases and db.scalar(offices) == 0


def person_name(db: Db, person: Person) -> str:
    """The name, in the clear."""
    return str(get(db, person, "name"))


def person_name_later(db: Db, person: Person) -> Callable[[], str]:
    """What gives the name, in the clear, when it is called: then its key can be read together with others."""
    return get_later(db, person, "name")


def person_email(db: Db, person: Person) -> str | None:
    """The e-mail address as it was given, in the clear: the work address, else the private one, else None."""
    address: str | None = get(db, person, "email") or get(db, person, "private_email")
    return address


def add_organisation(db: Db, name: str, country: str = "FI") -> Organisation:
    """Add an organisation in a country (two letters, ISO 3166), or give back the one of this name as it is.

    Refuses with `text-empty`, `text-too-long`, `text-not-unicode`, `name-unprintable` and `country-unknown`.
    """
    name = checked_name(name)
    if not re.fullmatch("[A-Z]{2}", country):
        raise Malformed("country-unknown", field="country")
    organisation = db.scalar(_named(name))
    if organisation is not None:
        return organisation
    new = Organisation(id=db.new_id(), name=name, country=country, created_at=db.now())
    return new if _is_added(db, new) else db.scalars(_named(name)).one()


def _named(name: str) -> Select[Organisation]:
    # Before names were stored composed, one may have been stored otherwise.
    return select(Organisation).where(Organisation.name.in_({name, composed(name), normalize("NFD", name)}))


def find_organisation(db: Db, name: str) -> Organisation:
    """The organisation of this name. Refuses with `organisation-not-found`."""
    organisation = db.scalar(_named(name))
    if organisation is None:
        raise NotFound("organisation-not-found")
    return organisation


def give_office(db: Db, person: Person, organisation_id: str, office: str) -> Office:
    """Give a person an office (OFFICES) in an organisation; the same again changes nothing.

    Refuses with `choice-unknown`, `organisation-not-found`, `person-not-active` for a deactivated person, and with
    `mediates-here` the office of hr or admin for somebody who mediates an open case of the organisation.
    """
    one_of(office, OFFICES, "office")
    if db.get(Organisation, organisation_id) is None:
        raise NotFound("organisation-not-found")
    # Locked by the person's row, so that the same office given twice at once is written once.
    if not db.scalar(select(Person.active).where(Person.id == person.id).with_for_update()):
        raise Malformed("person-not-active", field="person")
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
    here = Case.organisation_id == organisation_id, Case.outcome.is_(None), Case.from_outside.is_not(True)
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


# Made once: making it takes longer than asking it.
_OF_TOKEN = (
    select(Person, Token.scopes)
    .join(Token, Token.person_id == Person.id)
    .where(
        Token.digest == bindparam("digest"),
        Token.revoked_at.is_(None),
        or_(Token.expires_at.is_(None), Token.expires_at > bindparam("now")),
        Person.active.is_(True),
        Person.sign_ins_closed_at.is_(None),
    )
)


def person_of_token(db: Db, token: str, scope: str = "") -> Person:
    """The person of a token. Refuses with `token-unknown`, also when it expired, was revoked or its person deactivated.

    Where a `scope` is asked for, refuses with `scope-missing` a token without it.
    """
    found = db.execute(_OF_TOKEN, {"digest": digest_of(token), "now": db.now()}).first()
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


def forget_tokens(db: Db, long_ago: datetime) -> None:
    """Delete the tokens that expired or were revoked before `long_ago`.

    Those of somebody who never signed in stay: nothing else shows that there is somebody who uses the account.
    """
    over = or_(Token.expires_at < long_ago, Token.revoked_at < long_ago)
    theirs = Person.id == Token.person_id, Person.first_signed_in_at.is_not(None)
    gone = delete(Token).where(over, select(Person.id).where(*theirs).correlate(Token).exists())
    db.execute(gone.execution_options(synchronize_session=False))


def checked_name(name: str) -> str:
    """`name`, `composed`. Refuses with `name-unprintable` one that could be read as another, and like `checked`."""
    if UNPRINTABLE.search(checked(name, "name", SHORT)):
        raise Malformed("name-unprintable", field="name")
    return composed(name)


def _current(person: Person, organisation_id: str, office: str) -> tuple[ColumnElement[bool], ...]:
    of_this = Office.organisation_id == organisation_id, Office.office == office
    return Office.person_id == person.id, *of_this, Office.until.is_(None)


def digest_of(secret: str) -> str:
    """The digest that is stored of a secret of 256 random bits (a token, a link, a session), which cannot be guessed from it."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
