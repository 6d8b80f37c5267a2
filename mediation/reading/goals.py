"""What a seat reads of the goals of a supervision: how they are worded, one's own ratings over time, and the group's spreads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mediation.acts.agreement_versions import find_agreement_in_force
from mediation.acts.annexes import read_lines
from mediation.acts.taking_part import roles_taking_part
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat, level_of, while_in
from mediation.case.visibility import Level, sees, sees_full
from mediation.reading.view import ABSENT, IfSeen, view
from mediation.store.database import Db
from mediation.store.models import Commitment, GoalRating, GoalSpread, Meeting, remaining
from mediation.workflow.declaration import Trait


@view
class OwnRatingLine:
    """How one rated a goal oneself, for an evaluation session or beside one."""

    at: datetime
    session: str | None
    rating: int


@view
class GoalLine:
    """A goal of the contract, and how the reader rated it over time. `binds` is false of one that the contract no longer has."""

    lineage: str
    label: str
    texts: dict[str, str]
    binds: bool
    ratings: IfSeen[list[OwnRatingLine]] = ABSENT


@view
class SpreadLine:
    """How many of the group gave a goal 1, 2, 3, 4 and 5."""

    lineage: str
    numbers: list[int]


@view
class RoundLine:
    """An evaluation session whose rating was closed: the spread of each goal that enough of the group rated."""

    session: str
    held_at: datetime
    closed_at: datetime
    spreads: list[SpreadLine]


@view
class GoalsView:
    """The goals, with the reader's own ratings, and the group's spreads as they were counted once."""

    goals: list[GoalLine]
    rounds: IfSeen[list[RoundLine]] = ABSENT
    deleted: IfSeen[bool] = ABSENT


@dataclass(frozen=True)
class _Rated:
    """One occasion on which the reader rated goals of a version of the contract."""

    at: datetime
    session: str | None
    agreement_id: str
    ratings: Mapping[str, int]


def read_goals(db: Db, seat: Seat) -> GoalsView:
    """The goals of the contract in force, and those that the reader rated before.

    Nobody reads how somebody else rates them. Refuses like `level_of`.
    """
    level = level_of(seat, "goal")
    rates = sees(seat.roles, "goal-rating") == Level.OWN
    rated, deleted = _rated(db, seat) if rates else ([], False)
    contract = find_agreement_in_force(db, seat) if level == Level.FULL else None
    lines = _goals(db, [*(one.agreement_id for one in rated), *([contract.id] if contract else [])])
    known = {goal for one in rated for goal in one.ratings}
    binding = {
        key for key, one in lines.items() if contract and one["agreement"] == contract.id and one["ended"] is None
    }
    goals = [
        GoalLine(
            lineage=key,
            label=one["label"],
            texts={code: words["action"] for code, words in one["texts"].items() if words},
            binds=key in binding,
            ratings=_of_goal(rated, key) if rates else ABSENT,
        )
        for key, one in lines.items()
        if key in binding | known
    ]
    rounds = _rounds(db, seat, [*lines]) if _reads_spreads(db, seat) else ABSENT
    return GoalsView(goals=goals, rounds=rounds, **({"deleted": True} if deleted else {}))


def _reads_spreads(db: Db, seat: Seat) -> bool:
    return sees_full(seat.roles, "goal-spread") and takes_part_or_leads(db, seat)


def takes_part_or_leads(db: Db, seat: Seat) -> bool:
    """Whether what the group says of itself is this seat's: a manager who only signs the contract takes no part."""
    return seat.is_any(Trait.LEADS) or bool(seat.roles & roles_taking_part(db, seat))


def _rated(db: Db, seat: Seat) -> tuple[list[_Rated], bool]:
    """The reader's own ratings by their time, and whether some were deleted."""
    mine = select(GoalRating).filter_by(case_id=seat.case.id, participant_id=seat.participant_id, replaced_by=None)
    rows = [(one, remaining(db, one, "ratings")) for one in db.scalars(mine.order_by(GoalRating.at, GoalRating.id))]
    told = [_Rated(one.at, one.session_id, one.agreement_id, words) for one, words in rows if words is not None]
    return told, len(told) < len(rows)


def _goals(db: Db, agreements: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The goals of several versions by lineage, each as the last of these versions words it, those of the last one first."""
    newest_first = list(dict.fromkeys(reversed(list(agreements))))
    of_these = Commitment.agreement_id.in_(newest_first)
    version_of = {
        one.id: one.agreement_id for one in db.execute(select(Commitment.id, Commitment.agreement_id).where(of_these))
    }
    read = [one | {"agreement": version_of[one["id"]]} for one in read_lines(db, select(Commitment).where(of_these))]
    lines: dict[str, dict[str, Any]] = {}
    for one in sorted(read, key=lambda one: newest_first.index(one["agreement"])):
        lines.setdefault(str(one["lineage"]), one)
    return lines


def _of_goal(rated: Sequence[_Rated], lineage: str) -> list[OwnRatingLine]:
    return [
        OwnRatingLine(at=one.at, session=one.session, rating=one.ratings[lineage])
        for one in rated
        if lineage in one.ratings
    ]


def _rounds(db: Db, seat: Seat, order: Sequence[str]) -> list[RoundLine]:
    """The rounds by their time, the spreads of each in the `order` of these goals."""
    place = {lineage: number for number, lineage in enumerate(order)}
    rows = select(GoalSpread, Meeting).join(Meeting, Meeting.id == GoalSpread.session_id)
    rows = rows.where(GoalSpread.case_id == seat.case.id)
    if not seat.is_any(Trait.LEADS):  # not what the group said before somebody came
        rows = rows.where(while_in(seat, GoalSpread.at, *seat.workflow.who(Trait.CONSENTS)))
    found = []
    for spread, session in db.execute(rows.order_by(GoalSpread.at, GoalSpread.id)):
        told = remaining(db, spread, "spread")
        if told is not None:
            goals = [SpreadLine(lineage=key, numbers=numbers) for key, numbers in told["goals"].items()]
            goals.sort(key=lambda one: place.get(one.lineage, len(place)))
            held_at = session.begun_at or session.planned_at
            found.append(
                (spread.id, RoundLine(session=session.id, held_at=held_at, closed_at=spread.at, spreads=goals))
            )
    note_reads(db, seat, "goal-spread", [(JOINT, spread_id) for spread_id, _ in found])
    return [one for _, one in found]


def goal_texts(goals: GoalsView, language: str) -> list[tuple[str, str]]:
    """The goals that bind, each by its lineage with its words in a language or in the first in which it is written."""
    return [
        (one.lineage, f"{one.label}. {one.texts.get(language) or next(iter(one.texts.values()), '')}")
        for one in goals.goals
        if one.binds
    ]
