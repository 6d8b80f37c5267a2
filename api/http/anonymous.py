"""Requests without a sign-in: their bodies are small, and a client that keeps sending unreadable ones has to wait."""

from datetime import timedelta

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.http.security import Credentials, client_of, shown
from mediation.errors import MediationError
from mediation.installation.installation import Installation
from mediation.people.directory import person_of_token
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.people.sign_in import resume

ANONYMOUS_LIMIT = 4 * 1024  # bytes of a body
MALFORMED = RateLimit("malformed", 20, timedelta(seconds=30))


def mark_anonymous(request: Request) -> None:
    """Note that this request needs no sign-in and would write: what of it cannot be read is counted by `count_malformed`."""
    request.state.anonymous = True


async def identify_before_large_body(request: Request) -> None:
    """Check the token or session before a body above `ANONYMOUS_LIMIT` is read: parsing two megabytes can take a second.

    The body of an unknown sender is received and thrown away. Refuses like `credentials`, `person_of_token` and `resume`.
    """
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" not in request.headers and length.isdecimal() and int(length) <= ANONYMOUS_LIMIT:
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


async def count_malformed(request: Request, error: Exception) -> Exception:
    """Count an anonymous request that could not be read; the error to answer with: `error`, or `asked-too-often`.

    Readable requests are counted by the functions that they call, where the right secret always works; here there is no
    secret to check. The transaction of the request is over by now, so this takes one of its own.
    """
    if not getattr(request.state, "anonymous", False):
        return error
    try:
        await run_in_threadpool(_count, request.app.state.installation, client_of(request))
    except MediationError as refusal:
        return refusal
    return error


def _count(installation: Installation, client: str) -> None:
    with installation.database.writing() as db:
        count_or_refuse(db, MALFORMED, client)
