"""Handing over in the room: the mediator opens a sign-in for somebody there, on a phone of theirs or on the own laptop."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.calls import called_to
from mediation.case.participants import find_participant
from mediation.errors import NotPermitted, NotYet
from mediation.people.directory import find_person
from mediation.people.room_sign_ins import ForWhom, close, confirm, of_case, offer, open_here
from mediation.people.sign_in import Opened
from mediation.store.models import Meeting, RoomSignIn, SignInSession
from mediation.words.fields import Id, choices
from mediation.workflow.declaration import Trait

DEVICES = ("phone", "laptop")
Device = Annotated[str, choices(DEVICES)]
Digits = Annotated[str, Field(max_length=10)]


@dataclass(frozen=True)
class HandedOver:
    """What was opened: for a phone a link to scan, on the laptop a session."""

    link: RoomSignIn | None = None
    here: Opened | None = None


@act("open-in-room", beside=("session", "device"))
def open_in_room(
    case: Acting,
    participant_id: Id,
    on: Device = "phone",
    *,
    session: SignInSession | None = None,
    device: str = "",
) -> HandedOver:
    """The mediator hands over to somebody in the room, who answers what waits for them now, and sees nothing private.

    On a phone of theirs, which scans a link within two minutes; or on the mediator's laptop, whose own session is locked
    meanwhile. It ends with the session under way. Refuses with `participant-not-found`, with `not-in-the-room` who leads,
    orders or is only informed, with `sign-ins-closed`, with `mailbox-shared` a mediator who is not proven, and with
    `session-needed` on a laptop without a session.
    """
    whose, roles = find_participant(case.db, case.seat, participant_id)
    there = case.seat.workflow.who(Trait.CONSENTS, Trait.ACCOMPANIES, Trait.REPRESENTS)
    if not roles & there or roles & case.seat.workflow.who(Trait.LEADS):
        raise NotPermitted("not-in-the-room")
    if case.seat.unproven:
        raise NotPermitted("mailbox-shared")
    if find_person(case.db, whose.person_id).sign_ins_closed_at is not None:
        raise NotYet("sign-ins-closed")
    if on == "laptop" and session is None:
        raise NotPermitted("session-needed")
    whom = ForWhom(whose.person_id, whose.id, case.seat.case.number, _under_way(case, whose.id))
    case.record(whose.id, on)
    if on == "laptop" and session is not None:
        return HandedOver(here=open_here(case.db, whom, session, device))
    return HandedOver(link=offer(case.db, whom))


def _under_way(case: Acting, participant_id: str) -> Meeting | None:
    """The session that they sit in now: of the table, one of some to which they are called, or one with them alone."""
    begun = Meeting.case_id == case.id, Meeting.begun_at.is_not(None), Meeting.ended_at.is_(None)
    rows = case.db.scalars(select(Meeting).where(*begun).order_by(Meeting.begun_at.desc(), Meeting.id)).all()
    return next((one for one in rows if _sits_in(case, one, participant_id)), None)


def _sits_in(case: Acting, row: Meeting, participant_id: str) -> bool:
    of_table = case.seat.workflow.session_kinds[row.kind].of_table
    return of_table or row.with_participant == participant_id or participant_id in called_to(case.db, row)


@act("confirm-in-room", permission="open-in-room")
def confirm_in_room(case: Acting, room_sign_in_id: Id, digits: Digits) -> RoomSignIn:
    """The mediator confirms the two digits that the phone shows, which opens the sign-in; other digits end it.

    Refuses with `room-sign-in-not-found`, `room-sign-in-over` and `digits-wrong`.
    """
    row = of_case(case.db, case.seat.case.number, room_sign_in_id)
    confirm(case.db, row, digits)
    case.record(row.participant_id)
    return row


@act("close-in-room", permission="open-in-room")
def close_in_room(case: Acting, room_sign_in_id: Id) -> RoomSignIn:
    """The mediator ends a sign-in in the room by hand: somebody left with the phone still open, or another holds it.

    Refuses with `room-sign-in-not-found` and `room-sign-in-over`.
    """
    row = of_case(case.db, case.seat.case.number, room_sign_in_id)
    close(case.db, row)
    case.record(row.participant_id)
    return row
