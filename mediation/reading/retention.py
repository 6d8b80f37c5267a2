"""What a seat reads of the deletion clocks: what will go and when, what went, and what is held."""

from datetime import datetime

from sqlalchemy import select

from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.reading.view import codes, columns, shown, view
from mediation.retention.clocks import ClockState, clocks_of
from mediation.retention.contents import NOTES, PRIVATE
from mediation.store.database import Db
from mediation.store.models import Hold


@view
class ClockView:
    """One deletion clock: what goes together (`private`, `notes`, `content`, `agreement`, `record`), whose, and when."""

    clock: str
    whose: str | None
    due: datetime | None
    held: bool
    deleted_at: datetime | None


@view
class HoldView:
    """That clocks of this case stand still: by an authority's order, or for a party's own documents."""

    id: str
    kind: str
    clocks: list[str]
    at: datetime
    until: datetime | None


def read_retention(db: Db, seat: Seat) -> list[ClockView]:
    """The deletion clocks of the case as this seat may see them: a mediator's notes are their author's alone.

    Who left sees own words only, and when they go only where that does not tell when the case ended.
    Refuses with `not-yours-to-see`.
    """
    level = level_of(seat, "retention")
    return [_clock(one, level) for one in clocks_of(db, seat.case.id) if _theirs(seat, one, level)]


def _theirs(seat: Seat, one: ClockState, level: Level) -> bool:
    if one.name.owner == seat.participant_id:
        return True
    if level == Level.OWN or one.name.clock == NOTES:
        return False
    return level == Level.FULL or one.name.clock != PRIVATE


def _clock(one: ClockState, level: Level) -> ClockView:
    told = level != Level.OWN or one.early
    return ClockView(
        clock=str(one.name.clock),
        whose=one.name.owner or None,
        due=one.due if told and one.gone is None else None,
        held=one.held and one.gone is None,
        deleted_at=one.gone,
    )


def read_holds(db: Db, seat: Seat) -> list[HoldView]:
    """The holds that stand on the case: a mediator sees all of them, without the reference; others their own.

    Refuses with `not-yours-to-see`.
    """
    rows = select(columns(Hold, HoldView)).where(Hold.case_id == seat.case.id, Hold.lifted_at.is_(None))
    if level_of(seat, "retention") != Level.FULL:
        rows = rows.where(Hold.placed_by == seat.person_id, Hold.kind == "party")
    return [shown(db, HoldView, one, clocks=codes(one.clocks)) for one in db.scalars(rows.order_by(Hold.at, Hold.id))]
