"""What a seat reads of the referral and of the parties' needs, and who will read which field of the referral form."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from mediation.acts.referrals import FORM, NeedsWords
from mediation.case.reads import note_reads
from mediation.case.seat import Seat, level_of, while_in
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotPermitted
from mediation.reading.view import ABSENT, IfSeen, view
from mediation.store.database import Db
from mediation.store.models import AttendanceBasis, Case, Needs, Participant, Referral, remaining
from mediation.workflow.declaration import Trait, Workflow


@view
class ReferredPartyLine:
    """How a party is reached and when they can come, as the referral says."""

    participant: str
    phone: str
    availability: str


@view
class ReferralView:
    """The referral as this reader may have it. What was deleted is None."""

    subject: str | None
    wished_outcome: str | None
    language: str | None
    done_so_far: IfSeen[str | None] = ABSENT
    consulted: IfSeen[list[str]] = ABSENT
    parties_know: IfSeen[bool | None] = ABSENT
    availability: IfSeen[str | None] = ABSENT
    parties: IfSeen[list[ReferredPartyLine]] = ABSENT


@view
class NeedsLine:
    """What a party told the mediators of taking part. What was deleted is None."""

    participant: str
    phone: str | None
    availability: str | None
    access: str | None
    health: str | None
    union: str | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    way: str
    recorded_by: str
    at: datetime


@view
class FormFieldLine:
    """A field of the form: who fills it (`referrer`, `party`), whether of each party, and the roles who read it."""

    field: str
    filled_by: str
    of_each_party: bool
    read_by: list[str]


def read_referral(db: Db, seat: Seat) -> ReferralView:
    """The referral: mediators read all of it, a party its subject, the wished outcome and what is about themselves.

    Refuses everybody else with `not-yours-to-see`; its author reads it with the status of the case.
    """
    _check_section(seat, "referral")
    case = db.get_one(Case, seat.case.id)
    told: Mapping[str, Any] = remaining(db, case, "referral") or {}
    row = db.scalar(select(Referral).where(Referral.case_id == seat.case.id))
    more: Mapping[str, Any] = (remaining(db, row, "words") if row is not None else None) or {}
    whole = sees_full(seat.roles, "referral-rest")
    about = [
        ReferredPartyLine(participant=one["participant"], phone=one["phone"], availability=one["availability"])
        for one in more.get("parties", ())
        if whole or one["participant"] == seat.participant_id
    ]
    rest: dict[str, Any] = {name: more.get(name) for name in ("done_so_far", "parties_know", "availability")}
    rest |= {"consulted": more.get("consulted", [])}
    return ReferralView(
        subject=told.get("subject"),
        wished_outcome=more.get("wished_outcome"),
        language=told.get("language"),
        parties=about if whole or about else ABSENT,
        **(rest if whole else {}),
    )


def read_needs(db: Db, seat: Seat) -> list[NeedsLine]:
    """What parties need to take part: a party reads their own, mediators all that was written while they led the case.

    Refuses everybody else with `not-yours-to-see`.
    """
    _check_section(seat, "needs")
    own = Needs.participant_id == seat.participant_id
    leading = while_in(seat, Needs.at, *seat.workflow.who(Trait.LEADS))
    seen = leading if sees_full(seat.roles, "needs") else own
    rows = db.scalars(
        select(Needs).where(Needs.case_id == seat.case.id, seen).order_by(Needs.at, Needs.participant_id)
    ).all()
    lines = [(one, _needs(db, one)) for one in rows]
    note_reads(db, seat, "needs", ((one.participant_id, one.id) for one, line in lines if not line.deleted))
    return [line for _, line in lines]


def _needs(db: Db, one: Needs) -> NeedsLine:
    words = remaining(db, one, "words")
    told: dict[str, Any] = {each.name: (words or {}).get(each.name) for each in fields(NeedsWords)}
    known = {name: getattr(one, name) for name in ("language", "way", "recorded_by", "at")}
    gone: dict[str, Any] = {"deleted": True} if words is None else {}
    return NeedsLine(participant=one.participant_id, **told, **known, **gone)


def own_referral(db: Db, person_id: str, case_id: str) -> Mapping[str, Any] | None:
    """What this person wrote in the referral of a case besides its subject; None if nothing, or if it was deleted."""
    row = db.scalar(
        select(Referral)
        .join(Participant, Participant.id == Referral.author)
        .where(Referral.case_id == case_id, Participant.person_id == person_id)
    )
    words: Mapping[str, Any] | None = remaining(db, row, "words") if row is not None else None
    return words


def referral_by(db: Db, seat: Seat) -> tuple[datetime, Mapping[str, Any] | None] | None:
    """When this seat referred the matter (UTC), and all that they wrote, None once it was deleted; None if others did."""
    first = AttendanceBasis.number == 1, AttendanceBasis.position.is_not(None)
    mine = AttendanceBasis.case_id == seat.case.id, AttendanceBasis.set_by == seat.participant_id
    at = db.scalar(select(func.min(AttendanceBasis.at)).where(*first, *mine))
    if at is None:
        return None
    told = remaining(db, db.get_one(Case, seat.case.id), "referral")
    own = own_referral(db, seat.person_id, seat.case.id) or {}
    # How a party is reached stands beside their name, as it was written.
    return at, told and {**told, **own, "parties": [*told["parties"], *own.get("parties", ())]}


def referral_form(workflow: Workflow) -> Sequence[FormFieldLine]:
    """The fields of a referral, and of what a party tells of taking part, each with the roles who will read it."""
    lines = []
    for one in FORM:
        # The author of a referral, its commissioner, reads own words; a party the part of it that is about themselves.
        readable = {Level.FULL, Level.RELEASED} | ({Level.OWN} if one.of_party else set())
        lines.append(
            FormFieldLine(
                field=one.code,
                filled_by="party" if one.by_party else "referrer",
                of_each_party=one.of_party,
                read_by=[str(role) for role in workflow.roles if sees([role], one.item) in readable],
            )
        )
    return lines


def _check_section(seat: Seat, item: str) -> None:
    if level_of(seat, item) not in {Level.FULL, Level.OWN}:
        raise NotPermitted("not-yours-to-see")
