"""Times and lengths as people say them: `torstaina 28.1.2027 klo 9.00`, `4 tuntia 10 minuuttia`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.units import format_unit

from mediation.words.catalogue import AT, LOCALES, say_clock, say_date


def say_time(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """A moment as people say when to meet, in local time: `torstaina 28.1.2027 klo 9.00`, `Thursday 28 Jan 2027 at 09:00`."""
    local = moment.astimezone(zone)
    weekday = format_date(local, "EEEE", locale=LOCALES[language])
    if language == "fi":  # Babel bends every day but Sunday
        weekday = f"{weekday.removesuffix('na')}na"
    return f"{weekday} {say_date(local.date(), language)} {AT[language]} {say_clock(local.time(), language)}"


def say_length(minutes: int, language: str) -> str:
    """How long something takes: `45 minuuttia`, `4 tuntia 10 minuuttia`."""
    hours, rest = divmod(minutes, 60)
    parts = [(hours, "hour")] * bool(hours) + [(rest, "minute")] * bool(rest or not hours)
    return " ".join(format_unit(number, unit, locale=LOCALES[language]) for number, unit in parts)
