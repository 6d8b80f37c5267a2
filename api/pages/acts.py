"""Every act as a form at its own address: what may be done now, the fields of each, and what came of sending it."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.concurrency import run_in_threadpool

from api.addresses import ADDRESSES
from api.http.dependencies import Reading, ReadSeat, SeatReader
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import acts_at, handed_on, router_for
from api.http.security import page_credentials, settings_of
from api.pages.answers import Refusal, first, own_path, refusal_of, see_other, sent_form
from api.pages.arranging import ASKED_AGAIN, answered, arranged, marks_to_choose, of_interpreting, said_of, stated_at
from api.pages.choices import commitments_to_report, known_to, known_to_commissioner, sentences_to_release
from api.pages.drafting import drafts_at, form_of, takes_words
from api.pages.forms import GROUPS, KEYED, Choice, Form, FormField, Known, Schema, Sent, body_of, in_groups, schema_of
from api.pages.kept import again_or_kept, holds_words, kept_words
from api.pages.posting import Done, send
from api.pages.sections import SECTIONS, written_before
from api.pages.steps import FIRST, in_steps
from mediation.acts.acting import SEATED
from mediation.case.drafts import Kept
from mediation.case.seat import Seat
from mediation.reading.interpreted import has_own_language
from mediation.reading.outline import Outline, read_outline
from mediation.reading.people import PersonLine
from mediation.store.database import Db
from mediation.words.catalogue import has_words, say
from mediation.workflow.declaration import Trait

CASE = "/api/cases/{number}/"


@dataclass(frozen=True)
class Door:
    """A route of the API at which acts are done: their permissions, and the schema of what it takes (None: nothing)."""

    method: str
    path: str  # below the case, with its blanks
    name: str  # the first act done there
    words: str  # the code of the words for it
    permissions: frozenset[str]
    schema: Schema | None

    def is_open(self, may: Collection[str]) -> bool:
        """Whether one of its acts is open now to who may do these; what is `SEATED` says so itself."""
        return bool(self.permissions & {*may, SEATED})


def doors_of(app: FastAPI) -> Mapping[str, Sequence[Door]]:
    """The doors of an application by path: at one path several acts may be done by different methods."""
    doors: dict[str, list[Door]] = {}
    for one in _doors(app):
        doors.setdefault(one.path, []).append(one)
    return doors


def _doors(app: FastAPI) -> Iterator[Door]:
    declared = {(one.method, one.path) for one in ADDRESSES}
    for one in ADDRESSES:
        model = one.model
        yield Door(
            one.method,
            one.path,
            one.acts[0].code,
            f"act.{one.acts[0].entry}",
            frozenset(act.permission for act in one.acts),
            schema_of(model) if model else None,
        )
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, (context.path or "").removeprefix(CASE)
        if isinstance(route, APIRoute) and path != context.path and (acts := acts_at(context)):
            body = route.body_field and route.body_field.field_info.annotation
            for method in (context.methods or set()) - {one for one, known in declared if known == path}:
                yield Door(method, path, acts[0], f"act.{acts[0]}", frozenset(acts), schema_of(body) if body else None)


def forms_of(request: Request, number: str, may: Collection[str]) -> list[tuple[str, str]]:
    """The acts that are open and need nothing named first: the words of each, and the page of its form."""
    doors: Mapping[str, Sequence[Door]] = request.app.state.doors
    return [
        (one.words, f"/cases/{number}/{path}")
        for path, those in doors.items()
        for one in those
        if "{" not in path and path not in _ON_OTHER_PAGES and one.is_open(may)
    ]


OWN_PAGES = {"draft-agreement": "agreement/edit"}  # the acts whose forms are pages of their own
_ON_OTHER_PAGES = frozenset({"transitions", "scans"})
_IN_SECTION = frozenset({"propose-option"})  # who leads has their forms in the section above: they record for others


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
            return await run_in_threadpool(_again, request, doors, door, sent, None)
        if door.name in ASKED_AGAIN and not first(sent, "_sure"):
            # What follows is said once more, and nothing is done yet.
            return await run_in_threadpool(_again, request, doors, door, [*sent, ("_sure", "asked")], None)
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
        )
        if done.succeeded:
            to = own_path(first(sent, "_to") or case_path(request))
            return went_well(request, door, done, stated_at(door.path, case_path(request), to))
        if door.name == "sign" and done.code == "second-factor-needed":
            return see_other(f"/proof?to={request.scope['path']}")
        return await again_or_kept(
            request, sent, done, case_path(request), lambda: _again(request, doors, door, sent, done)
        )

    return do


def sent_body(request: Request, door: Door, sent: Sent) -> dict[str, Any] | None:
    """The body that a form amounts to. Keys that a form asked for, such as questions, are taken as they were sent."""
    if door.schema is None:
        return None
    known = {
        field: [Choice(key, "") for key in {name.split(".")[1]: "" for name, _ in sent if name.startswith(f"{field}.")}]
        for field in KEYED
    }
    return body_of(Form(door.schema, language_of(request), known).fields(sent), sent, settings_of(request).zone)


def case_path(request: Request) -> str:
    """The page of the case that a request is about."""
    return f"/cases/{request.path_params['number']}"


def page_of(request: Request, seat: Seat) -> str:
    """Where a seat reads of its case: who only ordered it has a page of its status."""
    if seat.only is not None:
        return f"{case_path(request)}/in-room"
    return case_path(request) if sees_case(seat) else f"/statuses/{request.path_params['number']}"


def went_well(request: Request, door: Door, done: Done, to: str) -> Response:
    """Go on; where the answer has something to tell that is not shown anywhere else, tell it first."""
    told = done.told if isinstance(done.told, dict) else {}
    warnings = [*told.get("warnings", ()), *([told["warning"]] if told.get("warning") else [])]
    if not warnings and not told.keys() & _TOLD_ONCE and door.name not in _STATED_NOWHERE:
        return see_other(to)
    once = [(name, told[name]) for name in told if name in _TOLD_ONCE]
    return page(request, "done", act=door.words, warnings=warnings, told=once, to=to)


_TOLD_ONCE = frozenset({"code", "ways_on"})
_STATED_NOWHERE = frozenset({"assign-mediator"})  # who orders does not read who takes part


def _again(request: Request, doors: Sequence[Door], door: Door, sent: Sent, done: Done | None) -> Response:
    """The form again, with what was sent and what is wrong with it."""
    reader = SeatReader(
        request, request.path_params["number"], page_credentials(request), request.app.state.installation
    )
    return reader.read(lambda db, seat: _form_again(request, seat, db, doors, door, sent, done))


def _form_again(
    request: Request, seat: Seat, db: Db, doors: Sequence[Door], door: Door, sent: Sent, done: Done | None
) -> Response:
    if done and holds_words(sent) and not door.is_open(may_now(seat)):  # the case has moved, and the form is gone
        return kept_words(request, sent, done, case_path(request))
    return forms_page(request, seat, db, doors, door, sent, done)


def forms_page(
    request: Request,
    seat: Seat,
    db: Db,
    doors: Sequence[Door],
    tried: Door | None = None,
    sent: Sent = (),
    done: Done | None = None,
) -> Response:
    """What there is of a noun, and the forms of the acts that this seat may do; one with what was sent and refused."""
    path, may, language = doors[0].path, may_now(seat), language_of(request)
    outline = read_outline(db, seat) if sees_case(seat) else None
    people = (outline.participants if outline else None) or []
    section = SECTIONS.get(path)
    read = section.read(db, seat) if section and (outline or section.of_order) else None
    refusal = refusal_of(done) if done else None
    known = _known_here(request, seat, db, path, outline)
    given = _read_here(read, language)
    before = [*given, *written_before(path, read)]
    asked_again = first(sent, "_sure") == "asked"
    shown = [one for one in ([tried] if asked_again and tried else doors) if one.is_open(may)]
    drafts = drafts_at(db, seat, [form_of(request, one.name) for one in shown if one.schema])
    forms, written, interpreted = [], set(_IN_SECTION), has_own_language(db, seat.participant_id)
    for one in shown:
        draft = drafts.get(form_of(request, one.name))
        filled, faults = (sent, refusal) if one is tried else (_begun(given, draft, before), None)
        if _has_form_here(seat, one, read, tried):
            fields = of_interpreting(fields_of(seat, one, known, filled, faults, language), asked=interpreted)
            written |= {one.name} if takes_words(fields) else set()
            chosen = _chosen(request, one, sent, filled)
            forms.append((one, in_steps(seat, one.name, fields, chosen, people, language)))
    framed = _framed(request, people, seat, may)
    if asked_again and forms:
        [(door, fields), *_], to = forms, own_path(first(sent, "_to"))
        return page(request, "sure", **framed, door=door, these=fields, sent=sent, once=db.new_id(), to=to)
    return page(
        request,
        "acts",
        status=done.status if done else 200,
        **framed,
        section=read,
        section_template=f"sections/{section.template}.html" if section and read is not None else None,
        leads=seat.is_any(Trait.LEADS),
        spare=db.new_id(),
        item_links=links_of_items(request, path, may),
        forms=forms,
        answered=[(said_of(one, language), one) for one in answered(db, seat, path)] if outline else [],
        elsewhere=[
            (one.words, f"{case_path(request)}/{OWN_PAGES[one.name]}")
            for one in doors
            if one.name in OWN_PAGES and one.is_open(may)
        ],
        refusal=refusal,
        drafts={
            one.name: (form, drafts[form])
            for one in shown
            if one.name in written and (form := form_of(request, one.name)) in drafts
        },
        tried=tried.name if tried and sent else "",
        once=[db.new_id() for _ in forms],
        tag=("" if refusal and refusal.code == "case-changed" else first(sent, "_tag"))
        or getattr(read, "tag", None)
        or "",
        to=first(sent, "_to") or own_path(request.query_params.get("to", page_of(request, seat))),
    )


def _has_form_here(seat: Seat, door: Door, read: Any, tried: Door | None) -> bool:
    is_above = door.name in _IN_SECTION and seat.is_any(Trait.LEADS) and door is not tried
    is_under_way = door.name == "begin-screening" and read and not read[-1].outcome  # one at a time
    return door.name not in OWN_PAGES and not is_above and not is_under_way


def _known_here(request: Request, seat: Seat, db: Db, path: str, outline: Outline | None) -> Known:
    """Whom and what the forms of a page can name."""
    language, zone = language_of(request), settings_of(request).zone
    known = (
        known_to(seat, outline, path, language, zone) if outline else known_to_commissioner(db, seat, path, language)
    )
    if path == "check-ins":
        known |= commitments_to_report(db, seat, language)
    if path == "corrections":
        known |= {"mark": marks_to_choose(db, seat, language)}
    if path == "statements/{statement}/releases":
        known |= sentences_to_release(db, seat, request.path_params["statement"])
    return known


def _read_here(read: Any, language: str) -> Sent:
    """What the forms of a page name of what is read above them."""
    return [("language", language), ("text", getattr(read, "id", "")), ("digest", getattr(read, "digest", None) or "")]


def _begun(given: Sent, draft: Kept | None, before: Sent) -> Sent:
    """What a form is filled in with: a draft wins over what was written before, but not over what was read above the form."""
    read = [(name, value) for name, value in given if name != "language"]
    return [*read, *draft.written] if draft else before


def _chosen(request: Request, door: Door, sent: Sent, filled: Sent) -> str:
    field = FIRST.get(door.name, "")
    return first(sent, field) or request.query_params.get(field, "") or first(filled, field)


def _framed(request: Request, people: Sequence[PersonLine], seat: Seat, may: Collection[str]) -> dict[str, Any]:
    named = next((one for one in people if one.id == request.path_params.get("participant")), None)
    return {
        "by": {one.id: one.name for one in people},
        "you": seat.participant_id,
        "may": may,
        "case": case_path(request),
        "named": named,
        "parties": [one.id for one in people if {*one.roles} & seat.workflow.who(Trait.CONSENTS)],
        "representatives": [one.id for one in people if {*one.roles} & seat.workflow.who(Trait.REPRESENTS)],
    }


def may_now(seat: Seat) -> frozenset[str]:
    """The acts that are open to a seat now."""
    return seat.may_do()


def sees_case(seat: Seat) -> bool:
    """Whether a seat has a case to read: who only ordered it has a status (visibility.md rule 3)."""
    return not all(Trait.ORDERS in one.traits for one in seat.roles)


def links_of_items(request: Request, path: str, may: Collection[str]) -> list[tuple[str, str]]:
    """What may be done with one item of a list: the words of each act, and its page with `{}` for the item."""
    doors: Mapping[str, Sequence[Door]] = request.app.state.doors
    return [
        (one.words, f"{case_path(request)}/{_BLANK.sub('{}', where)}")
        for where, those in doors.items()
        for one in those
        if where.startswith(f"{path}/{{") and where.count("{") == 1 and one.is_open(may)
    ]


_BLANK = re.compile(r"\{\w+\}")


def _asked(door: Door, one: FormField, language: str) -> str:
    """What a field asks for: in the words of this act where it has some."""
    own = f"asks.{door.name}.{one.name}"
    return say(own, language) if has_words(own, language) else one.label


def fields_of(
    seat: Seat, door: Door, known: Known, sent: Sent, refusal: Refusal | None, language: str
) -> list[FormField]:
    """The fields of an act for this seat, filled with what was sent or written before: only who leads records for others."""
    if door.schema is None:
        return []
    fields = Form(door.schema, language, known).fields(sent, refusal.faults if refusal else {})
    fields = [replace(one, label=_asked(door, one, language)) for one in fields]
    shown = arranged(seat, door.path, fields, understood=door.path == "check-ins" and not known.get("reports"))
    return in_groups(shown, GROUPS.get(door.path, ()), language)
