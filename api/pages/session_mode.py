"""Session mode on pages: it is entered with a button beside the room, and left by whoever shows that it is they."""

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.callers import Caller, identify_by_session
from api.http.dependencies import Reading, ReadSession
from api.http.modes import also_in, mode_of
from api.http.pages import page
from api.http.routes import handed_on, router_for
from api.http.security import page_credentials
from api.pages.answers import first, refusal_of, see_other, sent_form
from api.pages.posting import Done, send
from mediation.case.in_room import MEDIATORS
from mediation.people.second_factor import KINDS, has_just_shown, has_second_factors
from mediation.store.database import Db

PATH = "/session-mode"
router = router_for(PATH, "session-mode-pages")


@router.get("", include_in_schema=False)
@also_in(*MEDIATORS)
def ask(request: Request, caller: ReadSession, db: Reading) -> Response:
    """How to leave session mode: with a second factor, or by signing in anew."""
    return _asked(request, db, caller)


def _asked(request: Request, db: Db, caller: Caller, done: Done | None = None) -> Response:
    session = caller.session
    if session is None or not mode_of(session):
        return see_other("/")
    return page(
        request,
        "session-mode",
        status=done.status if done else 200,
        shown=has_just_shown(db, session, KINDS),
        has=any(has_second_factors(db, caller.person, session).values()),
        refusal=refusal_of(done) if done else None,
        number=session.case_number,
        locked=session.locked_at is not None,
    )


@router.post("", include_in_schema=False)
@handed_on
@also_in(*MEDIATORS)
async def go(request: Request) -> Response:
    """Enter session mode at a case, or leave it."""
    sent = await sent_form(request)
    case, token = first(sent, "case"), first(sent, "_token")
    enters = "/api/sign-in/session-mode", {"case": case}
    path, body = enters if case else ("/api/sign-in/session-mode/ending", None)
    done = await send(request, "POST", path, body, token=token)
    if done.succeeded:
        return see_other(f"/cases/{case}/sitting" if case else "/")
    return await run_in_threadpool(_again, request, done)


def _again(request: Request, done: Done) -> Response:
    with request.app.state.installation.database.reading() as db:
        return _asked(request, db, identify_by_session(db, request, page_credentials(request), writing=False), done)
