"""E-mail addresses: which can be written to, which are one mailbox, and the keyed hashes by which a mailbox is found."""

import unicodedata
from hmac import digest as hmac_digest

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from mediation.errors import Malformed
from mediation.store.database import Db
from mediation.words.fields import EMAIL_LIMIT


def checked_email(email: str) -> str:
    """The address as it was given, without spaces around it and with its letters composed.

    Refuses at once what no letter would reach: with `email-malformed`, and with `email-beyond-ascii` other letters than
    a–z before the @, which few mail servers take.
    """
    address = unicodedata.normalize("NFC", email.strip())
    if not _parsed(address).local_part.isascii():
        raise Malformed("email-beyond-ascii", field="email")
    return address


def mailbox(email: str) -> str:
    """The mailbox of an address, the same for each way to write it: in small letters, the domain in its own script.

    `straße.example` and `strasse.example` are two domains (IDNA 2008). Refuses with `email-malformed`.
    """
    return _parsed(email).normalized.lower()


def _parsed(email: str) -> ValidatedEmail:
    address = email.strip()
    if len(address) > EMAIL_LIMIT or not address.isprintable():
        raise Malformed("email-malformed", field="email", limit=EMAIL_LIMIT)
    try:
        return validate_email(address, check_deliverability=False, strict=True)
    except EmailNotValidError:
        raise Malformed("email-malformed", field="email", limit=EMAIL_LIMIT) from None


def email_hash(db: Db, email: str) -> str:
    """The keyed hash by which a mailbox is found. Refuses with `email-malformed`."""
    return _hash(db, mailbox(email))


def email_hashes(db: Db, email: str) -> list[str]:
    """That hash, and those by which earlier versions found the mailbox: they took `ß` for `ss`, and `xn--…` as it was typed.

    So who is found by one of them is somebody at this mailbox only if `is_at` says so. Refuses with `email-malformed`.
    """
    box = mailbox(email)
    typed = f"{box.rpartition('@')[0]}@{_parsed(email).ascii_domain}"
    return sorted({_hash(db, one) for one in (box, box.casefold(), typed)})


def is_at(stored: str | None, box: str) -> bool:
    """Whether a stored address is of this mailbox; one that today would be refused is of none."""
    try:
        return stored is not None and mailbox(stored) == box
    except Malformed:
        return False


def _hash(db: Db, address: str) -> str:
    return hmac_digest(db.keys.keyring.derive("email"), address.encode(), "sha256").hex()
