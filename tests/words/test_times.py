"""Times, lengths and sizes are said as people say them, in the way of each language."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from mediation.words.catalogue import LANGUAGES, say, say_clock, say_date, say_moment
from mediation.words.times import say_length, say_time

HELSINKI = ZoneInfo("Europe/Helsinki")
MOMENT = datetime(2027, 1, 19, 8, 5, tzinfo=UTC)


def test_a_time_to_meet_has_its_weekday_and_no_offset() -> None:
    assert [say_time(MOMENT, language, HELSINKI) for language in LANGUAGES] == [
        "tiistaina 19.1.2027 klo 10.05",
        "tisdagen den 19 januari 2027 kl. 10.05",
        "Tuesday 19 January 2027 at 10:05",
    ]


def test_every_finnish_weekday_says_on_which_day() -> None:
    noons = (datetime(2027, 1, day, 12, tzinfo=UTC) for day in range(18, 25))
    days = " ".join(say_time(noon, "fi", HELSINKI).split()[0] for noon in noons)
    assert days == "maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina"


def test_what_is_kept_says_local_time_first_and_its_offset_then() -> None:
    assert [say_moment(MOMENT, language, HELSINKI) for language in LANGUAGES] == [
        "19.1.2027 klo 10.05 (UTC+02:00)",
        "19.1.2027 kl. 10.05 (UTC+02:00)",
        "19 Jan 2027 at 10:05 (UTC+02:00)",
    ]


def test_finland_swedish_writes_dates_in_numbers_and_times_with_a_full_stop() -> None:
    assert say_date(date(2027, 3, 4), "sv") == "4.3.2027"
    assert say_clock(time(9, 5, 7), "sv") == "9.05"
    assert say_clock(time(9, 5, 7), "sv", "medium") == "9.05.07"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (45, ("45 minuuttia", "45 minuter", "45 minutes")),
        (60, ("1 tunti", "1 timme", "1 hour")),
        (250, ("4 tuntia 10 minuuttia", "4 timmar 10 minuter", "4 hours 10 minutes")),
        (0, ("0 minuuttia", "0 minuter", "0 minutes")),
    ],
)
def test_a_length_is_said_in_hours_and_minutes(minutes: int, said: tuple[str, ...]) -> None:
    assert tuple(say_length(minutes, language) for language in LANGUAGES) == said


def test_a_size_is_said_in_the_largest_unit_that_it_fills() -> None:
    sizes = {10 * 1024**2: "10 Mt.", 100 * 1024**2: "100 Mt.", 4096: "4 kt.", 900: "900 tavua."}
    said = {size: say("error.scan-too-large", "fi", limit=size) for size in sizes}
    assert all(f"enintään {size}" in said[count] for count, size in sizes.items())
    assert "högst 10 MB." in say("error.scan-too-large", "sv", limit=10 * 1024**2)
    assert "at most 2 MB." in say("error.body-too-large", "en", limit=2 * 1024**2)
