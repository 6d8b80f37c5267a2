"""Which of our languages a reader wants, and the words in it."""

import logging
import re

from starlette.requests import Request

from mediation.words import LANGUAGES, say

_log = logging.getLogger(__name__)
_WISH = re.compile(r"\s*([a-z]{1,8})(?:-[a-z0-9-]{1,30})?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", re.IGNORECASE)
_WISHES_READ = 20


def negotiated(wishes: str | None, own: str) -> str:
    """The best of our languages for an `Accept-Language` header, else the reader's `own`."""
    best, weight = own, 0.0
    for wish in (wishes or "").split(",")[:_WISHES_READ]:
        match = _WISH.fullmatch(wish)
        if match and match[1].lower() in LANGUAGES and float(match[2] or 1) > weight:
            best, weight = match[1].lower(), float(match[2] or 1)
    return best


def choose_language(request: Request, own: str) -> str:
    """Settle the language of this request's answer, whatever comes of it, now that its person is known."""
    request.state.language = negotiated(request.headers.get("accept-language"), own)
    return str(request.state.language)


def language_of(request: Request) -> str:
    """The language of this request's answer; before its person is known, what the request itself wishes for."""
    settled: str | None = getattr(request.state, "language", None)
    return settled or choose_language(request, LANGUAGES[0])


def worded(code: str, language: str, **blanks: object) -> str:
    """The words for `code`. Where there are none yet, the code itself is better than no answer."""
    try:
        return say(code, language, **blanks)
    except KeyError:
        _log.warning("no words for %s in %s", code, language)
        return code
