"""Sign-in: one-time links, sessions, second factors and their proofs, calendar feeds, and rate limits."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import INSTALLATION
from mediation.store.models.base import CODE, ID, Base, Row, encrypted

DIGEST = String(64)


class Link(Row, table="links"):
    """A link that works once; of its secret only the digest is kept.

    `purpose` is sign-in, invitation, own-address, new-address or keep-way-in (which stops the suspension of a way in).

    `through` is the address it went to (`email` or `private_email`). An own-address link has the new `address`; an
    invitation the office it gives. `code_digest` is that of a short code to type instead, `code_tries` how often it was tried.
    """

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    purpose: Mapped[str] = mapped_column(CODE)
    through: Mapped[str] = mapped_column(CODE)
    digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    code_digest: Mapped[str | None] = mapped_column(DIGEST)
    code_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    address: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    organisation_id: Mapped[str | None] = mapped_column(ID, ForeignKey("organisations.id"), index=True)
    office: Mapped[str | None] = mapped_column(CODE)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SignInSession(Row, table="sign_in_sessions"):
    """Somebody signed in on one device; of the random id in the cookie only the digest is kept.

    `device` is the name that the browser gives itself. `proven_at` is when a second factor was last shown, `proven_by` which.
    `case_number` is that of the only case that it opens, on a device that others in the room see; `room_sign_in_id` by what it
    was opened for somebody there. From `locked_at` on it opens nothing until its person shows a second factor.
    """

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    through: Mapped[str] = mapped_column(CODE)
    digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    device: Mapped[bytes | None] = encrypted(lambda row: INSTALLATION, optional=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    proven_at: Mapped[datetime | None]
    proven_by: Mapped[str | None] = mapped_column(CODE)
    case_number: Mapped[str | None] = mapped_column(CODE)
    room_sign_in_id: Mapped[str | None] = mapped_column(ID)
    locked_at: Mapped[datetime | None]


class RoomSignIn(Row, table="room_sign_ins"):
    """A sign-in that a mediator opens for somebody in the room: by a link that a phone scans, or on the mediator's laptop.

    On the laptop it was `opened_from` the mediator's session. The phone shows two `digits`, which the mediator confirms. It
    ends with the session of the case (`meeting_id`) that was under way.
    """

    person_id: Mapped[str] = mapped_column(ID, index=True)
    participant_id: Mapped[str] = mapped_column(ID)
    case_number: Mapped[str] = mapped_column(CODE)
    meeting_id: Mapped[str | None] = mapped_column(ID)
    opened_from: Mapped[str | None] = mapped_column(ID)
    digits: Mapped[str | None] = mapped_column(CODE)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Authenticator(Row, table="authenticators"):
    """The app on a person's phone that shows codes (TOTP). `last_step` is the time step of the last code taken."""

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), unique=True)
    secret: Mapped[bytes] = encrypted(lambda row: INSTALLATION)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class CalendarFeed(Row, table="calendar_feeds"):
    """A person's calendar feed; of the secret in its address only a keyed digest is kept."""

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), unique=True)
    digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    created_at: Mapped[datetime]


class Challenge(Row, table="challenges"):
    """Asks a person for a second factor (totp, letter); the right code gives a proof that can be used once."""

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    session_id: Mapped[str | None] = mapped_column(ID, ForeignKey("sign_in_sessions.id"), index=True)
    kind: Mapped[str] = mapped_column(CODE)
    code_digest: Mapped[str | None] = mapped_column(DIGEST)  # keyed, or its six digits could be found by trying
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    proof_digest: Mapped[str | None] = mapped_column(DIGEST, unique=True)
    proven_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SuspendedWay(Row, table="suspended_ways"):
    """A suspended way in of a person (work-address, own-address, app), until the suspension is stopped or the way removed.

    `in_person`: suspended by somebody who met the person, not from a session of their own.
    """

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    way: Mapped[str] = mapped_column(CODE)
    in_person: Mapped[bool]
    at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class WrongCodes(Base, table="wrong_codes"):
    """How many wrong codes somebody typed in a row, and by which `ways` in, each between commas."""

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), primary_key=True)
    count: Mapped[int]
    ways: Mapped[str] = mapped_column(CODE)


class Pace(Base, table="paces"):
    """The state of one rate limit for one subject: `rested_at` is when it is fully free again, in ms since 1970."""

    subject: Mapped[str] = mapped_column(DIGEST, primary_key=True)
    rested_at: Mapped[int] = mapped_column(BigInteger, index=True)
