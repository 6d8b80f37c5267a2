"""ASGI middleware around every request: request id, body limit, security headers, one line in the log."""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import refusals
from api.http.content_policy import DATA_POLICY
from api.http.request_lines import check_lines, only_our_cookies
from mediation.logs import REQUESTS

BODY_LIMIT = 2 * 1024 * 1024
FORM_LIMIT = 512 * 1024  # of a page, read also of somebody whose sign-in is over: what they wrote is given back to them
SCAN_LIMIT = 12 * 1024 * 1024
_DRAINED = SCAN_LIMIT + BODY_LIMIT  # a body that is too large is received before it is refused, if it is at most this

_log = logging.getLogger(REQUESTS)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": DATA_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


class Envelope:
    """The outermost middleware: turns every exception into an answer of ours, sets the headers and writes the log line.

    Who leaves before an answer was begun is written down with the status 0.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        began, status = time.perf_counter(), 0

        async def wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _set_headers(MutableHeaders(scope=message), request_id, _HEADERS | _of_https(scope))
            await send(message)

        try:
            check_lines(scope)
            scope["headers"] = only_our_cookies(scope["headers"])
            await self.app(scope, receive, wrapped)
        except ClientDisconnect:
            pass  # who asked has left: nothing went wrong here, and nobody waits for an answer
        except Exception as error:
            if status:  # part of an answer has been sent: the connection has to be closed
                raise
            await refusals.answer(Request(scope), error)(scope, receive, wrapped)
        finally:
            _write_line(scope, request_id, status, time.perf_counter() - began)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)


def _set_headers(headers: MutableHeaders, request_id: str, usual: dict[str, str]) -> None:
    headers["X-Request-Id"] = request_id
    for name, value in usual.items():
        headers.setdefault(name, value)


def _of_https(scope: Scope) -> dict[str, str]:
    # Decided by the public address: between a proxy and us the request may be plain HTTP.
    installation = getattr(scope["app"].state, "installation", None)
    https = installation is not None and installation.settings.base_url.startswith("https://")
    return _HTTPS_ONLY if https else {}


def _write_line(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    # The route's pattern, never the path: the operator's log must not show cases or people.
    route = getattr(scope.get("route"), "path", None)
    line = {"request": request_id, "method": scope["method"], "route": route, "status": status}
    _log.info(json.dumps({**line, "ms": round(seconds * 1000, 1)}))


def body_limit(path: str) -> int:
    """How many bytes a request to `path` may bring: more where a scan is sent."""
    return SCAN_LIMIT if path.endswith("/scans") else BODY_LIMIT


class BodyLimit:
    """Refuses bodies above the limit with 413: at once by `Content-Length`, else as soon as the limit is passed."""

    def __init__(self, app: ASGIApp, limit_for: Callable[[str], int] = body_limit) -> None:
        self.app, self.limit_for = app, limit_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, counting the bytes of its body. Refuses with 413, which names the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit, so_far = self.limit_for(scope["path"]), 0
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 12 or int(declared) > limit):
            if len(declared) <= 12 and int(declared) <= _DRAINED and "expect" not in headers:
                await _drain(receive)
            raise _too_large(limit)

        async def counted() -> Message:
            nonlocal so_far
            message = await receive()
            so_far += len(message.get("body", b""))
            if so_far > limit:
                raise _too_large(limit)
            return message

        await self.app(scope, counted, send)


async def _drain(receive: Receive) -> None:
    # Answering at once would close the connection while the body is still coming, which resets it: the client would lose
    # the answer, and a proxy would send 502 instead.
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


def _too_large(limit: int) -> HTTPException:
    # While it reads a body, FastAPI lets no other kind of exception through.
    return HTTPException(413, str(limit))
