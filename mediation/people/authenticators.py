"""Authenticator apps: six digits that change every half minute (TOTP, RFC 6238)."""

import base64
import secrets
from hmac import compare_digest
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, or_, select, update

from mediation.errors import NotPermitted, NotYet
from mediation.letters.wording import SENDER
from mediation.people.directory import person_email, person_name
from mediation.store.database import Db
from mediation.store.models import Authenticator, Person, get, put

STEP = 30  # seconds
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226: as long as the digest
_DRIFT = (-1, 0, 1)  # steps by which a phone's clock may differ


class Enrolment(NamedTuple):
    """What the app needs, shown until it is confirmed: the secret in base32, and the same as a URI for a QR code."""

    secret: str
    uri: str


def find_authenticator(db: Db, person_id: str) -> Authenticator | None:
    """The confirmed authenticator of a person, or None."""
    confirmed = Authenticator.person_id == person_id, Authenticator.confirmed_at.is_not(None)
    return db.scalar(select(Authenticator).where(*confirmed))


def pending(db: Db, person: Person) -> Enrolment | None:
    """The enrolment of the person's app that waits for its first code, until it is confirmed; None where none does."""
    waits = Authenticator.person_id == person.id, Authenticator.confirmed_at.is_(None)
    row = db.scalar(select(Authenticator).where(*waits))
    return _enrolment(db, person, get(db, row, "secret")) if row is not None else None


def enrol(db: Db, person: Person) -> Enrolment:
    """Make a secret for the person's app, which counts once a code of it was confirmed; replaces an unconfirmed one.

    Refuses with `authenticator-there` where one is confirmed.
    """
    if find_authenticator(db, person.id) is not None:
        raise NotYet("authenticator-there")
    forget_unconfirmed(db, person.id)
    row = Authenticator(id=db.new_id(), person_id=person.id, created_at=db.now(), last_step=0)
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    put(db, row, "secret", secret)
    db.add(row)
    db.flush()
    return _enrolment(db, person, secret)


def _enrolment(db: Db, person: Person, secret: str) -> Enrolment:
    owner = person_email(db, person) or person_name(db, person)
    return Enrolment(secret, _totp(secret).get_provisioning_uri(owner, SENDER[person.language]))


def confirm(db: Db, person_id: str, code: str) -> None:
    """Confirm the enrolled app by a code that it shows. Refuses with `code-wrong` and `no-authenticator`."""
    pending = Authenticator.person_id == person_id, Authenticator.confirmed_at.is_(None)
    row = db.scalar(select(Authenticator).where(*pending))
    if row is None:
        raise NotYet("no-authenticator")
    if not take_code(db, row, code):
        raise NotPermitted("code-wrong")
    row.confirmed_at = db.now()
    db.flush()


def forget_unconfirmed(db: Db, person_id: str) -> None:
    """Delete an app that was enrolled and not confirmed."""
    pending = Authenticator.person_id == person_id, Authenticator.confirmed_at.is_(None)
    db.execute(delete(Authenticator).where(*pending))


def remove(db: Db, person_id: str) -> None:
    """Delete the person's app; twice changes nothing."""
    db.execute(delete(Authenticator).where(Authenticator.person_id == person_id))


def take_code(db: Db, row: Authenticator, code: str) -> bool:
    """Whether the app shows `code` now, half a minute ago or in half a minute; a code, and all before it, is taken only once.

    A last step in the future was taken while the clock was wrong, and is ignored.
    """
    totp, now = _totp(get(db, row, "secret")), int(db.now().timestamp()) // STEP
    shown = [now + drift for drift in _DRIFT if compare_digest(totp.generate((now + drift) * STEP), code.encode())]
    if not shown:
        return False
    newer = or_(Authenticator.last_step < shown[0], Authenticator.last_step > now + max(_DRIFT))
    taken = update(Authenticator).where(Authenticator.id == row.id, newer).values(last_step=shown[0])
    return db.scalar(taken.returning(Authenticator.id)) is not None


def _totp(secret: str) -> TOTP:
    # SHA-1, because many apps support nothing else; in an HMAC it is still secure.
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)
