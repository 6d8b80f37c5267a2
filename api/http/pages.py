"""HTML pages of ours: a template in templates/pages with its own style and script, which alone its policy allows."""

from functools import lru_cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

from api.http.content_policy import page_policy
from mediation.templates import TEMPLATES

_PAGES = TEMPLATES / "pages"
_TEMPLATES = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@lru_cache
def _inline(name: str) -> str:
    file = _PAGES / name
    return f"\n{file.read_text('utf-8')}" if file.exists() else ""


def render_page(name: str, **words: Any) -> str:
    """The HTML of a page, with its words and with its style and script inline."""
    return _TEMPLATES.get_template(f"{name}.html").render(
        style=_inline(f"{name}.css"), script=_inline(f"{name}.js"), **words
    )


def answer_page(name: str, page: str, *, language: str = "", connects: bool = False) -> HTMLResponse:
    """The answer with a rendered page. `connects`: its script may send requests to us."""
    policy = page_policy(style=_inline(f"{name}.css"), script=_inline(f"{name}.js"), connects=connects)
    headers = {"Content-Security-Policy": policy} | ({"Content-Language": language} if language else {})
    return HTMLResponse(page, headers=headers)
