"""What a request shows of its sender: a bearer token, or the cookie of a session, with what keeps other sites from using it."""

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
COOKIE = "__Host-session"  # a browser takes a cookie of this kind of name only over HTTPS, and for this host alone
PLAIN_COOKIE = "session"  # where the server is reached over plain HTTP, on one's own machine
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
    """What was shown: exactly one of the two."""

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
    """What the request's cookie holds, if there is one."""
    return request.cookies.get(COOKIE if is_https(request) else PLAIN_COOKIE)


def keep_session(request: Request, response: Response, key: str) -> None:
    """Let the browser keep the key of a session until it is closed; no script can read it."""
    name = COOKIE if is_https(request) else PLAIN_COOKIE
    response.set_cookie(name, key, path="/", secure=is_https(request), httponly=True, samesite="lax")


def drop_session(request: Request, response: Response) -> None:
    """Let the browser forget the key, and all that it may have kept of us."""
    name = COOKIE if is_https(request) else PLAIN_COOKIE
    response.delete_cookie(name, path="/", secure=is_https(request), httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def form_token(key: str) -> str:
    """What a page of ours sends along with whatever changes something: bound to the session, and worthless without it."""
    return hmac_digest(key.encode("utf-8", "surrogatepass"), b"form", "sha256").hex()


async def own_pages_only(request: Request) -> None:
    """Let in only what our own pages send, or no browser at all. Refuses with `origin-foreign`."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        own = site in {"same-origin", "none"}
    else:  # an old browser, or plain HTTP
        ours = {urlsplit(settings_of(request).base_url).netloc, request.headers.get("host")}
        # An origin is a scheme and a host, nothing else (RFC 6454): what is no such thing is not ours, and needs no reader.
        own = origin is None or origin.partition("://")[2] in ours - {"", None}
    if not own:
        raise NotPermitted("origin-foreign")


async def shown(request: Request) -> Credentials:
    """As `credentials`, for who asks before the route's own dependencies are."""
    return await credentials(request, await _BEARER(request), None)


async def credentials(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    _: Annotated[str | None, Depends(_SESSION)],
) -> Credentials:
    """The token in `Authorization: Bearer …` or, without that header, the session in the cookie.

    Refuses with `token-missing` where there is neither; and what a cookie is to change with `origin-foreign` and
    `form-token-missing`, for a browser sends cookies along with what other sites make it send.
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


def client_of(request: Request) -> str:
    """Where a request comes from, for counting: an address, of IPv6 the network, which one household has to itself."""
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
