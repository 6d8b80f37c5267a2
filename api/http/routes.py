"""Routes: each knows who may use it, describes its refusals to OpenAPI, and acts only once for a repeated request."""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from inspect import iscoroutinefunction, isroutine, unwrap
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from api.http.anonymous import identify_before_reading
from api.http.dependencies import SEATS, SELVES, OfficeNeeded, open_writing, sent_scan, tag_of
from api.http.idempotency import AlreadyAnswered, has_claim, note_attempt, remember
from api.http.problems import problems
from api.http.threads import READING, WRITING, in_a_thread, in_the_pool, threaded, whole
from api.http.views import explained, reader_of
from mediation.errors import NotYet, Outdated
from mediation.store.database import Note

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_PUBLIC: set[Callable[..., Any]] = set()
_HANDED_ON: set[Callable[..., Any]] = set()
_ACTS = "x-acts"
TRIES = 5  # for an act whose pages had to be typeset again: each time another act on the same case was faster


def public(endpoint: Endpoint) -> Endpoint:
    """Declare a route as public: its answer reveals nothing about any case or person."""
    _PUBLIC.add(endpoint)
    return endpoint


def handed_on(endpoint: Endpoint) -> Endpoint:
    """Declare that a page hands its form on to a route of the API, which takes the seat and asks for the form token."""
    _HANDED_ON.add(endpoint)
    return endpoint


def does(*acts: str) -> dict[str, Any]:
    """`openapi_extra=does("plan-session")`: the acts that are done at a route. Unmet guards link to it."""
    return {_ACTS: list(acts)}


def router_for(prefix: str, noun: str) -> APIRouter:
    """A router for one noun."""
    return APIRouter(prefix=prefix, tags=[noun], route_class=Route)


def case_router(noun: str) -> APIRouter:
    """A router for one noun of a case: `/cases/{number}/<noun>`."""
    return router_for(f"/cases/{{number}}/{noun}", noun)


class UnguardedRoute(Exception):
    """A route takes no seat and no office and does not say that it is public; raised when its module is imported."""


class Route(APIRoute):
    """A route that takes a seat or an office, is about the caller's own, or says that it is public."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        asks_itself = iscoroutinefunction(endpoint)
        super().__init__(path, endpoint if asks_itself else threaded(endpoint), **given)
        self.is_whole = not asks_itself and all(map(_is_for_one_thread, _dependants(self.dependant)))
        if not authority(endpoint, self.dependant):
            raise UnguardedRoute(f"{path}: take a seat or an office, or say @public")
        self.writes_anonymously = _writes_anonymously(endpoint, self.dependant)
        self.responses = {**problems(*_refuses_with(endpoint, self.dependant)), **self.responses}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with all that has to happen before its transaction is committed."""
        answer, comes_later = super().get_route_handler(), sent_scan in dependency_calls(self.dependant)
        is_public = authority(self.endpoint, self.dependant) in {"public", "handed-on"}
        threads = WRITING if open_writing in dependency_calls(self.dependant) else READING

        async def once(request: Request) -> Response:
            # FastAPI ends a transaction when the whole request is over. Here it ends before another try begins.
            async with AsyncExitStack() as transactions:
                request.scope["fastapi_function_astack"] = transactions
                return await _answered(request, answer)

        async def in_threads(request: Request) -> Response:
            if not self.is_whole:
                return await once(request)
            await request.body()  # all that there is to wait for
            return await whole(threads, once(request))

        async def noted(request: Request) -> Response:
            notes: list[Note] = []
            request.state.notes = notes
            response = await in_threads(request)
            if notes:  # they may wait for who writes: in a thread that no reader needs
                await in_the_pool(WRITING, request.app.state.installation.database.write_down, notes)
            return response

        async def handle(request: Request) -> Response:
            request.state.is_anonymous_write = self.writes_anonymously
            if not comes_later:  # a file is read only once it is known from whom, and may attach it
                if not is_public:
                    await identify_before_reading(request)
                await note_attempt(request)
            for _ in range(TRIES - 1):
                with suppress(Outdated):  # somebody else's act was faster
                    return await noted(request)
            return await noted(request)

        return handle


async def _answered(request: Request, answer: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
    try:
        response = await answer(request)
    except AlreadyAnswered as earlier:
        return earlier.response
    except NotYet as refusal:
        # Who is missing is read here: once the refusal has left this function, the transaction is gone.
        if refusal.details.keys() & {"plan", "unmet"}:
            await in_a_thread(_explain, request, refusal)
        raise
    if has_claim(request):
        await in_a_thread(remember, request, response)
    return response


def _explain(request: Request, refusal: NotYet) -> None:
    explained(reader_of(request), refusal)


def dependency_calls(dependant: Dependant) -> list[Callable[..., Any]]:
    """Everything that a route depends on, in the order in which it is asked."""
    return [one.call for one in _dependants(dependant) if one.call is not None]


def _dependants(dependant: Dependant) -> list[Dependant]:
    return [each for one in dependant.dependencies for each in (*_dependants(one), one)]


def _is_for_one_thread(one: Dependant) -> bool:
    # What is made one at a time, or received in parts, waits for the event loop.
    call = one.call if isroutine(one.call) else type(one.call).__call__
    return one.concurrency is None and call is not sent_scan and iscoroutinefunction(call)


def authority(endpoint: Callable[..., Any], dependant: Dependant) -> str | None:
    """By what right a route answers: `seat`, `office`, `self`, `handed-on`, `public`, or None where nothing says so."""
    calls = dependency_calls(dependant)
    if SEATS & set(calls):
        return "seat"
    if any(isinstance(call, OfficeNeeded) for call in calls):
        return "office"
    if SELVES & set(calls):
        return "self"
    if unwrap(endpoint) in _HANDED_ON:
        return "handed-on"
    return "public" if unwrap(endpoint) in _PUBLIC else None


def _writes_anonymously(endpoint: Callable[..., Any], dependant: Dependant) -> bool:
    return authority(endpoint, dependant) == "public" and open_writing in dependency_calls(dependant)


def _refuses_with(endpoint: Callable[..., Any], dependant: Dependant) -> set[int]:
    calls, right = dependency_calls(dependant), authority(endpoint, dependant)
    writes = open_writing in calls
    signs_in = _writes_anonymously(endpoint, dependant)  # somebody whom we do not know yet
    return {
        500,
        503,
        *({401, 422} if right != "public" or signs_in else ()),
        *({429} if signs_in else ()),
        *({404} if right == "seat" else ()),
        *({403} if right != "public" or writes else ()),  # a token may be good for less
        *({409, 413} if writes else ()),
        *({428} if tag_of in calls else ()),
    }


def paths_of_acts(app: FastAPI) -> dict[str, str]:
    """The path of each act's route, by act, with its blanks such as `{number}`."""
    found = [one for one in iter_route_contexts(app.routes) if isinstance(one.original_route, APIRoute)]
    return {act: one.path or "" for one in reversed(found) for act in acts_at(one)}


def acts_at(route: RouteContext) -> Sequence[str]:
    """The acts that are done at a route, as declared with `does`."""
    return tuple((route.openapi_extra or {}).get(_ACTS, ()))
