"""Knocks: what somebody sends whom we do not know yet. It is small, and who keeps sending what cannot be read has to wait."""

from datetime import timedelta

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.http.security import Credentials, client_of, shown
from mediation.errors import MediationError
from mediation.installation.installation import Installation
from mediation.people.directory import person_of_token
from mediation.people.rate_limit import RateLimit, slow_down
from mediation.people.sign_in import resume

KNOCK_LIMIT = 4 * 1024  # bytes of a body
MALFORMED = RateLimit("malformed", 20, timedelta(seconds=30))


def note_knock(request: Request) -> None:
    """Say that this request comes from somebody unknown and, were it understood, would write."""
    request.state.knocks = True


async def see_who_brings_much(request: Request) -> None:
    """Look who it is before more than a knock is read of what they bring: to understand two megabytes can take a second.

    What nobody known has sent goes by unread. Refuses like `credentials`, `person_of_token` and `resume`.
    """
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" not in request.headers and length.isdecimal() and int(length) <= KNOCK_LIMIT:
        return
    try:
        await run_in_threadpool(_look, request.app.state.installation, await shown(request))
    except MediationError:
        if "expect" not in request.headers:  # else it has not been sent yet
            async for _ in request.stream():
                pass
        raise


def _look(installation: Installation, presented: Credentials) -> None:
    with installation.database.reading() as db:
        if presented.token is not None:
            person_of_token(db, presented.token)
        else:
            resume(db, presented.session or "")


async def counted(request: Request, error: Exception) -> Exception:
    """What to answer to a request that was not understood: `error`, or `asked-too-often`.

    What is understood is counted by the act itself, where the right secret always works; only here is there nothing to
    tell right from wrong. The transaction of the request is over by now, so this takes one of its own.
    """
    if not getattr(request.state, "knocks", False):
        return error
    try:
        await run_in_threadpool(_count, request.app.state.installation, client_of(request))
    except MediationError as refusal:
        return refusal
    return error


def _count(installation: Installation, client: str) -> None:
    with installation.database.writing() as db:
        slow_down(db, MALFORMED, client)
