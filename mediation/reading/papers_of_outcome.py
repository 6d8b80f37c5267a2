"""The agreed notice as a paper: to each audience the exact words that the parties agreed for it, and nothing else."""

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, select

from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees
from mediation.documents.papers import written_in
from mediation.reading.agreement import read_notices
from mediation.reading.paper_view import Paper
from mediation.store.database import Db
from mediation.store.models import Case, Notice, remaining


def _is_told(db: Db, seat: Seat) -> bool:
    level = sees(seat.roles, "notice")
    if level == Level.RELEASED:
        return bool(db.scalar(select(Case.notice.is_not(None)).where(Case.id == seat.case.id)))
    told = exists().where(Notice.case_id == seat.case.id)
    if level != Level.FULL:
        told = told.where(Notice.audience.in_(_audiences(seat)))
    return bool(db.scalar(select(told)))


def _audiences(seat: Seat) -> list[str]:
    return [one for one, role in seat.workflow.contract.audiences.items() if role in seat.roles]


def _read(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
    level = sees(seat.roles, "notice")
    return {"whose": "all" if level == Level.FULL else "own", "notices": _notices(db, seat, level, language)}


def _notices(db: Db, seat: Seat, level: Level, language: str) -> Sequence[Mapping[str, object]]:
    if level == Level.RELEASED:
        words = remaining(db, db.get_one(Case, seat.case.id), "notice")
        return [{"to": None, "at": None, "words": written_in(words or {}, language)}]
    newest = {one.audience: one for one in read_notices(db, seat, level) if one.words}
    return [
        {"to": one.audience, "at": one.at.astimezone(db.zone).date(), "words": written_in(one.words or {}, language)}
        for one in newest.values()
    ]


# It is handed to people away from the table, so it bears no mark of confidence.
OUTCOME_NOTICE = Paper({Level.FULL, Level.OWN, Level.RELEASED}, _is_told, _read, confidential=False)
