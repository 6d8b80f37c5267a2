"""The doors of a case: each route of the API at which acts are done, with its words, who may, and what it takes."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts

from api.addresses import ADDRESSES
from api.http.routes import acts_at
from api.pages.forms import Schema, schema_of
from mediation.acts.acting import SEATED
from mediation.case.seat import Seat
from mediation.workflow.declaration import Trait

_API = "/api/cases/{number}/"
OWN_PAGES = {"draft-agreement": "agreement/edit"}  # the acts whose forms are pages of their own
PUT_RIGHT = "participants/{participant}/particulars"  # where what somebody is called and reads is corrected
# Listed nowhere: what other pages do, and what is asked for in its place alone.
_ON_OTHER_PAGES = frozenset({"transitions", "scans", "agreement/today"})
_CALLED = {"correct-statement": "asks.correct-statement"}  # beside what it is done to, by its own name
_BLANK = re.compile(r"\{\w+\}")


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
        route, path = context.original_route, (context.path or "").removeprefix(_API)
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


def links_of_items(request: Request, path: str, may: Collection[str]) -> list[tuple[str, str]]:
    """What may be done with one item of a list: the words of each act, and its page with `{}` for the item."""
    doors: Mapping[str, Sequence[Door]] = request.app.state.doors
    return [
        (_CALLED.get(one.name, one.words), f"{case_path(request)}/{_BLANK.sub('{}', where)}")
        for where, those in doors.items()
        for one in those
        if where.startswith(f"{path}/{{") and where.count("{") == 1 and one.is_open(may)
    ]


def case_path(request: Request) -> str:
    """The page of the case that a request is about."""
    return f"/cases/{request.path_params['number']}"


def sees_case(seat: Seat) -> bool:
    """Whether a seat has a case to read: who only ordered it has a status (visibility.md rule 3)."""
    return not all(Trait.ORDERS in one.traits for one in seat.roles)


def page_of(request: Request, seat: Seat) -> str:
    """Where a seat reads of its case: who only ordered it has a page of its status."""
    if seat.only is not None:
        return f"{case_path(request)}/in-room"
    return case_path(request) if sees_case(seat) else f"/statuses/{request.path_params['number']}"
