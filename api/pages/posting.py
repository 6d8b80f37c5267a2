"""A form that was sent: the same request that a program would make, to the same route, and what came of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.types import Message

from api.http.idempotency import HEADER
from api.http.security import FORM_TOKEN_HEADER

_KEPT = frozenset(
    {
        b"host",
        b"authorization",
        b"cookie",
        b"origin",
        b"sec-fetch-site",
        b"user-agent",
        b"accept-language",
        b"x-request-id",
    }
)


@dataclass(frozen=True)
class Done:
    """The answer of a route: its status and its JSON or its file, and the headers that a page goes on with."""

    status: int
    told: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""  # of a file

    @property
    def succeeded(self) -> bool:
        """Whether the act was done."""
        return self.status < 300

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return str(self.told["type"]).rpartition("/")[2] if isinstance(self.told, dict) and "type" in self.told else ""


async def send(
    request: Request,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    token: str = "",
    once: str = "",
    tag: str = "",
    query: Mapping[str, str | Sequence[str]] | None = None,
    file: tuple[str, bytes] | None = None,
    draft: str = "",
    act: str = "",
) -> Done:
    """Do what a form asks for at a route of the API, in this process: it takes the seat, and commits or refuses.

    `file` is the type and the content of a file to send instead of a body, `query` what stands behind the path.
    `token` is the form token, `once` the key under which it has one effect, `tag` what was read before. `draft` is the form
    whose draft goes with it, in the transaction of the act: what is refused stays a draft, what is done is none any more.
    A refusal calls the fields as the form of `act` does.
    """
    media_type, content = file or ("application/json" if body is not None else "", b"")
    content = content if body is None else json.dumps(body).encode()
    given = {FORM_TOKEN_HEADER: token, HEADER: once, "If-Match": f'"{tag}"' if tag else ""}
    headers = [(name, value) for name, value in request.scope["headers"] if name in _KEPT]
    headers += [(name.lower().encode(), value.encode("utf-8", "replace")) for name, value in given.items() if value]
    headers += [(b"content-length", str(len(content)).encode())]
    headers += [(b"content-type", media_type.encode("latin-1", "replace"))] if media_type else []
    scope = {
        **request.scope,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(query or {}, doseq=True).encode(),
    }
    scope |= {"headers": headers, "state": {**request.scope.get("state", {}), "draft": draft, "act": act}}
    for name in ("route", "endpoint", "path_params", "fastapi_inner_astack", "fastapi_function_astack"):
        scope.pop(name, None)
    answer = _Answer(content)
    await request.app.router(scope, answer.receive, answer.send)
    return answer.done()


class _Answer:
    """The two ends of an ASGI request: what is sent is kept."""

    def __init__(self, content: bytes) -> None:
        self.content, self.status = content, 0
        self.headers: dict[str, str] = {}
        self.parts: list[bytes] = []

    async def receive(self) -> Message:
        return {"type": "http.request", "body": self.content, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        else:
            self.parts.append(message.get("body", b""))

    def done(self) -> Done:
        content = b"".join(self.parts)
        is_json = "json" in self.headers.get("content-type", "")
        told = json.loads(content) if content and is_json else None
        return Done(self.status, told, self.headers, b"" if is_json else content)
