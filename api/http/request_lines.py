"""Limits on the length and form of path, query and headers, checked before we or a library parse them."""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address

from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.http.languages import LANGUAGE_COOKIE
from api.http.security import ASKED_COOKIE, COOKIE, PLAIN_COOKIE
from mediation.errors import Malformed

# In bytes. Browsers send far less, and proxies usually have limits like these.
PATH_LIMIT = 1_000
QUERY_LIMIT = 2_000
HEADER_LIMIT = 8 * 1024
HEADERS_LIMIT = 32 * 1024

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|[A-Za-z0-9._-]{0,253})(?::[0-9]{1,5})?")
_OURS = tuple(f"{name}=".encode() for name in (COOKIE, PLAIN_COOKIE, LANGUAGE_COOKIE, ASKED_COOKIE))

Headers = Iterable[tuple[bytes, bytes]]


def check_lines(scope: Scope) -> None:
    """Refuse a request by its path, its query or its headers, in time linear in their length.

    Refuses with 404 a path that cannot be one of ours, with `text-too-long`, naming the field and its limit, and with
    `wrong-form` a malformed query or `Host`.
    """
    if "\0" in scope["path"] or len(scope["path"]) > PATH_LIMIT:
        raise HTTPException(404)  # PostgreSQL has no NUL character
    if len(scope["query_string"]) > QUERY_LIMIT:
        raise Malformed("text-too-long", field="query", limit=QUERY_LIMIT)
    if b"%00" in scope["query_string"]:
        raise Malformed("wrong-form", field="query")
    total = 0
    for name, value in scope["headers"]:
        total += len(name) + len(value)
        if len(value) > HEADER_LIMIT:
            raise Malformed("text-too-long", field=name.decode("latin-1"), limit=HEADER_LIMIT)
        if name == b"host" and not _is_host(value.decode("latin-1")):
            raise Malformed("wrong-form", field="host")
    if total > HEADERS_LIMIT:
        raise Malformed("text-too-long", field="headers", limit=HEADERS_LIMIT)


def _is_host(value: str) -> bool:
    match = _HOST.fullmatch(value)
    if match is None:
        return False
    try:
        return match[1] is None or bool(IPv6Address(match[1]))
    except ValueError:
        return False


def only_our_cookies(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The headers without cookies that other applications on this host have set.

    Values with backslashes, which we never set, go too: Python's cookie parser takes quadratic time for them (CVE-2024-7592).
    """
    return [(name, _ours(value)) if name == b"cookie" else (name, value) for name, value in headers]


def _ours(value: bytes) -> bytes:
    parts = (part.strip() for part in value.split(b";"))
    return b"; ".join(part for part in parts if part.startswith(_OURS) and b"\\" not in part)
