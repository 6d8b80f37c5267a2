"""Whatever somebody of a demonstration is led to opens, is said in words and is accessible, in each story that is shown."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from lxml import html
from playwright.sync_api import Browser

from demo.play import STORIES
from mediation.words.catalogue import LANGUAGES
from tests.browsers import CONTRAST, kind_of, linked, visitor, walk
from tests.pages.demonstrations import Shown
from tests.pages.test_html import unsound
from tests.pages.walks import HTML, typed_ids
from tests.world import served

# Of the breach, the cases to try are those of the smooth one.
EACH = [
    pytest.param(story, who, id=f"{story}-{who}")
    for story, told in STORIES.items()
    if told.waits
    for who in told.cast.people
]
CODE = re.compile(r"\b(act|decide|error|field|guard|mark|page|paper|phase|role|status|todo|transition)\.[a-z][\w-]+")
FILE = re.compile(r"/pdf\b|/papers/draft-|/documents/|\.(csv|pdf|zip|ics)\b")
CASE = re.compile(r"/(\d{4}-\d{4})(?=/|$)")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    opened = Shown(tmp_path_factory.mktemp("demonstrations"))
    yield opened
    opened.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("story", "who"), EACH)
@pytest.mark.part(40)
def test_every_kind_of_page_of_each_case_opens_and_is_said_in_words(
    shown: Shown, story: str, who: str, language: str
) -> None:
    client = TestClient(shown.of(story), headers=HTML)
    client.post(f"/demo/people/{who}", data={"to": "/"})
    client.get(f"/language/{language}?to=/")
    waiting, seen, wrong = ["/"], set[tuple[str, ...]](), list[str]()
    while waiting:
        here = waiting.pop(0)
        this = kind_of(here), *CASE.findall(here)
        if this in seen or FILE.search(here):
            continue
        seen.add(this)
        answer = client.get(here)
        if answer.status_code != 200:
            wrong.append(f"{here}: {answer.status_code}")
            continue
        wrong += [f"{here}: {one}" for one in unsound(answer.text)]
        wrong += [f"{here}: types {one}" for one in typed_ids(answer.text)]
        wrong += [f"{here}: {one}" for one in CODE.findall(html.fromstring(answer.text).text_content())]
        waiting += sorted(linked(answer.text))
    assert wrong == []
    assert len(seen) > 8


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("story", "who"), EACH)
@pytest.mark.part(40)
@pytest.mark.timeout(900)
def test_every_kind_of_page_that_one_finds_is_accessible(
    shown: Shown, browser: Browser, story: str, who: str, language: str
) -> None:
    with served(shown.of(story)) as address:
        one = visitor(browser, address, language=language)
        one.page.goto(f"/language/{language}?to=/demo")
        one.page.locator(f'form[action="/demo/people/{who}"] button').first.click()
        kinds = 0
        for _ in walk(one.page, "/", *(["/refer"] if who == "vilho" else [])):
            kinds += 1
            one.looks()
            one.page.emulate_media(color_scheme="dark")
            one.looks(CONTRAST)
            one.page.emulate_media(color_scheme="light")
    assert one.faults == []
    assert kinds > 8
