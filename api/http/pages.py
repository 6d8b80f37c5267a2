"""HTML pages of ours: templates in templates/pages, and the style and scripts that they load, each under its digest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.http.languages import LANGUAGE_NAMES, language_of
from api.http.security import form_token, session_key, settings_of
from mediation.errors import Unavailable
from mediation.letters.wording import SENDER
from mediation.templates import TEMPLATES
from mediation.words.catalogue import LOCALES, has_words, say, say_clock, say_date
from mediation.words.times import say_length
from mediation.words.workflow_words import WorkflowLanguage

_PAGES = TEMPLATES / "pages"
ASSETS_PATH = "/assets"
ADDRESS_LIMIT = 500  # characters of an address of ours to come back to
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

# Control characters, half characters (surrogates) and noncharacters of the first plane.
_NO_HTML = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

# Nothing but what is ours is loaded, run or sent to; `same-origin` so that a browser says with a form where it comes from.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True)
class Asset:
    """A file that pages load; its address changes with its content, so that it can be kept for ever."""

    path: str
    content: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """The files that pages load, by name."""
    return {file.name: _asset(file) for file in sorted((_PAGES / "assets").iterdir()) if file.suffix in _TYPES}


def _asset(file: Path) -> Asset:
    content = file.read_bytes()
    digest = sha256(content).hexdigest()[:16]
    return Asset(f"{ASSETS_PATH}/{digest}/{file.name}", content, _TYPES[file.suffix])


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["owner"] = lambda who, by, say: by.get(who) or say("page.somebody-who-left")
    environment.filters["own_first"] = _own_first
    environment.filters["in_language"] = _in_language
    environment.tests["starting"] = str.startswith
    environment.globals["asset"] = lambda name: assets()[name].path
    return environment


def _own_first(texts: Mapping[str, Any], language: str) -> list[tuple[str, Any]]:
    """Texts by language as pairs, the reader's own language first."""
    return sorted(texts.items(), key=lambda one: one[0] != language)


def _in_language(texts: Mapping[str, Any] | None, language: str) -> Any:
    """What is written in a language, or else in the first one; None where nothing is left."""
    return (texts or {}).get(language) or next(iter((texts or {}).values()), None)


def is_page(request: Request) -> bool:
    """Whether a request is a browser's for a page: not the API's, and not a machine's question after our health."""
    return "text/html" in request.headers.get("accept", "") and not request.scope["path"].startswith("/api/")


def page(
    request: Request, name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A page from a template, in the reader's language."""
    language = language_of(request)
    zone = settings_of(request).zone
    key = session_key(request)
    frame = {
        "language": language,
        "languages": LANGUAGE_NAMES,
        "service": SENDER[language],
        "here": request.scope["path"],
        "this_page": _this_page(request),
        "form_token": form_token(key) if key else "",
        "reader": _reader(request, status),
        "mode": getattr(request.state, "mode", ""),
        "demonstration": settings_of(request).demonstration,
        "say": partial(_say, language),
        "say_of": partial(_say_of, language),
        "has_words": partial(_has_words, language),
        "day": partial(_day, language, zone),
        "month": partial(_month, language),
        "moment": partial(_moment, language, zone),
        "length": partial(_length, language),
        "listed": partial(_listed, language),
        "decimal": partial(decimal, language),
    }
    return HTMLResponse(
        rendered(name, **{**frame, **context}),
        status,
        {**PAGE_HEADERS, "Content-Language": language, **(headers or {})},
    )


def _reader(request: Request, status: int) -> str:
    """The name of who is signed in; nobody's on the page that says that we cannot read it."""
    try:
        return getattr(request.state, "reader_name", str)()
    except Unavailable:
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        return ""


def _this_page(request: Request) -> str:
    """Where a page came from, to come back to in another language: with its query, unless that is too long to carry along."""
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query and len(path) + len(query) < ADDRESS_LIMIT else path


def rendered(name: str, **context: Any) -> str:
    """The HTML of a template; characters that no HTML may hold, which somebody wrote or sent, are shown as unknown ones."""
    return _NO_HTML.sub("\N{REPLACEMENT CHARACTER}", _templates().get_template(f"{name}.html").render(**context))


def _say(language: str, code: str, **blanks: object) -> str:
    return say(code, language, **blanks)


def _say_of(language: str, workflow: str, code: str, **blanks: object) -> str:
    """In the words of a workflow, where a page tells of cases of several."""
    return say(code, WorkflowLanguage(language, workflow), **blanks)


def _has_words(language: str, code: str) -> bool:
    return has_words(code, language)


def _day(language: str, zone: ZoneInfo, at: date | datetime) -> str:
    """A day with its weekday: `torstaina 28.1.2027` reads badly in a list, so `to 28.1.2027`."""
    local = at.astimezone(zone).date() if isinstance(at, datetime) else at
    return f"{format_date(local, 'EEE', locale=LOCALES[language])} {say_date(local, language)}"


def _month(language: str, month: str) -> str:
    """A month as `2027-03` in words."""
    return format_date(date.fromisoformat(f"{month}-01"), "LLLL yyyy", locale=LOCALES[language])


def _moment(language: str, zone: ZoneInfo, at: datetime) -> str:
    local = at.astimezone(zone)
    return say("page.moment", language, day=_day(language, zone, at), time=say_clock(local.time(), language))


def _length(language: str, minutes: int) -> str:
    return say_length(minutes, language)


def decimal(language: str, value: float) -> str:
    """A number as the language writes it: `4,2`, `4.2`."""
    return format_decimal(value, locale=LOCALES[language])


def _listed(language: str, names: list[str]) -> str:
    return format_list(list(names), locale=LOCALES[language])
