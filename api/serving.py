"""The server that serves an application: its socket, and how uvicorn is set up."""

import socket
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from api.http.request_lines import HEADERS_LIMIT
from mediation.errors import BadSetup

_BACKLOG = 2048  # connections that wait to be accepted
_LINES_READ = HEADERS_LIMIT + 8 * 1024  # bytes of request line and headers after which the server itself refuses


def listen(host: str, port: int) -> socket.socket:
    """A TCP socket that listens on an address and a port (0: any that is free). Refuses with `address-unusable`.

    The socket names its protocol (TCP), and so do the connections that it accepts: only then does asyncio turn Nagle's
    algorithm off, which would delay every answer on a kept-alive connection by some 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # so that it can restart at once
        if family == socket.AF_INET6:
            listener.setsockopt(
                socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1
            )  # else IPv4 clients would show as mapped IPv6 addresses
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise BadSetup("address-unusable", host=host, port=port, reason=str(error)) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Where a listening socket is reached, as `http://127.0.0.1:8000`."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def server_of(app: FastAPI, host: str, port: int, trusted: Sequence[str] = ()) -> uvicorn.Server:
    """A server for `app`, without a `Server` header and without an access log, which would show paths.

    `X-Forwarded-For` is believed only from a proxy in `trusted` (addresses and networks).
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="h11",  # even if httptools is installed: the limits of h11 are the tested ones
        ws="none",
        h11_max_incomplete_event_size=_LINES_READ,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=list(trusted),
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=15,
    )
    return uvicorn.Server(config)
