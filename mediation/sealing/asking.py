"""Asking a server for what a seal needs: an answer of a time-stamp authority, or a list of revoked certificates."""

from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

PATIENCE = 8.0  # seconds without a byte


class _Stays(HTTPRedirectHandler):
    """Goes nowhere else than it was told to."""

    def redirect_request(self, *_: Any) -> None:
        """Nothing: an answer that leads elsewhere is none."""


_OPENER = build_opener(_Stays)


def ask(url: str, most_bytes: int, content: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    """What a server answers at a URL: to a GET, or to a POST of `content`.

    Raises OSError where nothing comes, and ValueError where it is too much or the URL is not one of http or https.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError("not an address to ask at")
    try:
        with _OPENER.open(Request(url, data=content, headers=dict(headers or {})), timeout=PATIENCE) as answer:
            body: bytes = answer.read(most_bytes + 1)
    except HTTPError as error:
        error.close()  # what was answered is not read, and the connection is held until then
        raise ValueError("not an answer") from error
    except HTTPException as error:
        raise OSError("no answer") from error
    if answer.status != 200 or len(body) > most_bytes:
        raise ValueError("not an answer")
    return body
