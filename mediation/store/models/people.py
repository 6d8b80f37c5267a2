"""People known to the installation, their organisations and offices, and their tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import INSTALLATION
from mediation.store.database import Instant
from mediation.store.models.base import CODE, ID, Row, encrypted


class Organisation(Row):
    """An employer, or an office of mediators. `country` decides which holidays warn, `second_factor` how its cases are signed."""

    __tablename__ = "organisations"
    name: Mapped[str] = mapped_column(String(200), unique=True)
    country: Mapped[str] = mapped_column(String(2), default="FI")
    second_factor: Mapped[str] = mapped_column(CODE, default="none")  # asked before signing: none, totp, letter
    created_at: Mapped[datetime] = mapped_column(Instant)


class Person(Row):
    """Somebody known to the installation; found by e-mail only through a keyed hash.

    `private_email` is a confirmed address of their own, which stays theirs when the employer ends the account. Somebody
    who is not active was invited and has not come yet, or has no office and no work address any more.
    """

    __tablename__ = "people"
    email_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    email: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    private_email_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    private_email: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    name: Mapped[bytes] = encrypted(lambda row: INSTALLATION)
    language: Mapped[str] = mapped_column(String(2))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_case_at: Mapped[datetime | None] = mapped_column(Instant)  # when the agreements of the last removed case went


class Office(Row):
    """What a person is in an organisation: mediator, hr or admin."""

    __tablename__ = "offices"
    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"))
    office: Mapped[str] = mapped_column(CODE)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index(
            "uq_offices_standing",
            "person_id",
            "organisation_id",
            "office",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )


class Token(Row):
    """A bearer token, of which only the digest is kept. `scopes`: read, write, with a comma between them."""

    __tablename__ = "tokens"
    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(40), default="read,write")
    name: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)  # what its owner calls it
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
