"""Getting in: an address is asked for, a link comes by letter and is opened here; and the way out again.

The page of a link takes the secret out of the URL, and waits for a button, because mail scanners follow links too and would
use them up. After a failure the button can be pressed again: the page still has the secret.
"""

from typing import Annotated

from fastapi import Query, Request, Response

from api.http.languages import LANGUAGE_COOKIE, LANGUAGE_NAMES, language_of, worded
from api.http.pages import page
from api.http.routes import public, router_for
from api.http.security import is_https
from api.pages.answers import Refusal, first, own_path, refusal_of, see_other, sent_form
from api.pages.posting import send
from mediation.errors import NotFound

router = router_for("", "getting-in")

_SIGN_IN = "/api/sign-in/sessions"
_LINKS = {  # where the secret of each kind of link goes
    "/own-address": ("/api/own-address/confirmations", "own-address"),
    "/new-address": ("/api/new-address/confirmations", "new-address"),
    "/opening": ("/api/sign-in/openings", "way-back"),
    "/stop": ("/api/sign-in/suspensions/stops", "stop"),
}


@router.get("/language/{language}", include_in_schema=False)
@public
async def choose(language: str, request: Request, to: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Read pages in another language from now on."""
    if language not in LANGUAGE_NAMES:
        raise NotFound("address-unknown")
    response = see_other(own_path(to))
    response.set_cookie(LANGUAGE_COOKIE, language, path="/", secure=is_https(request), httponly=True, samesite="lax")
    return response


@router.get("/sign-in", include_in_schema=False)
@public
async def sign_in(request: Request) -> Response:
    """Ask for a link, or open the one that came."""
    return page(request, "sign-in", refusal=None, email="", asked=False)


@router.post("/sign-in", include_in_schema=False)
@public
async def signed_in(request: Request) -> Response:
    """Have a link sent to an address, or sign in with the secret of one."""
    sent = await sent_form(request)
    if secret := first(sent, "secret"):
        done = await send(request, "POST", _SIGN_IN, {"secret": secret})
        if done.succeeded:
            return see_other("/", {"set-cookie": done.headers["set-cookie"]})
        return page(request, "sign-in", status=done.status, refusal=refusal_of(done), email="", asked=False)
    email = first(sent, "email").strip()
    done = await send(request, "POST", "/api/sign-in/links", {"email": email, "language": language_of(request)})
    if done.succeeded:
        return see_other("/sign-in/letter")
    return page(request, "sign-in", status=done.status, refusal=refusal_of(done), email=email, asked=False)


@router.get("/sign-in/letter", include_in_schema=False)
@public
async def letter_is_on_its_way(request: Request) -> Response:
    """That a letter is on its way, whoever asked."""
    return page(request, "sign-in", refusal=None, email="", asked=True)


@router.post("/sign-out", include_in_schema=False)
@public
async def sign_out(request: Request) -> Response:
    """Sign out here; who is signed out already goes to the same page."""
    token = first(await sent_form(request), "_token")
    done = await send(request, "DELETE", "/api/sign-in/sessions/current", token=token)
    kept = {name: done.headers[name] for name in ("set-cookie", "clear-site-data") if name in done.headers}
    return see_other("/sign-in", kept)


def _link_page(request: Request, *, status: int = 200, refusal: Refusal | None = None) -> Response:
    language, family = language_of(request), _LINKS[request.scope["path"]][1]
    return page(
        request,
        "link",
        status=status,
        refusal=refusal,
        heading=worded(f"page.{family}-heading", language),
        explanation=worded(f"page.{family}-explanation", language),
        button=worded(f"{family}.button", language),
    )


@router.get("/own-address", include_in_schema=False)
@router.get("/new-address", include_in_schema=False)
@router.get("/opening", include_in_schema=False)
@router.get("/stop", include_in_schema=False)
@public
async def link(request: Request) -> Response:
    """The page of a link that confirms an own address, opens sign-ins that were closed, or stops a suspension."""
    return _link_page(request)


@router.post("/own-address", include_in_schema=False)
@router.post("/new-address", include_in_schema=False)
@router.post("/opening", include_in_schema=False)
@router.post("/stop", include_in_schema=False)
@public
async def opened(request: Request) -> Response:
    """Send the secret of the link."""
    target, family = _LINKS[request.scope["path"]]
    done = await send(request, "POST", target, {"secret": first(await sent_form(request), "secret")})
    if not done.succeeded:
        return _link_page(request, status=done.status, refusal=refusal_of(done))
    return page(
        request,
        "stated",
        heading=worded(f"page.{family}-heading", language_of(request)),
        fact=worded(f"{family}.done", language_of(request)),
    )
