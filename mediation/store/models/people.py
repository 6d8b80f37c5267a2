"""People known to the installation, their organisations and offices, and their tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import INSTALLATION
from mediation.store.models.base import CODE, ID, InLanguage, Row, encrypted, partial_index


class Organisation(Row, table="organisations"):
    """An employer or a mediators' office. `country` says whose holidays warn, `second_factor` what signing asks for."""

    name: Mapped[str] = mapped_column(String(200), unique=True)
    country: Mapped[str] = mapped_column(String(2), default="FI")
    second_factor: Mapped[str] = mapped_column(CODE, default="none")  # asked before signing: none, totp, letter
    created_at: Mapped[datetime]


class Person(InLanguage, Row, table="people"):
    """Somebody known to the installation; found by e-mail address only through a keyed hash.

    `private_email` is a confirmed address of their own, which they keep when the employer ends the account. A person who is not
    active was invited and has not signed in yet, or has neither office nor work address any more.
    """

    email_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    email: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    private_email_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    private_email: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    name: Mapped[bytes] = encrypted(lambda row: INSTALLATION)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_case_at: Mapped[datetime | None]  # when the agreements of their last removed case were deleted


class Office(Row, table="offices"):
    """What a person is in an organisation: mediator, hr or admin."""

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"))
    office: Mapped[str] = mapped_column(CODE)
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    __table_args__ = (
        partial_index(
            "uq_offices_standing", "person_id", "organisation_id", "office", where="until IS NULL", unique=True
        ),
    )


class Token(Row, table="tokens"):
    """A bearer token, of which only the digest is kept. `scopes`: read, write, with a comma between them."""

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(40), default="read,write")
    name: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)  # given by its owner
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
