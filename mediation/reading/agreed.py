"""What a seat reads of what is agreed to beforehand: terms, ground rules, undertakings, and on what attendance rests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, select

from mediation.acts.agreed_texts import newest_text, text_sheet
from mediation.acts.terms import ASKED_TO_AGREE, TERMS
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.documents.render import Sheet
from mediation.errors import NotFound, NotPermitted
from mediation.reading.case import has_section
from mediation.reading.view import ABSENT, IfSeen, columns, shown, view
from mediation.store.database import Db
from mediation.store.models import AgreedText, AttendanceBasis, Mark, Participant, ScreeningAnswer, get
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import CONSENT


@view
class TextBlock:
    """A heading and the paragraphs under it; `boxed` where they are an organisation's own lines."""

    heading: str
    paragraphs: list[str]
    boxed: bool


@view
class AgreedTextLine:
    """A text that is agreed to, by language. Versions are for the mediators: a party reads the newest one."""

    id: str
    kind: str
    words: dict[str, list[TextBlock]] | None
    deleted: IfSeen[bool] = ABSENT
    version: IfSeen[int] = ABSENT
    asks: IfSeen[bool] = ABSENT
    at: datetime


@view
class BasisLine:
    """On what a party's attendance at the information and the separate meeting rests; it says nothing of consent.

    `ask_alone`, for the mediators: it was changed, and S11 of the screening has not been answered since.
    """

    participant: str
    number: int
    basis: str
    ground: str | None
    ask_alone: IfSeen[bool] = ABSENT
    at: datetime


UNDERTAKING = "undertaking-"


def _own_level(seat: Seat, item: str) -> Level:
    level = sees(seat.roles, item)
    if not has_section(level):
        raise NotPermitted("not-yours-to-see")
    return level


def read_agreed_texts(db: Db, seat: Seat) -> list[AgreedTextLine]:
    """The texts that this seat agrees to or may read: for mediators every version, for others the newest.

    Refuses with `not-yours-to-see` who takes no part.
    """
    _own_level(seat, "participants")
    of_case = select(columns(AgreedText, AgreedTextLine)).where(AgreedText.case_id == seat.case.id)
    rows = [
        one for one in db.scalars(of_case.order_by(AgreedText.kind, AgreedText.version)) if _may_read(seat, one.kind)
    ]
    leads = seat.is_any(Trait.LEADS)
    seen = rows if leads else list({one.kind: one for one in rows}.values())
    more = ("version", "asks")
    lines = [shown(db, AgreedTextLine, one, **({} if leads else dict.fromkeys(more, ABSENT))) for one in seen]
    return [replace(one, words=_blocks(one.words)) for one in lines]


def printed_texts(db: Db, seat: Seat) -> list[AgreedTextLine]:
    """The newest of the texts that the contract prints, as far as this seat may read them, in the order of the contract."""
    takes_part = has_section(sees(seat.roles, "participants"))
    prints = seat.workflow.contract.prints if takes_part else ()
    newest = {one.kind: one for one in read_agreed_texts(db, seat)} if prints else {}
    return [newest[kind] for kind in prints if kind in newest]


def has_declined(db: Db, seat: Seat) -> bool:
    """Whether this seat has said no to the newest terms and was not asked again since: no is an answer, too."""
    newest = newest_text(db, seat.case.id, TERMS)
    mine = Mark.participant_id == seat.participant_id, Mark.ended_at.is_(None)
    told = Mark.kind == CONSENT, Mark.value == "declined", Mark.about == (newest.id if newest else "")
    at = db.scalar(select(Mark.at).where(*mine, *told))
    if at is None:
        return False
    asked = Mark.kind.in_(ASKED_TO_AGREE), Mark.at > at
    return db.scalar(select(Mark.id).where(*mine, *asked).limit(1)) is None


def agreed_sheet(db: Db, seat: Seat, text_id: str, language: str) -> Sheet:
    """A text that this seat may read, or has agreed to, to be typeset in a language, with a line for them to sign at.

    A mediator prints it with a line without a name, for whoever signs on paper. Refuses with `text-not-found`, also for what
    is approved but no sheet of its own: a summary.
    """
    text = db.scalar(select(AgreedText).filter_by(case_id=seat.case.id, id=text_id))
    agreed = Mark.participant_id == seat.participant_id, Mark.about == text_id
    leads = seat.is_any(Trait.LEADS)
    if (
        text is None
        or not _is_sheet(seat, text.kind)
        or not (
            (_may_read(seat, text.kind) and (leads or text == newest_text(db, seat.case.id, text.kind)))
            or db.scalar(select(Mark.id).where(*agreed).limit(1))
        )
    ):
        raise NotFound("text-not-found")
    name = "" if leads else str(get(db, db.get_one(Participant, seat.participant_id), "name"))
    return text_sheet(db, seat, text, language, signatory=name)


def _blocks(words: Mapping[str, Sequence[Any]] | None) -> dict[str, list[TextBlock]] | None:
    if words is None:
        return None
    return {language: [TextBlock(**block) for block in blocks] for language, blocks in words.items()}


def _is_sheet(seat: Seat, kind: str) -> bool:
    return kind.startswith(UNDERTAKING) or kind in seat.workflow.items


def _may_read(seat: Seat, kind: str) -> bool:
    if kind.startswith(UNDERTAKING):
        return sees_full(seat.roles, "undertaking") or kind.removeprefix(UNDERTAKING) in seat.roles
    return sees_full(seat.roles, kind)


def read_bases(db: Db, seat: Seat) -> list[BasisLine]:
    """The attendance basis of every party, or one's own; mediators see of whom they have to ask S11 again.

    Refuses with `not-yours-to-see` whoever is neither a mediator nor a party.
    """
    level = _own_level(seat, "attendance-basis")
    answered = exists().where(
        ScreeningAnswer.respondent == AttendanceBasis.participant_id,
        ScreeningAnswer.question == "S11",
        ScreeningAnswer.at >= AttendanceBasis.at,
    )
    rows = select(columns(AttendanceBasis, BasisLine), and_(AttendanceBasis.asks, ~answered))
    rows = rows.where(AttendanceBasis.case_id == seat.case.id)
    if level != Level.FULL:
        rows = rows.where(AttendanceBasis.participant_id == seat.participant_id)
    newest = {one.participant_id: (one, asks) for one, asks in db.execute(rows.order_by(AttendanceBasis.number))}
    return [
        shown(db, BasisLine, one, ask_alone=bool(asks) if level == Level.FULL else ABSENT)
        for _, (one, asks) in sorted(newest.items())
    ]
