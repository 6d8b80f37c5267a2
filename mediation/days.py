"""Public holidays and weekends of a case's country: they warn, they never refuse (workflow.md rule 13)."""

from datetime import date
from functools import cache

import holidays

_LANGUAGES = {"fi": "fi", "sv": "sv_FI", "en": "en_US"}


@cache
def _calendar(country: str, year: int, language: str) -> holidays.HolidayBase:
    known = holidays.country_holidays(country, years=year)
    wanted = _LANGUAGES[language]
    supported = getattr(known, "supported_languages", ())
    return holidays.country_holidays(country, years=year, language=wanted) if wanted in supported else known


def day_off(day: date, country: str, language: str) -> str | None:
    """The name of the public holiday on `day`, `weekend`, or None on a working day. A country without a calendar has weekends."""
    try:
        name = _calendar(country, day.year, language).get(day)
    except NotImplementedError:
        name = None
    if name:
        return str(name)
    return "weekend" if day.weekday() >= 5 else None
