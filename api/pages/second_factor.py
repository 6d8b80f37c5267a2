"""The second factor on pages: an authenticator app is set up with a QR code, and a code is typed to show that it is oneself."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Annotated, Any
from urllib.parse import quote

import segno
from fastapi import Query, Request, Response

from api.http.callers import Caller, identify_by_session
from api.http.dependencies import Reading, ReadSession
from api.http.routes import handed_on, router_for
from api.http.security import page_credentials
from api.pages.answers import own_path, see_other
from api.pages.deeds import Deed, Tried, deeds_page, do_one
from api.pages.posting import Done
from api.second_factors import ChallengeBody, CodeBody
from mediation.errors import NotFound
from mediation.people import second_factor as acts
from mediation.people.authenticators import find_authenticator, pending
from mediation.people.calendar_feeds import may_have_feed
from mediation.store.database import Db
from mediation.words.fields import Id

router = router_for("/second-factor", "second-factor-pages")

To = Annotated[str, Query(max_length=500, description="The page to go on to.")]


def _to(request: Request) -> str:
    return own_path(request.query_params.get("to", "")[:500])


def _asked(request: Request, done: Done) -> Response:
    to = f"?to={quote(_to(request), safe='/')}"
    return see_other(f"/second-factor/codes/{done.told['kind']}/{done.told['id']}{to}")


_SET_UP = Deed("enrol", "POST", "/api/second-factor/totp", to="/second-factor/app")
_DROP = Deed("drop", "DELETE", "/api/second-factor/totp", to="/second-factor")
_ASK = Deed("ask", "POST", "/api/second-factor/challenges", ChallengeBody, went=_asked)
_CONFIRM = Deed("confirm", "POST", "/api/second-factor/totp/confirmations", CodeBody, to="/second-factor")
_OVERVIEW: Sequence[Deed] = (_SET_UP, _DROP, _ASK)


@router.get("", include_in_schema=False)
def show(request: Request, caller: ReadSession, db: Reading, to: To = "") -> Response:
    """Which second factors one has, setting up an app, and showing one now."""
    return _overview(request, db, caller)


def _overview(request: Request, db: Db, caller: Caller, tried: Tried | None = None) -> Response:
    has = acts.has_second_factors(db, caller.person, caller.session)
    app = find_authenticator(db, caller.person.id) is not None
    shown = caller.session is not None and acts.has_just_shown(db, caller.session, acts.KINDS)
    context: Mapping[str, Any] = {"has": has, "app": app, "shown": shown, "to": _to(request)}
    context = {**context, "mediates": may_have_feed(db, caller.person.id)}
    return deeds_page(request, "second-factor", _OVERVIEW, tried=tried, **context)


@router.post("", include_in_schema=False)
@handed_on
async def do(request: Request) -> Response:
    """Set up an app, stop using it, or be asked for a code."""
    return await do_one(request, _OVERVIEW, lambda tried: _again(request, tried, _overview))


@router.get("/app", include_in_schema=False)
def show_app(request: Request, caller: ReadSession, db: Reading) -> Response:
    """The QR code of an app that is being set up, and the field for its first code."""
    return _app(request, db, caller)


def _app(request: Request, db: Db, caller: Caller, tried: Tried | None = None) -> Response:
    waits = pending(db, caller.person)
    if waits is None:
        return see_other("/second-factor")
    spaced = " ".join(waits.secret[at : at + 4] for at in range(0, len(waits.secret), 4))
    return deeds_page(request, "second-factor-app", (_CONFIRM,), tried=tried, secret=spaced)


@router.post("/app", include_in_schema=False)
@handed_on
async def confirm_app(request: Request) -> Response:
    """Confirm the app with a code that it shows."""
    return await do_one(request, (_CONFIRM,), lambda tried: _again(request, tried, _app))


@router.get("/app.svg", include_in_schema=False)
def draw(caller: ReadSession, db: Reading) -> Response:
    """The QR code of an app that is being set up. It is kept nowhere."""
    waits = pending(db, caller.person)
    if waits is None:
        raise NotFound("address-unknown")
    drawn = BytesIO()
    segno.make(waits.uri, error="m").save(drawn, kind="svg", scale=6, dark="#000", light="#fff")
    return Response(drawn.getvalue(), media_type="image/svg+xml")


@router.get("/codes/{kind}/{challenge}", include_in_schema=False)
def show_code(kind: str, challenge: Id, request: Request, caller: ReadSession, to: To = "") -> Response:
    """The field for a code."""
    return _code(request, kind, challenge)


def _code(request: Request, kind: str, challenge: str, tried: Tried | None = None) -> Response:
    if kind not in acts.KINDS:
        raise NotFound("address-unknown")
    deed = _prove(request, challenge)
    return deeds_page(request, "second-factor-code", (deed,), tried=tried, kind=kind, to=_to(request))


def _prove(request: Request, challenge: str) -> Deed:
    to = _to(request)
    path = f"/api/second-factor/challenges/{challenge}/proofs"
    return Deed("prove", "POST", path, CodeBody, to="/second-factor" if to == "/" else to)


@router.post("/codes/{kind}/{challenge}", include_in_schema=False)
@handed_on
async def prove(kind: str, challenge: Id, request: Request) -> Response:
    """Send the code."""

    def shown(request: Request, db: Db, caller: Caller, tried: Tried | None) -> Response:
        return _code(request, kind, challenge, tried)

    return await do_one(request, (_prove(request, challenge),), lambda tried: _again(request, tried, shown))


def _again(request: Request, tried: Tried | None, shown: Any) -> Response:
    with request.app.state.installation.database.reading() as db:
        caller = identify_by_session(db, request, page_credentials(request), writing=False)
        answer: Response = shown(request, db, caller, tried)
        return answer
