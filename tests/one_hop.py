"""How the clients of the tests ask an application: one hop into its event loop, and the whole answer back.

Starlette's own way takes eight hops from thread to thread for each request, a tenth to a third of its time.
"""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote

import anyio
import httpx
from starlette.testclient import _TestClientTransport

Message = MutableMapping[str, Any]
PORTS = {"http": 80, "https": 443}


class Exchange:
    """One request, as the application hears it, and what it answers."""

    def __init__(self, request: httpx.Request) -> None:
        self.request = request
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.is_read = False
        self.is_answered = anyio.Event()

    async def receive(self) -> Message:
        if self.is_read:
            await self.is_answered.wait()
            return {"type": "http.disconnect"}
        self.is_read = True
        return {"type": "http.request", "body": self.request.read()}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            assert not self.status, "a second answer begins"
            self.status, self.headers = message["status"], [*message.get("headers", ())]
        elif message["type"] == "http.response.body":
            assert self.status, "a body comes before the answer begins"
            assert not self.is_answered.is_set(), "more comes after the end of the body"
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                self.is_answered.set()

    def answer(self) -> httpx.Response:
        content = b"" if self.request.method == "HEAD" else bytes(self.body)
        return httpx.Response(
            self.status or 500, headers=self.headers, stream=httpx.ByteStream(content), request=self.request
        )


def in_one_hop(transport: _TestClientTransport, request: httpx.Request) -> httpx.Response:
    """What Starlette's transport does with a request, but for websockets, of which we have none."""
    url = request.url
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": unquote(url.path),
        "raw_path": url.raw_path.split(b"?", 1)[0],
        "root_path": transport.root_path,
        "scheme": url.scheme,
        "query_string": url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": transport.client,
        "server": [url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]],
        "extensions": {"http.response.debug": {}},
        "state": transport.app_state.copy(),
    }

    async def ask() -> Exchange:
        exchange = Exchange(request)
        try:
            await transport.app(scope, exchange.receive, exchange.send)
        except Exception:
            if transport.raise_server_exceptions:
                raise
        else:
            assert exchange.is_answered.is_set(), "the application gave no answer"
        return exchange

    with transport.portal_factory() as portal:
        return portal.call(ask).answer()
