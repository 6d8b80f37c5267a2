"""The routes of an application as tests look at them: who may use each, and which acts are done there."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.addresses import ADDRESSES
from api.http.dependencies import SEATS, SELVES, OfficeNeeded, reader_language
from api.http.routes import Route, acts_at, authority, dependency_calls
from api.pages.sections import SECTIONS


@dataclass(frozen=True)
class WalkedRoute:
    """One route of an application as a test may look at it."""

    path: str
    methods: frozenset[str]
    authority: str | None
    acts: tuple[str, ...]
    language_is_known: bool  # nobody asks for the reader's language before the reader is known
    is_ours: bool


def walk_routes(app: FastAPI) -> list[WalkedRoute]:
    """Every route of an application, those of included routers too. An application without any is an error."""
    walked = list(_walk(app))
    if not walked:
        raise LookupError("the walk found no routes")
    return walked


def _walk(app: FastAPI) -> Iterator[WalkedRoute]:
    for context in iter_route_contexts(app.routes):
        if not isinstance(context.original_route, APIRoute):
            yield WalkedRoute(context.path or "", frozenset(context.methods or ()), None, (), True, False)
            continue
        assert context.endpoint is not None
        calls = dependency_calls(context.dependant)
        right = authority(context.endpoint, context.dependant)
        asked = calls.index(reader_language) if reader_language in calls else len(calls)
        known = any(call in SEATS | SELVES or isinstance(call, OfficeNeeded) for call in calls[:asked])
        yield WalkedRoute(
            context.path or "",
            frozenset(context.methods or ()),
            right,
            tuple(acts_at(context)),
            known or reader_language not in calls,
            isinstance(context.original_route, Route),
        )


def is_page(route: WalkedRoute) -> bool:
    """Whether a route is of a page for people: tests/pages walks those."""
    return not route.path.startswith("/api/") and not route.path.endswith("z")


def is_form_alone(route: WalkedRoute) -> bool:
    """Whether a page shows nothing of a case but the form of an act: it is the same for whoever may do that."""
    path = route.path.removeprefix("/cases/{number}/")
    return path != route.path and path in paths_of_acts() and path not in SECTIONS


@cache
def paths_of_acts() -> frozenset[str]:
    """The paths of the acts, below a case."""
    return frozenset(one.path for one in ADDRESSES)
