"""What a seat reads of the follow-up: check-ins, never merged, and what was not carried out as agreed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from mediation.case.reads import note_reads
from mediation.case.seat import Seat, level_of, while_in
from mediation.case.visibility import Level, sees, sees_full
from mediation.reading.annexes import own_reading
from mediation.reading.view import ABSENT, IfSeen, columns, grouped, shown, view
from mediation.store.database import Db
from mediation.store.models import Agreement, Breach, CheckIn, CheckInAnswer, Commitment, Understanding, remaining
from mediation.workflow.declaration import Trait


@view
class ReportLine:
    """What was reported of one commitment."""

    commitment: str
    label: str
    lineage: str
    answer: IfSeen[str] = ABSENT
    rating: IfSeen[int | None] = ABSENT
    words: str | None
    deleted: IfSeen[bool] = ABSENT


@view
class CheckInLine:
    """A party's own report on a version of the agreement or of an understanding, to the mediator or to the table.

    `answer` says whether an understanding holds; it has no commitments, and so no `reports`.
    """

    id: str
    participant: str
    version: int
    session: str | None
    audience: str
    language: str
    way: str
    recorded_by: str
    at: datetime
    answer: IfSeen[str] = ABSENT
    atmosphere: IfSeen[int | None] = ABSENT
    words: str | None
    deleted: IfSeen[bool] = ABSENT
    reports: list[ReportLine]


@view
class BreachLine:
    """A commitment that was not carried out as agreed, until that is resolved or left so."""

    id: str
    lineage: str
    state: str
    opened_at: datetime
    closed_at: datetime | None


@view
class CheckInsView:
    """Check-ins as this reader may see them, and what was not carried out as agreed."""

    check_ins: list[CheckInLine]
    breaches: IfSeen[list[BreachLine]] = ABSENT


def _read_own_check_ins(db: Db, seat: Seat) -> CheckInsView:
    # A label among all commitments would tell how many there are: own ones are counted.
    return _check_ins(db, seat, lambda number, commitment: str(number))


@own_reading(_read_own_check_ins)
def read_check_ins(db: Db, seat: Seat) -> CheckInsView:
    """Check-ins, never merged, and what was not carried out: a party sees own ones and those told to the table.

    Refuses with `not-yours-to-see` those who see none of anybody.
    """
    return _check_ins(db, seat, lambda number, commitment: commitment.label)


def _check_ins(db: Db, seat: Seat, label: Callable[[int, Commitment], str]) -> CheckInsView:
    level_of(seat, "check-in")
    rows = db.execute(
        select(
            columns(CheckIn, CheckInLine),
            columns(CheckInAnswer, ReportLine),
            columns(Commitment, ReportLine),
            columns(Agreement, CheckInLine),
            columns(Understanding, CheckInLine),
        )
        .outerjoin(Agreement, Agreement.id == CheckIn.agreement_id)
        .outerjoin(Understanding, Understanding.id == CheckIn.understanding_id)
        .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
        .outerjoin(Commitment, Commitment.id == CheckInAnswer.commitment_id)
        .where(CheckIn.case_id == seat.case.id, CheckIn.replaced_by.is_(None), check_ins_seen(seat))
        .order_by(CheckIn.at, CheckIn.id, Commitment.position)
    )
    lines = list[CheckInLine]()
    for [one], answers, commitments, agreements, understandings in grouped(rows):
        [about] = [*agreements, *understandings]
        of_each = enumerate(zip(answers, commitments, strict=True), 1)
        reports = [_report(db, answer, label(number, line), line) for number, (answer, line) in of_each]
        lines.append(shown(db, CheckInLine, one, version=about.version, reports=reports, **_reported(db, one)))
    note_reads(db, seat, "check-in", ((one.participant, one.id) for one in lines if not one.deleted))
    return CheckInsView(check_ins=lines, breaches=_breaches(db, seat) if sees_full(seat.roles, "breach") else ABSENT)


def reported_since(db: Db, seat: Seat, moment: datetime) -> bool:
    """Whether this seat has checked in since a moment; no words of it are opened."""
    mine = CheckIn.case_id == seat.case.id, CheckIn.participant_id == seat.participant_id
    return db.scalar(select(CheckIn.id).where(*mine, CheckIn.at >= moment).limit(1)) is not None


def check_ins_seen(seat: Seat) -> ColumnElement[bool]:
    """Which check-ins a reader may see: with a sign-in that closes anything, none that were for the mediator alone."""
    return (CheckIn.audience == "table") & _seen(seat) if seat.closed_as else _seen(seat)


def _seen(seat: Seat) -> ColumnElement[bool]:
    level, mine = sees(seat.roles, "check-in"), CheckIn.participant_id == seat.participant_id
    if level == Level.FULL:
        # What was told to the mediator only does not reach one who came later (workflow.md rule 5).
        return mine | (CheckIn.audience == "table") | while_in(seat, CheckIn.at, *seat.workflow.who(Trait.LEADS))
    if level == Level.SHARED:
        return mine | ((CheckIn.audience == "table") & while_in(seat, CheckIn.at, *seat.workflow.who(Trait.CONSENTS)))
    return mine


def _report(db: Db, answer: CheckInAnswer, label: str, about: Commitment) -> ReportLine:
    return shown(db, ReportLine, answer, label=label, lineage=about.lineage, **_reported(db, answer))


def _reported(db: Db, one: CheckIn | CheckInAnswer) -> dict[str, Any]:
    told: dict[str, Any] | None = remaining(db, one, "words")
    return told or {"words": None, "deleted": True}


def _breaches(db: Db, seat: Seat) -> list[BreachLine]:
    rows = select(columns(Breach, BreachLine)).where(Breach.case_id == seat.case.id)
    return [shown(db, BreachLine, one) for one in db.scalars(rows.order_by(Breach.opened_at, Breach.id))]
