"""The course of a case: what of its record is for the table, entry by entry, in the words of a page that may lie open."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from mediation.case.seat import Seat
from mediation.case.visibility import sees, sees_full
from mediation.errors import NotPermitted
from mediation.reading.meetings import is_of_some
from mediation.reading.people import read_people
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import Meeting, RecordEntry
from mediation.workflow.declaration import Trait

A_PAGE, MOST_PAGES = 50, 200

# Of the entries of a record those that are told, each with the item of the table of visibility that it belongs to: who reads
# that in full, reads of the entry. Of what somebody said, accepted, signed or answered by themselves nothing is told, nor of a
# meeting with one party or with some: neither the words, nor how often, nor when (visibility.md rule 6).
TOLD: Mapping[str, str] = {
    "refer": "referral",
    "order-mediation": "order",
    "assign-mediator": "participants",
    "declare-ties": "declaration",
    "plan-session": "session-plan",
    "move-session": "session-plan",
    "record-session": "session-plan",
    "correct-session": "session-plan",
    "cancel-session": "session-plan",
    "begin-session": "session-plan",
    "end-session": "session-plan",
    "plan-series": "session-plan",
    "move-series": "session-plan",
    "cancel-series": "session-plan",
    "choose-form": "frame",
    "write-frame": "frame",
    "write-evaluation": "evaluation",
    "write-summary": "summary",
    "write-ground-rules": "ground-rules",
    "draft-problem-statement": "problem-statement",
    "propose-option": "option",
    "adopt-option": "option",
    "set-aside-option": "option",
    "send-agreement": "agreement",
    "extend-signing": "agreement",
    "seal": "agreement",
    "propose-understanding": "understanding",
    "give-notice": "notice",
    "open-breach": "breach",
    "settle-breach": "breach",
    "pause": "suspension",
    "suspend": "suspension",
    "resume": "suspension",
    "discontinue": "outcome",
    "delete-words": "retention",
}
MOVED = "moved"
_SEVERAL = frozenset({"choose-form"})  # enters form, kind, shape and cap at once, which is told once
# Who did it, where that tells nothing more than the entry: not whose wish it was, nor who brought the matter up.
_NAMED = frozenset(
    {
        "plan-session",
        "move-session",
        "record-session",
        "correct-session",
        "cancel-session",
        "plan-series",
        "move-series",
        "cancel-series",
        "choose-form",
        "write-frame",
        "write-evaluation",
        "write-summary",
        "write-ground-rules",
        "draft-problem-statement",
        "propose-option",
        "send-agreement",
        "give-notice",
        "assign-mediator",
        "declare-ties",
    }
)


@view
class TimelineLine:
    """Something that was done: when, a code of what, a code of words that say it more closely, and who did it.

    `who` is empty where that is not told, or where they no longer take part.
    """

    at: datetime
    what: str
    closer: str | None
    who: str | None


@view
class Timeline:
    """One page of the course of a case, the newest first; `more` says whether there is another behind it."""

    lines: list[TimelineLine]
    more: bool


def read_timeline(db: Db, seat: Seat, *, page: int = 1) -> Timeline:
    """The course of a case for who leads it and for the parties, as far as each may know of it, in two statements.

    Pages are counted, for the number of an entry would tell how many others there are. Refuses with `not-yours-to-see`.
    """
    if not seat.is_any(Trait.LEADS, Trait.CONSENTS):
        raise NotPermitted("not-yours-to-see")
    names = {one.id: one.name for one in read_people(db, seat, sees(seat.roles, "participants"))}
    rows = db.execute(
        select(RecordEntry.at, RecordEntry.act, RecordEntry.about, RecordEntry.actor)
        .where(RecordEntry.case_id == seat.case.id, RecordEntry.act.in_(_told_to(seat)), ~_is_of_some(seat))
        .order_by(RecordEntry.position.desc())
        .offset((page - 1) * A_PAGE)
        .limit(A_PAGE + 1)
    ).all()
    lines = [_line(seat, one, names) for one in rows[:A_PAGE]]
    told = [
        one for one, before in zip(lines, [None, *lines], strict=False) if one.what not in _SEVERAL or one != before
    ]
    return Timeline(lines=told, more=len(rows) > A_PAGE)


def _told_to(seat: Seat) -> Sequence[str]:
    moves = _moves(seat) if sees_full(seat.roles, "phase") else frozenset()
    return sorted(moves | {entry for entry, item in TOLD.items() if sees_full(seat.roles, item)})


def _moves(seat: Seat) -> frozenset[str]:
    return frozenset(one.code for one in seat.workflow.moves)


def _is_of_some(seat: Seat) -> ColumnElement[bool]:
    """Whether an entry is of a meeting with one party, or with some: its id is the first that such an entry is about."""
    of_it = func.substr(RecordEntry.about, 1, func.length(Meeting.id)) == Meeting.id
    found = select(Meeting.id).where(Meeting.case_id == RecordEntry.case_id, is_of_some(seat), of_it)
    return found.correlate(RecordEntry).exists()


def _line(seat: Seat, entry: Any, names: Mapping[str, str | None]) -> TimelineLine:
    about = entry.about.split(",")
    if entry.act in _moves(seat):
        return TimelineLine(at=entry.at, what=MOVED, closer=f"phase.{about[-1]}", who=None)
    kinds = [f"session-kind.{one}" for one in about if one in seat.workflow.planned_kinds]
    of_session = TOLD[entry.act] == "session-plan" and bool(kinds)
    who = names.get(entry.actor) if entry.act in _NAMED else None
    return TimelineLine(at=entry.at, what=entry.act, closer=kinds[0] if of_session else None, who=who)
