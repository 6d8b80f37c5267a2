"""Routes for handing over in the room: to a phone that scans a link, or on the mediator's own laptop."""

from datetime import datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field

from api.http.bodies import Body
from api.http.dependencies import WriteSeat, WriteSession, Writing
from api.http.modes import also_in
from api.http.problems import View, problems
from api.http.routes import case_router, does, public, router_for
from api.http.security import OwnPages, client_of, drop_session, forget_pages, form_token, keep_session, session_key
from mediation.acts import room_sign_ins as acts
from mediation.case.in_room import IN_ROOM
from mediation.errors import NotPermitted
from mediation.people import room_sign_ins, sign_in
from mediation.words.fields import Id

of_case = case_router("room-sign-ins")
in_room = router_for("/sign-in/in-room", "in-room")
routers = (of_case, in_room)

PATH = "/in-room"  # of the page that a phone scans, and of the one that it shows


class RoomSignInBody(Body):
    """To whom is handed over, and on which device."""

    participant: Id
    on: acts.Device = "phone"


class RoomSignInView(View):
    """What was opened: the path of a link to scan and until when, or (null) a session here, whose cookie came along."""

    id: str | None
    link: str | None
    good_until: datetime | None


class DigitsBody(Body):
    """The two digits that the phone shows."""

    digits: acts.Digits


class OpenView(View):
    """A sign-in in the room that is open now."""

    id: str


class EndedInRoomView(View):
    """A sign-in in the room that is over now."""

    id: str


class ScannedBody(Body):
    """What the link ends with."""

    secret: Annotated[str, Field(max_length=200)]


class ScannedView(View):
    """The digits that the mediator confirms before anything opens, and the form token of the session."""

    digits: str
    form_token: str


class EndedHereView(View):
    """That it has ended, and whether the device is the mediator's laptop."""

    laptop: bool


@of_case.post("", status_code=201, openapi_extra=does("open-in-room"))
def open_in_room(
    body: RoomSignInBody, request: Request, response: Response, seat: WriteSeat, db: Writing
) -> RoomSignInView:
    """Hand over to somebody in the room, on a phone of theirs or on this laptop."""
    session, device = request.state.session, request.headers.get("user-agent", "")
    done = acts.open_in_room(db, seat, body.participant, body.on, session=session, device=device)
    if done.here is not None:
        keep_session(request, response, done.here.secret)
        forget_pages(response)
    if done.link is None:
        return RoomSignInView(id=None, link=None, good_until=None)
    link = f"{PATH}/{room_sign_ins.secret_of(db, done.link)}"
    until = done.link.created_at + room_sign_ins.LINK_GOOD_FOR
    return RoomSignInView(id=done.link.id, link=link, good_until=until)


@of_case.post("/{room_sign_in}/confirmations", status_code=201)
def confirm_in_room(room_sign_in: Id, body: DigitsBody, seat: WriteSeat, db: Writing) -> OpenView:
    """Confirm the two digits that the phone shows; other digits end it."""
    return OpenView(id=acts.confirm_in_room(db, seat, room_sign_in, body.digits).id)


@of_case.post("/{room_sign_in}/ending", status_code=201)
def close_in_room(room_sign_in: Id, seat: WriteSeat, db: Writing) -> EndedInRoomView:
    """End a sign-in in the room by hand: what it had open opens nothing more."""
    return EndedInRoomView(id=acts.close_in_room(db, seat, room_sign_in).id)


@in_room.post("", status_code=201, responses=problems(401))
@public
def scan(body: ScannedBody, request: Request, response: Response, db: Writing, _: OwnPages) -> ScannedView:
    """Use a link of the room on a phone: it opens nothing before the mediator has confirmed the digits."""
    before = session_key(request)
    device = request.headers.get("user-agent", "")
    opened = room_sign_ins.scan(db, body.secret, client=client_of(request), device=device)
    if before:
        sign_in.end_previous(db, before)
    keep_session(request, response, opened.secret)
    row = room_sign_ins.of_session(db, opened.session)
    return ScannedView(digits=row.digits or "", form_token=form_token(opened.secret))


@in_room.post("/ending", status_code=201)
@also_in(IN_ROOM)
def end(caller: WriteSession, request: Request, response: Response, db: Writing) -> EndedHereView:
    """End what was opened for you in the room. The mediator's laptop goes back to their session, which stays locked."""
    if caller.session is None or caller.session.room_sign_in_id is None:
        raise NotPermitted("not-in-the-room")
    laptop = room_sign_ins.of_session(db, caller.session).opened_from is not None
    key = room_sign_ins.end(db, caller.session)
    if key is not None:
        keep_session(request, response, key)
        forget_pages(response)
    else:
        drop_session(request, response)
    return EndedHereView(laptop=laptop)
