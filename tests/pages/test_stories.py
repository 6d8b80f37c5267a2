"""Whole cases by clicking, as each person in turn, in each language, on a phone and on a desk, with and without script.

What anybody meets on the way is accessible, fits the screen, asks no other host, and shows nobody what was not for them.
"""

from itertools import product

import pytest
from playwright.sync_api import Browser

from mediation.words.catalogue import LANGUAGES
from tests.browsers import DESK, PHONE
from tests.houses import House
from tests.pages.plays import reached
from tests.pages.smooth_clicked import STEPS, SmoothPlay

pytestmark = pytest.mark.xdist_group("browser")

DAILY = (("fi", PHONE, True, False), ("sv", DESK, True, False), ("en", PHONE, False, False))
REST = tuple(
    one
    for one in product(LANGUAGES, (PHONE, DESK), (True, False), (True, False))
    if one not in DAILY and one[2] >= one[3]  # without script nothing of the dark is looked at
)


def called(one: tuple[str, int, bool, bool]) -> str:
    language, width, script, dark = one
    return " ".join([language, str(width), "with script" if script else "without script", "dark" if dark else "light"])


def played(house: House, browser: Browser, language: str, width: int, script: bool, dark: bool) -> SmoothPlay:
    with reached(house) as url:
        play = SmoothPlay(house, browser, url, language, width, script, dark)
        play.meets_house()
        for step in STEPS:
            step(play)
    return play


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", DAILY, ids=called)
def test_the_first_story_by_clicking(sqlite_house: House, browser: Browser, how: tuple[str, int, bool, bool]) -> None:
    assert played(sqlite_house, browser, *how).faults == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", REST, ids=called)
def test_the_first_story_by_clicking_in_every_other_way(
    sqlite_house: House, browser: Browser, how: tuple[str, int, bool, bool]
) -> None:
    assert played(sqlite_house, browser, *how).faults == []
