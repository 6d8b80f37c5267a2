"""The words of the product in Finnish, Swedish and English, by code, with dates in each language's way."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from mediation.errors import Malformed

LANGUAGES = ("fi", "sv", "en")
_FOLDER = Path(__file__).parent / "languages"
_AT = {"fi": "klo", "sv": "kl.", "en": "at"}


def known_language(language: str, field: str = "language") -> str:
    """`language`, when we have it. Refuses with `language-unknown`."""
    if language not in LANGUAGES:
        raise Malformed("language-unknown", field=field, choices=", ".join(LANGUAGES))
    return language


def say(code: str, language: str, **blanks: object) -> str:
    """The words for `code`, its blanks filled. An unknown code is an error of ours: `KeyError`."""
    words = _catalog(language).gettext(code)
    if words == code:
        raise KeyError(f"no words for {code!r} in {language!r}")
    return words.format_map(_Blanks(blanks)) if blanks else words


def say_count(code: str, language: str, count: int, **blanks: object) -> str:
    """The words for `count` things of `code`, in the right plural form."""
    words = _catalog(language).ngettext(code, f"{code}.plural", count)
    return words.format_map(_Blanks({**blanks, "count": count}))


def has_words(code: str, language: str) -> bool:
    """Whether there are words for `code`."""
    return _catalog(language).gettext(code) != code


def all_codes(language: str) -> frozenset[str]:
    """Every code that has words in `language`."""
    return frozenset(_catalog_ids(language))


def in_every_language(code: str, **blanks: object) -> dict[str, str]:
    """The words for `code` by language."""
    return {language: say(code, language, **blanks) for language in LANGUAGES}


def say_date(day: date, language: str) -> str:
    """A date as the language writes it: `28.1.2027`, `28 Jan 2027`."""
    return format_date(day, format="medium", locale=_locale(language))


def say_moment(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """A moment in local time, with its offset: `28.1.2027 klo 9.00 (UTC+02:00)`."""
    local = moment.astimezone(zone)
    offset = local.strftime("%z")
    time = format_time(local.time(), "short", locale=_locale(language))
    return f"{say_date(local.date(), language)} {_AT[language]} {time} (UTC{offset[:3]}:{offset[3:]})"


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def _locale(language: str) -> str:
    return {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}[language]


@cache
def _catalog_ids(language: str) -> Mapping[str, object]:
    with (_FOLDER / f"{language}.po").open("rb") as file:
        return {
            str(message.id if isinstance(message.id, str) else message.id[0]): message
            for message in read_po(file)
            if message.id
        }


@cache
def _catalog(language: str) -> GNUTranslations:
    # Read from the translators' own files at start: nothing to compile, nothing that can be stale.
    compiled = BytesIO()
    with (_FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=_locale(language)))
    compiled.seek(0)
    return GNUTranslations(compiled)
