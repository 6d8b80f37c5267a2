"""Times and lengths as letters say them: `tiistaina 19.1.2027 klo 10.00`, `4 tuntia 10 minuuttia`."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.units import format_unit

from mediation.words.catalogue import LOCALES

# In the case in which one says on which day something is, or until which: CLDR has some of these alone.
_DAYS = {
    "fi": str.split("maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina"),
    "sv": str.split("måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen"),
    "en": str.split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
}
_DATES = {"fi": "d.M.yyyy", "sv": "'den' d MMMM yyyy", "en": "d MMMM yyyy"}
_TIMES = {"fi": "'klo' H.mm", "sv": "'kl.' H.mm", "en": "'at' H:mm"}


def say_day(day: date, language: str) -> str:
    """A day with its weekday: `tiistaina 19.1.2027`, `tisdagen den 19 januari 2027`, `Tuesday 19 January 2027`."""
    return f"{_DAYS[language][day.weekday()]} {format_date(day, _DATES[language], LOCALES[language])}"


def say_time(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """A moment in local time, without its offset: `tiistaina 19.1.2027 klo 10.00`."""
    local = moment.astimezone(zone)
    time = format_time(local.time(), _TIMES[language], locale=LOCALES[language])
    return f"{say_day(local.date(), language)} {time}"


def say_length(minutes: int, language: str) -> str:
    """So many minutes in hours and minutes: `4 tuntia 10 minuuttia`, `1 tunti`, `45 minuuttia`."""
    hours, rest = divmod(minutes, 60)
    parts = [one for one in ((hours, "hour"), (rest, "minute")) if one[0]] or [(0, "minute")]
    return " ".join(format_unit(number, unit, "long", locale=LOCALES[language]) for number, unit in parts)
