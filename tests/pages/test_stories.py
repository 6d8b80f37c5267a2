"""Whole cases by clicking, as each person in turn, in each language, on a phone and on a desk, with and without script.

What anybody meets on the way is accessible, fits the screen, asks no other host, and shows nobody what was not for them.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser

from mediation.words.catalogue import LANGUAGES
from tests.browsers import DESK, PHONE
from tests.houses import House
from tests.pages import (
    breach_clicked,
    mixed_group_clicked,
    parents_clicked,
    room_clicked,
    smooth_clicked,
    supervision_clicked,
)
from tests.pages.case_plays import CasePlay
from tests.pages.mixed_group_clicked import MixedGroupPlay
from tests.pages.parents_clicked import ParentsPlay
from tests.pages.plays import reached
from tests.pages.smooth_clicked import SmoothPlay
from tests.pages.supervision_clicked import SupervisionPlay

DAILY = (("fi", PHONE, True, False), ("sv", DESK, True, False), ("en", PHONE, False, False))
REST = tuple(
    one
    for one in product(LANGUAGES, (PHONE, DESK), (True, False), (True, False))
    if one not in DAILY and one[2] >= one[3]  # without script nothing of the dark is looked at
)
# Every way at least once, each on both databases.
SUPERVISED = (
    ("fi", DESK, True, True),
    ("sv", PHONE, True, False),
    ("en", DESK, True, False),
    ("sv", PHONE, False, False),
)


def called(one: tuple[str, int, bool, bool]) -> str:
    language, width, script, dark = one
    return " ".join([language, str(width), "with script" if script else "without script", "dark" if dark else "light"])


def play(play: CasePlay, steps: Sequence[Callable[[Any], None]]) -> None:
    for step in steps:
        step(play)
    assert play.faults == []


def play_first(house: House, browser: Browser, language: str, width: int, script: bool, dark: bool) -> None:
    with reached(house) as url:
        first = SmoothPlay(house, browser, url, language, width, script, dark)
        first.meets_house()
        play(first, smooth_clicked.STEPS)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", DAILY, ids=called)
def test_the_first_story_by_clicking(sqlite_house: House, browser: Browser, how: tuple[str, int, bool, bool]) -> None:
    play_first(sqlite_house, browser, *how)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", REST, ids=called)
def test_the_first_story_by_clicking_in_every_other_way(
    sqlite_house: House, browser: Browser, how: tuple[str, int, bool, bool]
) -> None:
    play_first(sqlite_house, browser, *how)


def play_supervision(house: House, browser: Browser, language: str, width: int, script: bool, dark: bool) -> None:
    with reached(house) as url:
        supervision = SupervisionPlay(house, browser, url, language, width, script, dark)
        supervision.meets_house()
        play(supervision, supervision_clicked.STEPS)


# One of these stories is clicked through a day; in three days each has had its turn.
in_turn = pytest.mark.part(3, walk="supervisions by clicking")


@in_turn
@pytest.mark.timeout(1800)
def test_a_work_supervision_by_clicking(sqlite_house: House, browser: Browser) -> None:
    play_supervision(sqlite_house, browser, "fi", PHONE, True, False)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", SUPERVISED, ids=called)
def test_a_work_supervision_by_clicking_in_other_ways(
    house: House, browser: Browser, how: tuple[str, int, bool, bool]
) -> None:
    play_supervision(house, browser, *how)


def play_parents(house: House, browser: Browser, language: str, width: int, script: bool, dark: bool) -> None:
    with reached(house) as url:
        parents = ParentsPlay(house, browser, url, language, width, script, dark)
        parents.meets_house()
        play(parents, parents_clicked.STEPS)


@in_turn
@pytest.mark.timeout(1800)
def test_a_parent_guidance_by_clicking(sqlite_house: House, browser: Browser) -> None:
    play_parents(sqlite_house, browser, "fi", PHONE, True, False)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", SUPERVISED, ids=called)
def test_a_parent_guidance_by_clicking_in_other_ways(
    house: House, browser: Browser, how: tuple[str, int, bool, bool]
) -> None:
    play_parents(house, browser, *how)


def play_mixed_group(house: House, browser: Browser, language: str, width: int, script: bool, dark: bool) -> None:
    with reached(house) as url:
        group = MixedGroupPlay(house, browser, url, language, width, script, dark)
        group.meets_house()
        play(group, mixed_group_clicked.STEPS)


@in_turn
@pytest.mark.timeout(1800)
def test_a_mixed_group_by_clicking(sqlite_house: House, browser: Browser) -> None:
    play_mixed_group(sqlite_house, browser, "fi", PHONE, True, False)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", SUPERVISED, ids=called)
def test_a_mixed_group_by_clicking_in_other_ways(
    house: House, browser: Browser, how: tuple[str, int, bool, bool]
) -> None:
    play_mixed_group(house, browser, *how)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_what_was_not_kept_is_amended_by_clicking(sqlite_house: House, browser: Browser) -> None:
    number = breach_clicked.begun(sqlite_house)
    with reached(sqlite_house) as url:
        second = breach_clicked.BreachPlay(sqlite_house, browser, url, languages={"Daniel": "en"}, number=number)
        play(second, breach_clicked.STEPS)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_day_in_the_room_by_clicking_on_one_laptop(sqlite_house: House, browser: Browser, dark: bool) -> None:
    number = room_clicked.table_set(sqlite_house)
    with reached(sqlite_house) as url:
        day = room_clicked.RoomPlay(sqlite_house, browser, url, width=DESK, dark=dark, number=number)
        play(day, room_clicked.STEPS)
