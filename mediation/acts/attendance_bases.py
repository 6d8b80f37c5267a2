"""The attendance basis: on what a party's attendance rests. It says nothing of consent (workflow.md rule 1)."""

from typing import Annotated, NamedTuple

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.errors import Malformed, NotFound
from mediation.store.database import Db
from mediation.store.models import AttendanceBasis, Case, Mark, Meeting, Participant, get, remaining
from mediation.words.fields import PEOPLE, Count, choices, must
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import CONSENT, CaseState

BASES = ("voluntary", "employer-required")
GROUNDS = ("direction-of-work", "safety-act-25", "safety-act-28")  # the Occupational Safety and Health Act (738/2002)
Basis = Annotated[str, choices(BASES)]
Ground = Annotated[str, choices(GROUNDS)]
Position = Annotated[Count, must(range(PEOPLE).__contains__, "party-not-referred")]


class Rests(NamedTuple):
    """On what a party's attendance rests, and on which ground the employer requires it."""

    basis: str
    ground: str | None


def basis_of(db: Db, case: CaseState, participant_id: str) -> Rests:
    """The basis of a party's attendance; one that was never set is that of the referral."""
    newest = (
        select(AttendanceBasis)
        .where(AttendanceBasis.participant_id == participant_id)
        .order_by(AttendanceBasis.number.desc())
        .limit(1)
    )
    row = db.scalar(newest)
    return Rests(row.basis, row.ground) if row is not None else Rests(case.attendance_basis, None)


@act("set-attendance-basis")
def set_attendance_basis(
    case: Acting, party: Position, basis: Basis, *, ground: Ground | None = None
) -> AttendanceBasis:
    """The commissioner says whether a party that they referred has to come to the information and the separate meeting.

    `party` is the place in the referral, from 0. A requirement names its ground. The mediators hear of a change, and ask S11
    again, alone. After a decline or the separate meeting it is taken in, answered alike, and asks nothing of anybody.
    Source: workflow.md rule 1. Refuses with `ground-needed`, `ground-not-needed` and `party-not-referred`.
    """
    if basis == "employer-required" and ground is None:
        raise Malformed("ground-needed", field="ground")
    if basis == "voluntary" and ground is not None:
        raise Malformed("ground-not-needed", field="ground")
    participant_id = _referred(case, party)
    of_party = select(AttendanceBasis).filter_by(case_id=case.id, participant_id=participant_id)
    newest = case.db.scalar(of_party.order_by(AttendanceBasis.number.desc()).limit(1))
    if newest is not None and (newest.basis, newest.ground) == (basis, ground):
        return newest
    row = AttendanceBasis(participant_id=participant_id, position=party, basis=basis, ground=ground)
    row.number, row.set_by = newest.number + 1 if newest is not None else 1, case.doer.id
    row.asks = not _asks_nothing(case, participant_id)
    case.write(row)
    case.record(row.id, participant_id, basis, *([ground] if ground else []))
    if row.asks:
        case.tell(case.with_trait(Trait.LEADS), about=row.id)
    return row


def _referred(case: Acting, position: int) -> str:
    """Who was referred at a place. A case from before the places were kept has the names alone."""
    row = case.db.scalar(select(AttendanceBasis).filter_by(case_id=case.id, position=position).limit(1))
    if row is not None:
        return row.participant_id
    referral = remaining(case.db, case.db.get_one(Case, case.id), "referral") or {}
    named = referral.get("parties", [])
    name = named[position]["name"] if position < len(named) else None
    same = [one for one in case.rows(Participant) if name is not None and get(case.db, one, "name") == name]
    if not same:
        raise NotFound("party-not-referred")
    return min(same, key=lambda one: (one.joined_at, one.id)).id


def _asks_nothing(case: Acting, participant_id: str) -> bool:
    """Whether the party has declined, has left, or was met alone: then a change asks nothing of anybody."""
    declined = select(Mark.id).filter_by(participant_id=participant_id, kind=CONSENT, value="declined", ended_at=None)
    met = (
        select(Meeting.id)
        .join(Mark, Mark.about == Meeting.id)
        .where(Meeting.case_id == case.id, Meeting.kind == "separate", Meeting.with_participant == participant_id)
        .where(
            Mark.participant_id == participant_id,
            Mark.kind == "attended",
            Mark.value == "present",
            Mark.ended_at.is_(None),
        )
    )
    left = case.db.get_one(Participant, participant_id).left_how is not None
    return left or case.db.scalar(declined) is not None or case.db.scalar(met) is not None
