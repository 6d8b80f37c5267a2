"""What is around every request: its id, its limit, the headers of its answer, one line in the log."""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import refusals
from api.http.content_policy import DATA_POLICY
from api.http.request_lines import check_lines, only_our_cookies
from mediation.logs import REQUESTS

BODY_LIMIT = 2 * 1024 * 1024
SCAN_LIMIT = 12 * 1024 * 1024
_READ_AWAY = SCAN_LIMIT + BODY_LIMIT  # a body that is too large, but not by much, may come before it is refused

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
    """Outermost of our own layers: whatever happens inside, the answer is one of ours and nothing is told twice."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request in and its answer out."""
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
        except Exception as error:
            if status:  # half an answer is out: the connection has to break
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
    # By the address that people use, for between a proxy and us it may be plain HTTP.
    installation = getattr(scope["app"].state, "installation", None)
    https = installation is not None and installation.settings.base_url.startswith("https://")
    return _HTTPS_ONLY if https else {}


def _write_line(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    # The route's pattern, never the path: neither a case nor a person shows in the log of who runs the machine.
    route = getattr(scope.get("route"), "path", None)
    line = {"request": request_id, "method": scope["method"], "route": route, "status": status}
    _log.info(json.dumps({**line, "ms": round(seconds * 1000, 1)}))


def limit_for(path: str) -> int:
    """How many bytes a request to `path` may bring: more where the scan of a paper is sent."""
    return SCAN_LIMIT if path.endswith("/scans") else BODY_LIMIT


class BodyLimit:
    """Refuses bodies above the limit: at once where the length is told, else as soon as it is passed."""

    def __init__(self, app: ASGIApp, limit_for: Callable[[str], int] = limit_for) -> None:
        self.app, self.limit_for = app, limit_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request in, counting what it brings. Refuses with 413, which names the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit, so_far = self.limit_for(scope["path"]), 0
        headers = Headers(scope=scope)
        told = headers.get("content-length", "")
        if told.isdecimal() and (len(told) > 12 or int(told) > limit):
            if len(told) <= 12 and int(told) <= _READ_AWAY and "expect" not in headers:
                await _read_away(receive)
            raise _too_large(limit)

        async def counted() -> Message:
            nonlocal so_far
            message = await receive()
            so_far += len(message.get("body", b""))
            if so_far > limit:
                raise _too_large(limit)
            return message

        await self.app(scope, counted, send)


async def _read_away(receive: Receive) -> None:
    # Answered at once, the connection would be closed with the body still coming, and that resets it: the answer would be
    # lost on the way, and a proxy would say 502 instead.
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


def _too_large(limit: int) -> HTTPException:
    # Of all that may go wrong while a body is read, FastAPI lets only its own kind of exception through.
    return HTTPException(413, str(limit))
