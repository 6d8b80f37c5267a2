"""Public holidays and weekends, about which a case only warns, and adding months to a date."""

from calendar import monthrange
from datetime import date
from functools import cache
from typing import TypeVar

import holidays

from mediation.words.catalogue import say

_Date = TypeVar("_Date", bound=date)
_LANGUAGES = {"fi": "fi", "sv": "sv_FI", "en": "en_US"}


@cache
def _calendar(country: str, year: int, language: str) -> holidays.HolidayBase:
    known = holidays.country_holidays(country, years=year)
    wanted = _LANGUAGES[language]
    supported = getattr(known, "supported_languages", ())
    return holidays.country_holidays(country, years=year, language=wanted) if wanted in supported else known


def holiday(day: date, country: str, language: str) -> str | None:
    """The name of the public holiday on `day`, or None: always None for a country whose holidays we do not know."""
    try:
        name = _calendar(country, day.year, language).get(day)
    except NotImplementedError:
        return None
    return str(name) if name else None


def day_off(day: date, country: str, language: str) -> str | None:
    """The name of the public holiday on `day`, the word for a weekend, or None on a working day.

    For a country whose holidays we do not know, only weekends.
    """
    return holiday(day, country, language) or (say("day.weekend", language) if day.weekday() >= 5 else None)


def months_after(day: _Date, months: int) -> _Date:
    """The same day (and time) so many months later, or earlier if negative; the last of the month where that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
