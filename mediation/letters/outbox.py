"""The outbox: letters are rows, written in the transaction of their act and called off by others."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, literal, null, or_, update
from sqlalchemy import case as when

from mediation.letters.waiting import GATHERED, QUARTER, UNSENT, WHEN_IT_IS
from mediation.store.compiled import CompiledStatement
from mediation.store.database import Db
from mediation.store.models import Letter, encrypted_words
from mediation.store.somebody import insert_for


def announce(
    db: Db,
    case_id: str,
    kind: str,
    to: Iterable[str],
    *,
    params: Mapping[str, object] | None = None,
    about: str = "",
    due_at: datetime | None = None,
) -> None:
    """Put a letter of `kind` to each participant in `to` into the outbox, due at `due_at` (UTC).

    If that is not given, one that becomes one with others to the same reader is due in a quarter of an hour, and another
    now. One statement for all letters, in the caller's transaction.
    """
    announce_each(db, case_id, [(kind, to)], params=params, about=about, due_at=due_at)


def announce_each(
    db: Db,
    case_id: str,
    letters: Iterable[tuple[str, Iterable[str]]],
    *,
    params: Mapping[str, object] | None = None,
    about: str = "",
    due_at: datetime | None = None,
) -> None:
    """Like `announce`, for letters of several kinds, each with whom it is for; one statement for all."""
    put_out(db, case_id, [NewLetter(kind, to, params or {}, about, due_at) for kind, to in letters])


class NewLetter(NamedTuple):
    """A letter of a kind, to whom it goes and what `announce` says of it."""

    kind: str
    to: Iterable[str]
    params: Mapping[str, object] = MappingProxyType({})
    about: str = ""
    due_at: datetime | None = None


def put_out(db: Db, case_id: str, letters: Iterable[NewLetter]) -> None:
    """Like `announce`, for letters of which each says another thing; one statement for all."""
    now = db.now()
    rows = []
    for letter, participant_id in ((said, one) for said in letters for one in sorted(set(said.to))):
        row = {
            "id": db.new_id(),
            "case_id": case_id,
            "participant_id": participant_id,
            "kind": letter.kind,
            "about": letter.about,
            "due_at": letter.due_at or (now + QUARTER if letter.kind in GATHERED else now),
            "created_at": now,
            "attempts": 0,
        }
        row["params"] = encrypted_words(db, Letter, row, "params", dict(letter.params))
        rows.append(row)
    if rows:
        _WRITE.run(db, rows)


_ENTERED = ("id", "case_id", "participant_id", "kind", "about", "params", "due_at", "created_at", "attempts")
_WRITE = CompiledStatement(insert(Letter).values({name: bindparam(name) for name in _ENTERED}))


def write_to(
    db: Db,
    person_id: str,
    kind: str,
    params: Mapping[str, object],
    *,
    about: str = "",
    good_until: datetime | None = None,
) -> None:
    """Put a letter of `kind` to a person about their own sign-in into the outbox, to be sent before `good_until` or not at all.

    `params` say to which of their addresses (`to`), and may contain a secret. For an unknown person the same statement writes
    no letter, so that the two look the same from outside.
    """
    letter_id, now = db.new_id(), db.now()
    words = encrypted_words(db, Letter, {"id": letter_id, "case_id": None}, "params", dict(params))
    entered = {"id": letter_id, "kind": kind, "about": about, "params": words, "attempts": 0}
    entered |= {"due_at": now, "good_until": good_until, "created_at": now}
    insert_for(db, person_id, Letter, entered)


def call_off(db: Db, *which: ColumnElement[bool]) -> None:
    """Stop the letters that meet `which` and were not delivered yet from being sent."""
    update_letters(db, *which, *UNSENT, called_off_at=db.now())


def call_off_ahead(db: Db, case_id: str, lasting: Iterable[str], latest: datetime) -> None:
    """Stop the letters of a case that lie ahead, or ask for what is over, when it ends.

    Those of `lasting` kinds are sent, by `latest` (UTC) or now if that is past; and what a time that is called off, or
    somebody's words, need still.
    """
    now, kept = db.now(), Letter.kind.in_(lasting)
    goes = Letter.kind.in_(("session-cancelled", "series-cancelled", "something-waits")) & (
        Letter.due_at <= now + QUARTER
    )
    over = or_(Letter.due_at > now, Letter.kind.in_(_ENDING)) & ~goes
    latest = max(latest, now)
    due = when((kept & (Letter.due_at > latest), literal(latest, Letter.due_at.type)), else_=Letter.due_at)
    off = when((kept, null()), else_=literal(now, Letter.called_off_at.type))
    update_letters(db, Letter.case_id == case_id, over, *UNSENT, due_at=due, called_off_at=off)


_ENDING = ("reading-waits", "answer-waits", "decision-waits", *WHEN_IT_IS, "series-planned", "series-moved")


def update_letters(db: Db, *which: ColumnElement[bool], **values: object) -> int:
    """Update letters in the database only, not in the session's objects; returns how many."""
    changed = update(Letter).where(*which).values(**values).execution_options(synchronize_session=False)
    return int(db.execute(changed).rowcount)  # type: ignore[attr-defined]


def leave_for_print(db: Db, about: str) -> None:
    """Send the letter about something to no mailbox: it waits to be printed and handed over."""
    update_letters(db, Letter.about == about, gave_up_at=db.now())


def wipe(db: Db, about: str) -> None:
    """Delete the params of the letter with a link or code that was used, and do not send it any more."""
    _wipe(db, Letter.about == about)


def wipe_overdue(db: Db) -> None:
    """Delete the params of all letters about sign-in whose link or code has expired."""
    _wipe(db, Letter.good_until <= db.now())


def delete_old_sign_in_letters(db: Db, before: datetime) -> None:
    """Delete the letters about sign-in that were written before a moment."""
    old = Letter.person_id.is_not(None), Letter.created_at < before
    db.execute(delete(Letter).where(*old).execution_options(synchronize_session=False))


def _wipe(db: Db, which: ColumnElement[bool]) -> None:
    called_off = func.coalesce(Letter.called_off_at, literal(db.now(), Letter.called_off_at.type))
    kept = Letter.person_id.is_not(None), Letter.params.is_not(None)
    update_letters(db, which, *kept, params=None, called_off_at=called_off)
