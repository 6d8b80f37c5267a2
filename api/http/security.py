"""Credentials of a request: a bearer token, or the session cookie with the protection against cross-site requests."""

from dataclasses import dataclass
from hmac import compare_digest
from hmac import digest as hmac_digest
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from mediation.errors import NotPermitted, NotSignedIn
from mediation.settings import Settings

FORM_TOKEN_HEADER = "X-Form-Token"
COOKIE = "__Host-session"  # with this prefix browsers accept it only over HTTPS, for this host only
PLAIN_COOKIE = "session"  # over plain HTTP, on one's own machine
# For the life of a link: the address that a letter was asked for in this browser, so that its code is enough there.
ASKED_COOKIE = "asked"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_BEARER = HTTPBearer(
    auto_error=False, description="A token made by `POST /api/tokens` or `mediation people add … --token`."
)
_SESSION = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    description=f"The session of `POST /api/sign-in/sessions`. What changes something carries its `{FORM_TOKEN_HEADER}`, too.",
)


@dataclass(frozen=True)
class Credentials:
    """What a request carries: exactly one of the two."""

    token: str | None = None
    session: str | None = None


def is_https(request: Request) -> bool:
    """Whether people reach this installation over HTTPS."""
    return settings_of(request).base_url.startswith("https://")


def settings_of(request: Request) -> Settings:
    """The settings of the installation that the application serves."""
    settings: Settings = request.app.state.installation.settings
    return settings


def session_key(request: Request) -> str | None:
    """The key in the request's session cookie, if there is one."""
    return request.cookies.get(_cookie(request))


def _cookie(request: Request) -> str:
    return COOKIE if is_https(request) else PLAIN_COOKIE


def keep_session(request: Request, response: Response, key: str) -> None:
    """Set the session cookie: until the browser is closed, and not readable by scripts."""
    response.set_cookie(_cookie(request), key, path="/", secure=is_https(request), httponly=True, samesite="lax")


def drop_session(request: Request, response: Response) -> None:
    """Delete the session cookie, and all that the browser may have stored of us."""
    response.delete_cookie(_cookie(request), path="/", secure=is_https(request), httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def forget_pages(response: Response) -> None:
    """Let a browser forget the pages that it has stored: somebody else sits before it now."""
    response.headers["Clear-Site-Data"] = '"cache"'


def form_token(key: str) -> str:
    """The anti-CSRF token of a session (`X-Form-Token`): pages of ours send it with every request that changes something."""
    return hmac_digest(key.encode("utf-8", "surrogatepass"), b"form", "sha256").hex()


async def own_pages_only(request: Request) -> None:
    """Accept only requests of our own pages, or of no browser. Refuses with `origin-foreign`."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        own = site in {"same-origin", "none"}
    else:  # an old browser, or plain HTTP
        ours = {urlsplit(settings_of(request).base_url).netloc, request.headers.get("host")}
        # An origin is a scheme and a host, nothing else (RFC 6454): comparing the rest as text is enough.
        own = origin is None or origin.partition("://")[2] in ours - {"", None}
    if not own:
        raise NotPermitted("origin-foreign")


async def shown(request: Request) -> Credentials:
    """Like `credentials`, for code that runs before the dependencies of the route."""
    return await credentials(request, await _BEARER(request), None)


async def credentials(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    _: Annotated[str | None, Depends(_SESSION)],
) -> Credentials:
    """The token in `Authorization: Bearer …` or, without that header, the session in the cookie.

    Refuses with `token-missing` where there is neither. A cookie alone changes nothing, for browsers send it with the
    requests of other sites, too: refuses with `origin-foreign` and `form-token-missing`.
    """
    if "authorization" in request.headers:
        if bearer is None or not bearer.credentials:
            raise NotSignedIn("token-missing")
        return Credentials(token=bearer.credentials)
    key = session_key(request)
    if not key:
        raise NotSignedIn("token-missing")
    if request.method not in _SAFE:
        await own_pages_only(request)
        shown = request.headers.get(FORM_TOKEN_HEADER, "")
        if not compare_digest(shown.encode("utf-8", "surrogatepass"), form_token(key).encode()):
            raise NotPermitted("form-token-missing")
    return Credentials(session=key)


def page_credentials(request: Request) -> Credentials:
    """What a page reads with, after its form was handed on: the route that it went to has checked the form token."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    return Credentials(token=token) if token else Credentials(session=session_key(request) or "")


def client_of(request: Request) -> str:
    """The client of a request, for rate limits: an IPv4 address, or an IPv6 network (/64, what one household gets)."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


Presented = Annotated[Credentials, Depends(credentials)]
OwnPages = Annotated[None, Depends(own_pages_only)]
