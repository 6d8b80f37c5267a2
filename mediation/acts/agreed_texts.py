"""Agreed texts: the words of what somebody agrees to, kept in versions, so that a mark can name what was shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from mediation.acts.acting import Acting
from mediation.acts.letterheads import letterhead_in, logo_of
from mediation.case.seat import Seat
from mediation.documents.render import Sheet
from mediation.errors import CaseChanged, NotFound
from mediation.sealing.manifest import canonical, digest
from mediation.store.database import Db
from mediation.store.models import AgreedText, get


def keep_text(
    case: Acting,
    kind: str,
    words: Mapping[str, Sequence[Any]],
    *,
    asks: bool = True,
    first: int = 1,
    data: Mapping[str, Any] | None = None,
) -> AgreedText:
    """Keep `words` (blocks by language) as the next version of a kind; part of an act that records itself.

    Where the newest version says the same, it is given back. `data` are the values that the words were made of. `first` is
    the number of a first version: 2 where marks from before the texts were kept stand, and what is new has to be asked of
    everybody.
    """
    newest = newest_text(case.db, case.id, kind)
    said = digest(canonical(words))
    if newest is not None and get(case.db, newest, "digest") == said:
        return newest
    version = newest.version + 1 if newest is not None else first
    made_of = {} if data is None else {"data": data}
    return case.write(AgreedText(kind=kind, version=version, asks=asks), digest=said, words=words, **made_of)


def newest_text(db: Db, case_id: str, kind: str) -> AgreedText | None:
    """The newest version of a kind, if there is one."""
    of_kind = select(func.max(AgreedText.version)).filter_by(case_id=case_id, kind=kind).scalar_subquery()
    return db.scalar(select(AgreedText).filter_by(case_id=case_id, kind=kind, version=of_kind))


def shown_text(case: Acting, kind: str, text_id: str) -> AgreedText:
    """The text that somebody was shown and now agrees to.

    Refuses with `text-not-found` what is no text of this kind, and with `text-replaced` (409) one that a newer version
    has replaced.
    """
    text = case.row(AgreedText, id=text_id, kind=kind)
    if text is None:
        raise NotFound("text-not-found")
    if text != newest_text(case.db, case.id, kind):
        raise CaseChanged("text-replaced")
    return text


def text_sheet(db: Db, seat: Seat, text: AgreedText, language: str, *, signatory: str | None = None) -> Sheet:
    """A kept text of the seat's case in one language, to be typeset, with a line for `signatory` to sign at.

    `signatory` is a name, "" for a line without one, or None for no line. The sheet names no version, and is dated when the
    text was kept: the same text under the same letterhead gives the same bytes. An organisation's own lines are a part of what
    is agreed to, and stand in the text itself alone. Who may read it is for the caller.
    """
    data = {"case": seat.case.number, "blocks": get(db, text, "words")[language], "signatory": signatory}
    data["letterhead"] = letterhead_in(db, seat.case.id, language, with_lines=False)
    return Sheet(
        "agreed-text", seat.workflow.speaking(language), data, text.at, db.zone, logo=logo_of(db, seat.case.id)
    )
