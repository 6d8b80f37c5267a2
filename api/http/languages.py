"""The language of an answer, and texts in it."""

import logging
import re

from starlette.requests import Request

from mediation.words.catalogue import LANGUAGES, say
from mediation.workflow.declaration import Workflow

_log = logging.getLogger(__name__)
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)
_WISHES_READ = 20
LANGUAGE_COOKIE = "language"  # chosen on a page
LANGUAGE_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


def negotiated(wishes: str | None, own: str) -> str:
    """The best of our languages for an `Accept-Language` header, else `own`, the language of the person."""
    best, weight = own, 0.0
    for wish in (wishes or "").split(",", _WISHES_READ)[:_WISHES_READ]:
        tag, _, said = wish.partition(";")
        language = tag.strip().partition("-")[0].lower()
        if language in LANGUAGES and _weight(said.strip()) > weight:
            best, weight = language, _weight(said.strip())
    return best


def _weight(said: str) -> float:
    match = _WEIGHT.fullmatch(said or "q=1")
    return float(match[1]) if match else 0.0


def choose_language(request: Request, own: str) -> str:
    """Set the language of this request's answer, now that its person is known; returns it.

    On a page it is the one that was chosen there, else the person's own: a browser's wish is often only its maker's.
    """
    on_page = not request.scope["path"].startswith("/api/")
    wished = own if on_page else negotiated(request.headers.get("accept-language"), own)
    request.state.language = (on_page and _chosen(request)) or wished
    return str(request.state.language)


def language_of(request: Request) -> str:
    """The language of this request's answer; before its person is known, by the choice on a page or `Accept-Language`.

    Once a seat was taken it is in the words of that case's workflow.
    """
    known: str | None = getattr(request.state, "language", None)
    language = known or _chosen(request) or negotiated(request.headers.get("accept-language"), LANGUAGES[0])
    workflow: Workflow | None = getattr(request.state, "workflow", None)
    return language if workflow is None else workflow.speaking(language)


def _chosen(request: Request) -> str | None:
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else None


def worded(code: str, language: str, **blanks: object) -> str:
    """The text of `code` with its blanks filled; the code itself, with a warning in the log, where there is none."""
    try:
        return say(code, language, **blanks)
    except KeyError:
        _log.warning("no words for %s in %s", code, language)
        return code
