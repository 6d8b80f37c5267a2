"""Getting in: an address is asked for, a letter brings a link to open here and a code to type; and the way out again.

The page of a link takes the secret out of the URL, and waits for a button, because mail scanners follow links too and would
use them up. After a failure the button can be pressed again: the page still has the secret.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any

from fastapi import Query, Request, Response

from api.http.languages import LANGUAGE_COOKIE, LANGUAGE_NAMES, language_of, worded
from api.http.pages import ADDRESS_LIMIT, page
from api.http.routes import public, router_for
from api.http.security import ASKED_COOKIE, form_token, is_https, session_key
from api.pages.answers import Refusal, check_form, first, own_path, refusal_of, see_other, sent_form
from api.pages.posting import Done, send
from mediation.errors import NotFound
from mediation.letters.validity import HANDED_OVER_WITHIN

router = router_for("", "getting-in")
mangled = router_for("", "mangled-links")  # comes last: what begins like a link may be another page

_SIGN_IN = "/api/sign-in/sessions"
# What follows the path of a link that a mail gateway re-encoded, cut off or appended to; no other page of ours begins so.
_MANGLED = re.compile(r"/?(?:[^\w/-]|$)")
_ENCODED = re.compile("%([0-9A-Fa-f]{2})")
_QUOTED = re.compile("=3d", re.IGNORECASE)
_ANY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]  # a refusal by its method alone would name the path
_SECRET = re.compile(r"[\w-]{8,}", re.ASCII)
_LINKS = {  # where the secret of each kind of link goes
    "/own-address": ("/api/own-address/confirmations", "own-address"),
    "/new-address": ("/api/new-address/confirmations", "new-address"),
    "/opening": ("/api/sign-in/openings", "way-back"),
    "/stop": ("/api/sign-in/suspensions/stops", "stop"),
}


@router.get("/language/{language}", include_in_schema=False)
@public
async def choose(
    language: str, request: Request, to: Annotated[str, Query(max_length=ADDRESS_LIMIT)] = "/"
) -> Response:
    """Read pages in another language from now on."""
    if language not in LANGUAGE_NAMES:
        raise NotFound("address-unknown")
    response = see_other(own_path(to))
    response.set_cookie(LANGUAGE_COOKIE, language, path="/", secure=is_https(request), httponly=True, samesite="lax")
    return response


@router.api_route("/sign-in", methods=["GET", "HEAD"], include_in_schema=False)
@public
async def sign_in(request: Request) -> Response:
    """Ask for a link, or open the one that came."""
    return _sign_in_page(request)


def _sign_in_page(request: Request, *, status: int = 200, refusal: Refusal | None = None, email: str = "") -> Response:
    # In another language one comes back without the query: a gateway may have put the secret there.
    return page(request, "sign-in", status=status, this_page="/sign-in", refusal=refusal, email=email)


@router.post("/sign-in", include_in_schema=False)
@public
async def signed_in(request: Request) -> Response:
    """Have a letter sent to an address, or sign in with the secret of its link."""
    sent = await sent_form(request)
    if secret := first(sent, "secret"):
        done = await send(request, "POST", _SIGN_IN, {"secret": secret})
        return _in(request, done) or _sign_in_page(request, status=done.status, refusal=refusal_of(done))
    email = first(sent, "email").strip()
    done = await send(request, "POST", "/api/sign-in/links", {"email": email, "language": language_of(request)})
    if not done.succeeded:
        return _sign_in_page(request, status=done.status, refusal=refusal_of(done), email=email)
    response = see_other("/sign-in/letter")
    _note_asked(request, response, email, HANDED_OVER_WITHIN.seconds)
    return response


def _in(request: Request, done: Done) -> Response | None:
    """Go on where somebody has signed in; that a letter was asked for here need not be known any more."""
    if not done.succeeded:
        return None
    response = see_other("/signed-in", {"set-cookie": done.headers["set-cookie"]})
    _note_asked(request, response, "", 0)
    return response


def _note_asked(request: Request, response: Response, email: str, seconds: int) -> None:
    kept = urlsafe_b64encode(email.encode("utf-8", "replace")).decode().rstrip("=")
    manner: dict[str, Any] = {"secure": is_https(request), "httponly": True, "samesite": "strict"}
    response.set_cookie(ASKED_COOKIE, kept, max_age=seconds, path="/sign-in", **manner)


def _asked(request: Request) -> str:
    """The address that a letter was asked for in this browser, or nothing."""
    kept = request.cookies.get(ASKED_COOKIE, "")
    try:
        return urlsafe_b64decode(kept + "=" * (-len(kept) % 4)).decode()
    except ValueError:
        return ""


@router.api_route("/sign-in/letter", methods=["GET", "HEAD"], include_in_schema=False)
@public
async def letter_is_on_its_way(request: Request) -> Response:
    """That a letter is on its way, whoever asked, and a field for its code: the letter may lie on another device."""
    return _code_page(request, asked=True)


@router.api_route("/sign-in/code", methods=["GET", "HEAD"], include_in_schema=False)
@public
async def letter_is_there(request: Request) -> Response:
    """Fields for the code of a letter and the address that it came to."""
    return _code_page(request, asked=False)


def _code_page(request: Request, *, asked: bool, status: int = 200, **context: Any) -> Response:
    known = asked and bool(_asked(request))
    return page(
        request, "sign-in-code", status=status, **{"refusal": None, "email": "", "code": "", "known": known, **context}
    )


@router.post("/sign-in/letter", include_in_schema=False)
@router.post("/sign-in/code", include_in_schema=False)
@public
async def code_typed(request: Request) -> Response:
    """Sign in with a code, and with the address where it was not asked for in this browser."""
    sent, asked = await sent_form(request), request.scope["path"] == "/sign-in/letter"
    code, typed = first(sent, "code"), first(sent, "email").strip()
    email = typed or (_asked(request) if asked else "")
    done = await send(request, "POST", _SIGN_IN, {"email": email, "code": code})
    return _in(request, done) or _code_page(
        request, asked=asked, status=done.status, refusal=refusal_of(done), email=typed, code=code
    )


@router.get("/signed-in", include_in_schema=False)
@public
async def is_signed_in(request: Request) -> Response:
    """Go on to the start, if the browser took the cookie of the session; else say that it did not, and what helps."""
    if session_key(request):
        return see_other("/")
    return page(request, "cookies-off", status=400)


@router.post("/sign-out", include_in_schema=False)
@public
async def sign_out(request: Request) -> Response:
    """Sign out here; who is signed out already goes to the same page.

    Also from a page that was opened before another sign-in: whoever leaves a laptop must not find it open. That the request
    comes from a page of ours is checked by where it comes from, so the token need not be the page's.
    """
    await check_form(request)
    token = form_token(session_key(request) or "")
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
        this_page=request.scope["path"],
        on_paper=family == "way-back",
    )


@router.api_route("/own-address", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/new-address", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/opening", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/stop", methods=["GET", "HEAD"], include_in_schema=False)
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
    sent = await sent_form(request)
    secret = first(sent, "secret") or pasted(first(sent, "link"))
    done = await send(request, "POST", target, {"secret": secret})
    if not done.succeeded:
        return _link_page(request, status=done.status, refusal=refusal_of(done))
    return page(
        request,
        "stated",
        heading=worded(f"page.{family}-heading", language_of(request)),
        fact=worded(f"{family}.done", language_of(request)),
    )


def inquiry_link_page(
    request: Request, *, status: int = 200, refusal: Refusal | None = None, name: str = ""
) -> Response:
    """The page of the link that confirms an inquiry: it asks for the name of who asked, too."""
    return page(request, "inquiry-link", status=status, refusal=refusal, own_name=name, this_page="/inquiry")


def pasted(link: str) -> str:
    """The secret in a link that somebody copied from a letter, read as link.js reads it; or the code that they typed."""
    link = link.strip()
    plain = link
    for _ in range(3):
        plain = _ENCODED.sub(lambda found: chr(int(found[1], 16)), plain)
    found = _SECRET.search(_QUOTED.sub("", plain.replace("=23", "#")).partition("#")[2])
    return found[0] if found else link


@mangled.api_route("/sign-in{rest:path}", methods=_ANY, include_in_schema=False)
@mangled.api_route("/own-address{rest:path}", methods=_ANY, include_in_schema=False)
@mangled.api_route("/new-address{rest:path}", methods=_ANY, include_in_schema=False)
@mangled.api_route("/opening{rest:path}", methods=_ANY, include_in_schema=False)
@mangled.api_route("/stop{rest:path}", methods=_ANY, include_in_schema=False)
@mangled.api_route("/inquiry{rest:path}", methods=_ANY, include_in_schema=False)
@public
async def mangled_link(rest: str, request: Request) -> Response:
    """The page of a link that a mail gateway changed, perhaps so that the secret came to us in the path.

    The page reads it from its own address, as ever; nothing that we answer repeats it.
    """
    request.scope["path"] = request.scope["path"].removesuffix(rest)
    request.scope["query_string"] = b""
    if not _MANGLED.match(rest) or request.method not in {"GET", "HEAD"}:
        raise NotFound("address-unknown")
    if request.scope["path"] == "/sign-in":
        return _sign_in_page(request)
    if request.scope["path"] == "/inquiry":
        return inquiry_link_page(request)
    return _link_page(request)
