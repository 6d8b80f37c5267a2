"""Handing over in the room, on pages: a code to scan with nothing beside it, two digits, and what waits for one person."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.dependencies import Reading, ReadSeat
from api.http.languages import language_of, worded
from api.http.pages import page
from api.http.routes import case_router, handed_on, public, router_for
from api.http.security import session_key, settings_of
from api.http.views import reader_of
from api.pages.answers import first, reader_at, refusal_of, see_other, sent_form
from api.pages.party import Task, tasks
from api.pages.posting import Done, send
from api.room_sign_ins import PATH
from mediation.case.seat import Seat
from mediation.errors import NotPermitted
from mediation.people import room_sign_ins as acts
from mediation.reading.bundles import has_sealed
from mediation.reading.outline import read_outline
from mediation.reading.people import PersonLine
from mediation.store.database import Db
from mediation.words.fields import Id
from mediation.workflow.declaration import Trait

of_case = case_router("room-sign-ins")
waiting = case_router("in-room")
phone = router_for(PATH, "in-room-pages")
routers = (of_case, waiting, phone)

_BACK = ("set-cookie", "clear-site-data")


@dataclass(frozen=True)
class Code:
    """A QR code as one path of squares, and how wide it is."""

    squares: str
    width: int


def code_of(text: str) -> Code:
    """The QR code of a text, with the quiet space around it."""
    made = segno.make(text, error="m")
    rows = list(made.matrix_iter(border=4))
    squares = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Code(squares, len(rows))


@of_case.get("", include_in_schema=False)
def choose(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """To whom to hand over, and on which device."""
    return _choice(request, seat, db)


def _choice(request: Request, seat: Seat, db: Db, done: Done | None = None) -> Response:
    if "open-in-room" not in seat.may_do():
        raise NotPermitted("not-yours-to-see")
    there = _there(db, seat)
    names = {one.id: one.name for one in there}
    return page(
        request,
        "room-sign-ins",
        status=done.status if done else 200,
        case=f"/cases/{seat.case.number}",
        people=there,
        open_now=[(one, names.get(one.participant_id, "")) for one in acts.open_at(db, seat.case.number)],
        once=db.new_id(),
        refusal=refusal_of(done) if done else None,
    )


def _there(db: Db, seat: Seat) -> Sequence[PersonLine]:
    """Those who may be in the room without leading."""
    roles = seat.workflow.who(Trait.CONSENTS, Trait.ACCOMPANIES, Trait.REPRESENTS)
    return [one for one in read_outline(db, seat).participants or [] if roles & set(one.roles)]


@of_case.post("", include_in_schema=False)
@handed_on
async def hand_over(request: Request) -> Response:
    """Show the code for a phone, or hand over this laptop."""
    sent, number = await sent_form(request), request.path_params["number"]
    body = {"participant": first(sent, "participant"), "on": first(sent, "on")}
    api = f"/api/cases/{number}/room-sign-ins"
    done = await send(request, "POST", api, body, token=first(sent, "_token"), once=first(sent, "_once"))
    if not done.succeeded:
        return await run_in_threadpool(reader_at(request).read, lambda db, seat: _choice(request, seat, db, done))
    if done.told["id"] is None:
        return see_other(
            f"/cases/{number}/in-room", {name: done.headers[name] for name in _BACK if name in done.headers}
        )
    return see_other(f"/cases/{number}/room-sign-ins/{done.told['id']}")


@of_case.get("/{room_sign_in}", include_in_schema=False)
def show(room_sign_in: Id, request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The code to scan, and nothing else; then the field for the digits that the phone shows."""
    return _shown(request, seat, db, room_sign_in)


def _shown(request: Request, seat: Seat, db: Db, row_id: str, done: Done | None = None) -> Response:
    if "open-in-room" not in seat.may_do():
        raise NotPermitted("not-yours-to-see")
    row = acts.of_case(db, seat.case.number, row_id)
    state = acts.state_of(db, row)
    link = f"{settings_of(request).base_url}{PATH}/{acts.secret_of(db, row)}"
    return page(
        request,
        "room-sign-in",
        status=done.status if done else 200,
        case=f"/cases/{seat.case.number}",
        state=state,
        who=next((one.name for one in _there(db, seat) if one.id == row.participant_id), None),
        code=code_of(link) if state == "waits" else None,
        once=db.new_id(),
        refusal=refusal_of(done) if done else None,
    )


