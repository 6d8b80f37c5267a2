"""Every act as a form at its own address: its page, and what comes of sending it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.dependencies import Reading, ReadSeat
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import handed_on, router_for
from api.http.security import settings_of
from api.pages.act_forms import Tried, forms_page
from api.pages.answers import first, own_path, reader_at, see_other, sent_form
from api.pages.arranging import ASKED_AGAIN, stated_at
from api.pages.doors import Door, case_path
from api.pages.drafting import form_of, takes_words
from api.pages.form_bodies import body_of
from api.pages.forms import KEYED, Choice, Form, Sent
from api.pages.kept import again_or_kept, kept_words
from api.pages.posting import Done, send
from mediation.case.seat import Seat
from mediation.store.database import Db

PREVIEWED = frozenset({"plan-series", "move-series"})  # whose times are shown before anything is planned
_TOLD_ONCE = frozenset({"code", "ways_on"})
_STATED_NOWHERE = frozenset({"assign-mediator"})  # who orders does not read who takes part


def act_pages(doors: Mapping[str, Sequence[Door]]) -> APIRouter:
    """A page for the acts at each path: GET shows their forms, POST does one of them."""
    router = router_for("/cases/{number}", "act-pages")
    for path, those in doors.items():
        router.add_api_route(f"/{path}", _shows(those), methods=["GET"], include_in_schema=False)
        router.add_api_route(f"/{path}", _does(those), methods=["POST"], include_in_schema=False)
    return router


def _shows(doors: Sequence[Door]) -> Any:
    def show(request: Request, seat: ReadSeat, db: Reading) -> Response:
        """The forms of what may be done here now."""
        return forms_page(request, seat, db, doors)

    return show


def _does(doors: Sequence[Door]) -> Any:
    @handed_on
    async def do(request: Request) -> Response:
        """Do what the form asks for, by the route of the API."""
        sent = await sent_form(request)
        door = next((one for one in doors if one.name == first(sent, "_act")), doors[0])
        body = sent_body(request, door, sent)
        if first(sent, "_more"):  # one more row, and nothing else yet
            return await run_in_threadpool(_again, request, doors, Tried(door, sent, None))
        if door.name in PREVIEWED and not first(sent, "_sure"):
            # What would be planned is shown first: what is refused here would be refused there.
            seen = await send(
                request, "GET", f"/api{request.scope['path']}/preview", query=query_of(body or {}), act=door.name
            )
            tried = Tried(door, sent, seen)
            if seen.succeeded:
                tried = Tried(door, [*sent, ("_sure", "asked")], None, _previewed(seen.told))
            return await run_in_threadpool(_again, request, doors, tried)
        if door.name in ASKED_AGAIN and not first(sent, "_sure"):
            # What follows is said once more, and nothing is done yet.
            return await run_in_threadpool(_again, request, doors, Tried(door, [*sent, ("_sure", "asked")], None))
        path = "/api" + request.scope["path"]
        done = await send(
            request,
            door.method,
            path,
            body,
            token=first(sent, "_token"),
            once=first(sent, "_once"),
            tag=first(sent, "_tag"),
            draft=form_of(request, door.name),
            act=door.name,
        )
        if done.succeeded:
            to = own_path(first(sent, "_to") or case_path(request))
            return went_well(request, door, done, stated_at(door.path, case_path(request), to))
        if door.name == "sign" and done.code == "second-factor-needed":
            return see_other(f"/proof?to={request.scope['path']}")
        return await again_or_kept(
            request, sent, done, case_path(request), lambda: _again(request, doors, Tried(door, sent, done))
        )

    return do


def query_of(body: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """What stands behind the path where a body is only looked at; of a list of days each day."""
    return {
        name: [str(one.get("day", "")) for one in value] if isinstance(value, list) else str(value)
        for name, value in body.items()
    }


def _previewed(told: Mapping[str, Any]) -> dict[str, Any]:
    """A preview as a page shows it."""
    times = [{"left_out": "", "warnings": (), **one, "at": datetime.fromisoformat(one["at"])} for one in told["times"]]
    return {"sessions": told["sessions"], "times": times}


def sent_body(request: Request, door: Door, sent: Sent) -> dict[str, Any] | None:
    """The body that a form amounts to. Keys that a form asked for, such as questions, are taken as they were sent."""
    if door.schema is None:
        return None
    known = {
        field: [Choice(key, "") for key in {name.split(".")[1]: "" for name, _ in sent if name.startswith(f"{field}.")}]
        for field in KEYED
    }
    return body_of(Form(door.schema, language_of(request), known).fields(sent), sent, settings_of(request).zone)


def went_well(request: Request, door: Door, done: Done, to: str) -> Response:
    """Go on; where the answer has something to tell that is not shown anywhere else, tell it first."""
    told = done.told if isinstance(done.told, dict) else {}
    warnings = [*told.get("warnings", ()), *([told["warning"]] if told.get("warning") else [])]
    if not warnings and not told.keys() & _TOLD_ONCE and door.name not in _STATED_NOWHERE:
        return see_other(to)
    once = [(name, told[name]) for name in told if name in _TOLD_ONCE]
    return page(request, "done", act=door.words, warnings=warnings, told=once, to=to)


def _again(request: Request, doors: Sequence[Door], tried: Tried) -> Response:
    """The form again, with what was sent and what is wrong with it."""
    return reader_at(request).read(lambda db, seat: _form_again(request, seat, db, doors, tried))


def _form_again(request: Request, seat: Seat, db: Db, doors: Sequence[Door], tried: Tried) -> Response:
    is_gone = not tried.door.is_open(seat.may_do())  # the case has moved
    if tried.done and is_gone and _takes_words(request, tried):
        return kept_words(request, tried.sent, tried.done, case_path(request))
    return forms_page(request, seat, db, doors, tried)


def _takes_words(request: Request, tried: Tried) -> bool:
    schema = tried.door.schema
    return schema is not None and takes_words(Form(schema, language_of(request)).fields(tried.sent))
