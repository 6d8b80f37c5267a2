"""Invitations: a party is invited, again where the letter was lost, by mail or on paper, and reads it all after signing in."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, exists, select

from mediation.acts.acting import Acting, act
from mediation.acts.attendance_bases import basis_of
from mediation.acts.marks import leave_mark
from mediation.case.participants import find_party, those_in
from mediation.case.seat import Seat
from mediation.errors import NotFound
from mediation.letters import outbox
from mediation.letters.texts import PrintedLetter, decrypt_letter, printed_letter
from mediation.letters.waiting import QUARTER
from mediation.letters.wording import DecryptedLetter
from mediation.settings import Settings
from mediation.store.database import Db
from mediation.store.models import Case, Letter, Mark, Meeting, Order, Organisation, Participant, get, remaining
from mediation.words.fields import Flag
from mediation.workflow.declaration import Trait

INVITATION = "invitation"


@act("invite", leaves="invited", correctable=False)
def invite(case: Acting, participant_id: str, *, on_paper: Flag = False) -> Mark:
    """Invite a party by a letter that says that an invitation waits, or `on_paper`: then the whole of it waits for print.

    Once more, as when it was lost, it is sent or printed again; within a quarter of an hour that changes nothing. Each time
    is recorded. Refuses with `participant-not-found` and `not-a-party`.
    """
    party, before = find_party(case.db, case.seat, participant_id), case.seat.case.version
    mark = leave_mark(case, whose=party.id)
    if not _was_written_just_now(case, party.id, on_paper=on_paper):
        if case.seat.case.version == before:
            case.record(mark.id, party.id)
        about, due = case.db.new_id(), case.db.now() if on_paper else None
        case.tell([party.id], INVITATION, about=about, due_at=due)
        if on_paper:
            outbox.leave_for_print(case.db, about)
    return mark


def _was_written_just_now(case: Acting, participant_id: str, *, on_paper: bool) -> bool:
    lately = Letter.created_at > case.db.now() - QUARTER, Letter.called_off_at.is_(None)
    printed = Letter.gave_up_at.is_not(None) & (Letter.gave_up_at == Letter.created_at)
    same = _invitations(participant_id), *lately, printed if on_paper else ~printed
    return bool(case.db.scalar(select(exists().where(*same))))


def _invitations(participant_id: str) -> ColumnElement[bool]:
    return (Letter.kind == INVITATION) & (Letter.participant_id == participant_id)


def is_invited(db: Db, seat: Seat) -> bool:
    """Whether a party has an invitation to read."""
    has = exists().where(_invitations(seat.participant_id), Letter.called_off_at.is_(None))
    return seat.is_any(Trait.CONSENTS) and bool(db.scalar(select(has)))


def own_invitation(db: Db, seat: Seat, settings: Settings, language: str) -> PrintedLetter:
    """The whole invitation of a party in a language, with what is known now.

    Refuses with `invitation-not-found`, also after leaving.
    """
    newest = select(Letter.id).where(_invitations(seat.participant_id)).order_by(Letter.created_at.desc(), Letter.id)
    found = db.scalar(newest.limit(1)) if seat.is_any(Trait.CONSENTS) else None
    if found is None:
        raise NotFound("invitation-not-found")
    letter = replace(decrypt_letter(db, found), language=seat.workflow.speaking(language))
    return printed_letter(filled(db, seat, letter), settings)


def filled(db: Db, seat: Seat, letter: DecryptedLetter) -> DecryptedLetter:
    """An invitation with what is known now: who mediates and pays, and when and where its reader meets the mediator alone."""
    reader = db.get_one(Letter, letter.id).participant_id or ""
    leads = sorted(
        str(get(db, one, "name"))
        for one in db.scalars(
            select(Participant).where(Participant.id.in_(those_in(db, seat.case.id, *seat.workflow.who(Trait.LEADS))))
        )
    )
    known: dict[str, object] = {
        "mediator": ", ".join(leads) or None,
        "attendance_basis": basis_of(db, seat.case, reader).basis,
        "payer": _payer(db, seat.case.id),
        "provider": _provider_name(db, seat.case.id),
        **_first_meeting(db, seat, reader),
    }
    return replace(letter, params={**letter.params, **{name: one for name, one in known.items() if one}})


def _payer(db: Db, case_id: str) -> str:
    in_force = select(Order).filter_by(case_id=case_id, replaced_at=None, waits_since=None)
    order = db.scalar(in_force)
    return str((remaining(db, order, "readable") or {}).get("payer", "")) if order is not None else ""


def _provider_name(db: Db, case_id: str) -> str:
    provider = db.get_one(Case, case_id).provider_id
    return db.get_one(Organisation, provider).name if provider else ""


def _first_meeting(db: Db, seat: Seat, participant_id: str) -> Mapping[str, object]:
    """When, how long, how and where a party meets the mediator alone next; nothing while that is not planned."""
    alone = [code for code, one in seat.workflow.session_kinds.items() if one.alone and not one.opened]
    ahead = Meeting.begun_at.is_(None), Meeting.ended_at.is_(None), Meeting.planned_at >= db.now()
    own = Meeting.case_id == seat.case.id, Meeting.with_participant == participant_id, Meeting.kind.in_(alone)
    row = db.scalar(select(Meeting).where(*own, *ahead).order_by(Meeting.planned_at, Meeting.id).limit(1))
    if row is None:
        return {}
    times = {"moment": row.planned_at.isoformat(), "minutes": row.planned_minutes, "form": row.form}
    return {**times, "place": remaining(db, row, "place") or ""}
