"""Requests from unknown clients: their bodies are small, and one that keeps sending what cannot be parsed has to wait."""

from datetime import timedelta

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.http.security import Credentials, client_of, shown
from mediation.errors import MediationError
from mediation.installation.installation import Installation
from mediation.people.directory import person_of_token
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.people.sign_in import resume

ANONYMOUS_BODY_LIMIT = 4 * 1024  # bytes
INQUIRY_LIMIT = 128 * 1024  # of an inquiry, whose words are refused beyond 4 kB at their field, and given back
MALFORMED = RateLimit("malformed", 20, timedelta(seconds=30))


async def identify_before_reading(request: Request) -> None:
    """Look up who sends a body larger than `ANONYMOUS_BODY_LIMIT` before reading it: parsing two megabytes can take a second.

    The body of somebody unknown is read away unparsed. Refuses like `credentials`, `person_of_token` and `resume`.
    """
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" not in request.headers and length.isdecimal() and int(length) <= ANONYMOUS_BODY_LIMIT:
        return
    try:
        await run_in_threadpool(_identify, request.app.state.installation, await shown(request))
    except MediationError:
        if "expect" not in request.headers:  # else it has not been sent yet
            async for _ in request.stream():
                pass
        raise


def _identify(installation: Installation, presented: Credentials) -> None:
    with installation.database.reading() as db:
        if presented.token is not None:
            person_of_token(db, presented.token)
        else:
            resume(db, presented.session or "")


async def rate_limited(request: Request, error: Exception) -> Exception:
    """What to answer to a request that was not understood: `error`, or `asked-too-often`.

    Only what an anonymous request would have written is counted here: what is understood is counted by the act itself, where
    the right secret always works. The transaction of the request is over by now, so this takes one of its own.
    """
    if not getattr(request.state, "is_anonymous_write", False):
        return error
    try:
        await run_in_threadpool(_count, request.app.state.installation, client_of(request))
    except MediationError as refusal:
        return refusal
    return error


def _count(installation: Installation, client: str) -> None:
    with installation.database.writing() as db:
        count_or_refuse(db, MALFORMED, client)