@of_case.post("/{room_sign_in}", include_in_schema=False)
@handed_on
async def confirm(room_sign_in: Id, request: Request) -> Response:
    """Confirm the digits."""
    sent, path = await sent_form(request), f"{request.scope['path']}"
    body = {"digits": "".join(first(sent, "digits").split())}
    api = f"/api{path}/confirmations"
    done = await send(request, "POST", api, body, token=first(sent, "_token"), once=first(sent, "_once"))
    if done.succeeded:
        return see_other(path)
    return await run_in_threadpool(
        reader_at(request).read, lambda db, seat: _shown(request, seat, db, room_sign_in, done)
    )


@of_case.post("/{room_sign_in}/ending", include_in_schema=False)
@handed_on
async def close(room_sign_in: Id, request: Request) -> Response:
    """End by hand what was opened for somebody in the room."""
    sent, path = await sent_form(request), f"/api{request.scope['path']}"
    done = await send(request, "POST", path, token=first(sent, "_token"), once=first(sent, "_once"))
    if done.succeeded:
        return see_other(f"/cases/{request.path_params['number']}/room-sign-ins")
    return await run_in_threadpool(reader_at(request).read, lambda db, seat: _choice(request, seat, db, done))


@phone.get("/{secret}", include_in_schema=False)
@public
async def scanned(secret: str, request: Request) -> Response:
    """What a phone opens that has scanned the code: a button, as whatever looks at links in advance would use it up."""
    return page(request, "in-room-link", used=False, refusal=None)


@phone.post("/{secret}", include_in_schema=False)
@public
async def use(secret: str, request: Request) -> Response:
    """Use the link, and show the digits."""
    done = await send(request, "POST", "/api/sign-in/in-room", {"secret": secret})
    if done.succeeded:
        return see_other(f"{PATH}?scanned=yes", {"set-cookie": done.headers["set-cookie"]})
    used = done.code == "link-unusable"  # nobody signs in here: the mediator shows another code
    return page(request, "in-room-link", status=done.status, used=used, refusal=refusal_of(done))


@phone.get("", include_in_schema=False)
@public
def digits(request: Request, db: Reading, scanned: bool = False) -> Response:
    """The digits that the mediator confirms; then what waits, and at the end that it is over.

    A phone that has just `scanned` the code, but takes no cookie, is told that.
    """
    language = language_of(request)
    if scanned and not session_key(request):
        heading, fact = worded("page.cookies-off", language), worded("page.in-room-cookies-off", language)
        return page(request, "stated", status=400, heading=heading, fact=fact)
    row = acts.of_key(db, session_key(request) or "")
    state = acts.state_of(db, row) if row is not None else "over"
    if row is not None and state == "open":
        return see_other(f"/cases/{row.case_number}/in-room")
    if state == "scanned" and row is not None:
        return page(request, "in-room-digits", digits=row.digits)
    heading, fact = worded("page.in-room-over", language), worded("page.in-room-over-note", language)
    return page(request, "stated", heading=heading, fact=fact)


@phone.post("", include_in_schema=False)
@handed_on
async def end(request: Request) -> Response:
    """Be done: a phone opens nothing more, a laptop goes back to the mediator."""
    token = first(await sent_form(request), "_token")
    done = await send(request, "POST", "/api/sign-in/in-room/ending", token=token)
    kept = {name: done.headers[name] for name in _BACK if name in done.headers}
    return see_other("/session-mode" if done.succeeded and done.told["laptop"] else PATH, kept)


@waiting.get("", include_in_schema=False)
def what_waits(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """What waits for somebody in the room now, and nothing else."""
    if seat.only is None:
        return see_other(f"/cases/{seat.case.number}")
    waits = tasks(reader_of(request), read_outline(db, seat))
    if "respond-to-option" in seat.only:
        waits.append(Task("respond-to-option", "", f"/cases/{seat.case.number}/options"))
    case, waiting_here = f"/cases/{seat.case.number}", [one for one in waits if one.where]
    return page(request, "in-room", waits=waiting_here, phase=seat.case.phase, sealed=has_sealed(db, seat), case=case)
