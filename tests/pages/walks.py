"""The pages of an application as a walk finds them, and what stands on one."""

import re
from collections.abc import Iterator

import httpx
from html5lib import HTMLParser
from html5lib.constants import E as SENTENCES

from tests.houses import application
from tests.walked_routes import is_page, walk_routes
from tests.world import LiveCase

HTML = {"Accept": "text/html"}
PAGES = sorted({one.path for one in walk_routes(application()) if is_page(one) and "GET" in one.methods})
OF_CASE = [one for one in PAGES if one.startswith("/cases/")]


def at(path: str, number: str, of: str = "x") -> str:
    """The address of a page of a case; `of` stands for whatever else it is about."""
    return re.sub(r"\{\w+\}", of, path.replace("{number}", number))


def opened(case: LiveCase, who: str | None, path: str) -> httpx.Response:
    """A page as somebody opens it."""
    return case.client(who).get(path, headers=HTML, follow_redirects=False)


def forms_on(page: str) -> set[str]:
    """The acts whose forms stand on a page."""
    return set(re.findall(r'name="_act" value="([^"]+)"', page))


ASKS_FOR_ID = frozenset(
    (one.name, name)
    for those in application().state.doors.values()
    for one in those
    for name, schema in (one.schema or {}).get("properties", {}).items()
    if "[A-Za-z0-9]{1,24}" in str(schema)
)


def typed_ids(page: str) -> set[tuple[str, str]]:
    """The acts whose forms on a page ask somebody to type an id, each with the field."""
    lines = set(re.findall(r'<(?:input|textarea) id="[^"]*" name="(\w+)"', page))
    return {(act, name) for act, name in ASKS_FOR_ID if act in forms_on(page) and name in lines}


def faults_in(page: str) -> Iterator[str]:
    """What a strict reading of the HTML finds wrong."""
    parser = HTMLParser()
    parser.parse(page)
    for (line, column), code, given in parser.errors:
        yield f"{line}:{column} {SENTENCES[code] % given}"
