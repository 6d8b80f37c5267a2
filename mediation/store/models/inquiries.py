"""Inquiries from people without an account: unread until who asked confirms it by a letter, then part of a case."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import INSTALLATION, DeletionClock, KeyName
from mediation.store.models.base import CODE, ID, Row, encrypted, partial_index


def _of_the_inquiry(row: "Inquiry") -> KeyName:
    return KeyName(row.case_id, DeletionClock.CONTENT) if row.case_id else INSTALLATION


class Inquiry(Row, table="inquiries"):
    """What somebody without an account asks an organisation for. Nobody reads it before they confirm it, by `expires_at`.

    Until then `person_id` is nobody: only a letter goes to the address in `words`, with a secret of which the digest is
    kept. Then it is who confirmed, and the words, without the address, are the case's. `asked_for` is employer or own;
    `wished_form`, `wished_kind` and `people` (how many) are chosen from a list, and hold no words.
    """

    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"), index=True)
    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(ID, ForeignKey("cases.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    asked_for: Mapped[str] = mapped_column(CODE)
    wished_form: Mapped[str] = mapped_column(CODE)
    wished_kind: Mapped[str] = mapped_column(CODE)
    people: Mapped[int]
    language: Mapped[str] = mapped_column(String(2))
    words: Mapped[bytes] = encrypted(_of_the_inquiry)
    at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (partial_index("ix_inquiries_unconfirmed", "expires_at", where="confirmed_at IS NULL"),)
