"""One's own copy of a case, to keep: the sealed agreement and its frozen files, and what one said oneself, in one zip."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from sqlalchemy import select

from mediation.acts.stored_files import note_read_of, readable_by
from mediation.case.seat import Seat
from mediation.errors import NotFound, NotPermitted
from mediation.store.database import Db
from mediation.store.models import Agreement, Statement, StoredFile, get, get_bytes
from mediation.words.catalogue import say, say_moment
from mediation.workflow.declaration import Trait


def own_copy(db: Db, seat: Seat, language: str) -> bytes:
    """A zip of all that is a party's own: what they may read of the agreement's files, and their own statements as text.

    It can be read without us and checked with `mediation verify`. Refuses with `not-yours-to-see` who is no party (nor
    was), nor has an annex, and with `mailbox-shared` who has yet to show a second factor.
    """
    if seat.unproven:
        raise NotPermitted("mailbox-shared")
    if not seat.is_any(Trait.LASTS, Trait.REPRESENTS):
        raise NotPermitted("not-yours-to-see")
    whole = BytesIO()
    with ZipFile(whole, "w") as archive:
        for name, at, content in (*_files(db, seat), *_statements(db, seat, language)):
            archive.writestr(ZipInfo(name, at.astimezone(db.zone).timetuple()[:6]), content)
    return whole.getvalue()


def _files(db: Db, seat: Seat) -> Iterator[tuple[str, datetime, bytes]]:
    rows = db.execute(
        select(StoredFile, Agreement.version)
        .join(Agreement, Agreement.id == StoredFile.about)
        .where(readable_by(seat))
        .order_by(Agreement.version, StoredFile.name, StoredFile.id)
    )
    for row, version in rows.all():
        with suppress(NotFound):  # destroyed when its time was over
            content = get_bytes(db, row, "content")
            note_read_of(db, seat, row)
            yield f"{version}/{row.name}", row.at, content


def _statements(db: Db, seat: Seat, language: str) -> Iterator[tuple[str, datetime, bytes]]:
    own = Statement.participant_id == seat.participant_id, Statement.replaced_by.is_(None)
    rows = db.scalars(select(Statement).where(*own).order_by(Statement.at, Statement.id)).all()
    if rows:
        text = "\n\n".join(_statement(db, one, language) for one in rows)
        yield "own-words.txt", rows[-1].at, f"{text}\n".encode("utf-8", "replace")


def _statement(db: Db, one: Statement, language: str) -> str:
    try:
        words = str(get(db, one, "words"))
    except NotFound as gone:
        words = say(f"error.{gone.code}", language)
    return f"{say_moment(one.at, language, db.zone)} · {say(f'audience.{one.audience}', language)}\n{words}"
