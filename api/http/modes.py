"""Sessions that open little: on a screen that others in the room see, one case only."""

from collections.abc import Callable
from inspect import unwrap
from typing import Any, TypeVar

from fastapi import Request

from mediation.case.in_room import IN_ROOM, LOCKED, SESSION_MODE
from mediation.errors import NotPermitted
from mediation.store.models import SignInSession

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_ALSO: dict[Callable[..., Any], frozenset[str]] = {}


def also_in(*modes: str) -> Callable[[Endpoint], Endpoint]:
    """Declare that a route outside a case answers sessions in these modes, too."""

    def declare(endpoint: Endpoint) -> Endpoint:
        _ALSO[endpoint] = frozenset(modes)
        return endpoint

    return declare


def mode_of(session: SignInSession | None) -> str:
    """The mode of a session, or nothing where it opens all that its person may open."""
    if session is None:
        return ""
    if session.locked_at is not None:
        return LOCKED
    if session.room_sign_in_id is not None:
        return IN_ROOM
    return SESSION_MODE if session.case_number is not None else ""


def confine(request: Request, session: SignInSession | None, case_number: str) -> None:
    """Refuse what a session in a mode does not open, with the code of the mode; `case_number` is that of the case asked for.

    Before anything is looked up: another case is refused like one that does not exist.
    """
    mode = mode_of(session)
    if not mode or session is None or mode in _ALSO.get(unwrap(request.scope["endpoint"]), frozenset()):
        return
    if mode == LOCKED or case_number != session.case_number:
        raise NotPermitted(mode)
