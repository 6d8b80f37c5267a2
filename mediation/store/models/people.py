"""People known to the installation, their organisations and offices, and their tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, or_, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from mediation.keys.keyring import INSTALLATION
from mediation.store.models.base import CODE, ID, InLanguage, Row, encrypted, partial_index


class Organisation(Row, table="organisations"):
    """An employer or a mediators' office. `country` says whose holidays warn, `second_factor` what signing asks for.

    Letters of the cases for which it provides the mediation bear the name `letters_from`, and say how to reach it
    (`letters_contact`) and where to complain (`complaint_route`). None: a neutral name, and nothing. Their papers bear its name,
    its logo, whom to ask (`paper_contact`), who is the controller of the data (`paper_controller`), and its own lines by
    language (`paper_lines`, as JSON).
    """

    name: Mapped[str] = mapped_column(String(200), unique=True)
    country: Mapped[str] = mapped_column(String(2), default="FI")
    second_factor: Mapped[str] = mapped_column(CODE, default="none")  # asked before signing: none, totp, letter
    letters_from: Mapped[str | None] = mapped_column(String(60))
    letters_contact: Mapped[str | None] = mapped_column(String(300))
    complaint_route: Mapped[str | None] = mapped_column(String(300))
    paper_contact: Mapped[str | None] = mapped_column(String(300))
    paper_controller: Mapped[str | None] = mapped_column(String(300))
    inquiry_address: Mapped[str | None] = mapped_column(String(40))  # where anybody may ask it for work supervision
    takes_inquiries: Mapped[bool] = mapped_column(default=False, server_default=false())
    paper_lines: Mapped[str | None] = mapped_column(Text)
    logo_kind: Mapped[str | None] = mapped_column(String(3))  # png or svg
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]

    __table_args__ = (Index("uq_organisations_inquiry_address", "inquiry_address", unique=True),)


class Person(InLanguage, Row, table="people"):
    """Somebody known to the installation; found by e-mail address only through a keyed hash. Several may share a mailbox.

    `private_email` is a confirmed address of their own, which they keep when the employer ends the account. A person who is not
    active was invited and has not signed in yet, or has neither office nor work address any more.
    """

    email_hash: Mapped[str | None] = mapped_column(String(64))
    email_order: Mapped[int] = mapped_column(default=0, server_default="0")  # among those who share that mailbox
    email: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    private_email_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    private_email: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    name: Mapped[bytes] = encrypted(lambda row: INSTALLATION)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    first_signed_in_at: Mapped[datetime | None]  # who was known before this was noted counts as having signed in
    sign_ins_closed_at: Mapped[
        datetime | None
    ]  # on a call: nobody signs in as them until they are met, or type a paper code
    sign_ins_closed_by: Mapped[str | None] = mapped_column(CODE)  # case, administrator
    last_case_at: Mapped[datetime | None]  # when the agreements of their last removed case were deleted

    __table_args__ = (UniqueConstraint("email_hash", "email_order", name="uq_people_email_order"),)


class ReferralDraft(Row, table="referral_drafts"):
    """What somebody is writing in a referral and has not sent yet: its fields, as JSON, for themselves alone."""

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), unique=True)
    words: Mapped[bytes] = encrypted(lambda row: INSTALLATION)
    at: Mapped[datetime] = mapped_column(index=True)  # when it was saved last


class Office(Row, table="offices"):
    """What a person is in an organisation: mediator, hr, admin or complaints."""

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"), index=True)
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
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(index=True)


ADDRESSES = ("email", "private_email")  # the columns of `Person` that hold one


def is_shared(person_id: Any, column: str) -> ColumnElement[bool]:
    """Whether somebody else, too, gets letters at an address (`column`) of a person: for statements over people."""
    mine, other = aliased(Person), aliased(Person)
    same = getattr(mine, f"{column}_hash")
    others = other.id != mine.id, or_(other.email_hash == same, other.private_email_hash == same)
    return select(other.id).where(mine.id == person_id, *others).correlate_except(mine, other).exists()
