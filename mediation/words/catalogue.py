"""The words of the product by code, in Finnish, Swedish and English, and dates as each language writes them."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.units import format_unit

from mediation.errors import Malformed
from mediation.words.workflow_words import WorkflowLanguage, folders_in_order

LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
LANGUAGES = tuple(LOCALES)
_FOLDER = Path(__file__).parent
_AT = {"fi": "klo", "sv": "kl.", "en": "at"}
# As Finland-Swedish writes them; Babel knows only those of Sweden.
_DATE_FORMS = {"sv": "d.M.y"}
_CLOCK_FORMS = {"sv": {"short": "H.mm", "medium": "H.mm.ss"}}
_SIZES: tuple[tuple[str, int, Literal["short", "long"]], ...] = (
    ("megabyte", 1024**2, "short"),
    ("kilobyte", 1024, "short"),
    ("byte", 1, "long"),
)
_LIST_INDEX = re.compile(r"[0-9]{1,4}")
_CODE = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z0-9-]*(?![\w-])")


def known_language(language: str) -> str:
    """`language`, if it is one of LANGUAGES. Refuses with `language-unknown`."""
    if language not in LANGUAGES:
        raise Malformed("language-unknown", field="language", choices=", ".join(LANGUAGES))
    return language


def say(code: str, language: str, /, **blanks: object) -> str:
    """The words for `code` with their blanks filled; a list becomes `Aino, Pekka ja Veikko`.

    In a `WorkflowLanguage` they are the workflow's own, if it has any. Blanks inside what fills a blank are not filled, and a
    blank that is not given stays empty. An unknown code is a bug: KeyError.
    """
    words = _words(code, language)
    if words is None:
        raise KeyError(f"no words for {code!r} in {language!r}")
    return _filled(words, language, blanks)


def has_words(code: str, language: str) -> bool:
    return _words(code, language) is not None


def in_every_language(code: str, workflow: str = "", /, **blanks: object) -> dict[str, str]:
    """The words for `code` by language, in those of a workflow if it is named."""
    return {language: say(code, WorkflowLanguage(language, workflow), **blanks) for language in LANGUAGES}


def say_date(day: date, language: str) -> str:
    """A date as the language writes it: `28.1.2027`, `28 Jan 2027`."""
    return format_date(day, format=_DATE_FORMS.get(language, "medium"), locale=LOCALES[language])


def say_clock(at: time, language: str, form: Literal["short", "medium"] = "short") -> str:
    """A time of day as the language writes it: `9.00`, `09:00`; in the medium form with seconds."""
    return format_time(at, _CLOCK_FORMS.get(language, {}).get(form, form), locale=LOCALES[language])


def say_moment(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """A moment in local time with its offset, for what is kept: `28.1.2027 klo 9.00 (UTC+02:00)`."""
    local = moment.astimezone(zone)
    offset = local.strftime("%z")
    clock = say_clock(local.time(), language)
    return f"{say_date(local.date(), language)} {_AT[language]} {clock} (UTC{offset[:3]}:{offset[3:]})"


def _filled(words: str, language: str, blanks: Mapping[str, object]) -> str:
    # Unlike str.format, which would follow `{name.x}` into attributes of what fills the blank.
    return "".join(
        text if name is None else text + _said(blanks.get(name, ""), family, language)
        for text, name, family in _pieces(words)
    )


@cache
def _pieces(words: str) -> tuple[tuple[str, str | None, str], ...]:
    """The text before each blank, the name of the blank and its family: `{missing:lacks}` is filled with words of `lacks.…`."""
    return tuple((text, name, family or "") for text, name, family, _ in Formatter().parse(words))


def _said(value: object, family: str, language: str) -> str:
    if isinstance(value, list | tuple):
        return format_list([_said(one, family, language) for one in value], locale=LOCALES[language])
    if not family:
        return str(value)
    if family == "field":
        return _said_field(str(value), language)
    if family in _COUNTED:
        return _COUNTED[family](value, language) if isinstance(value, int) else str(value)

    def worded(found: re.Match[str]) -> str:
        return _words(f"{family}.{found[0]}", language) or found[0]

    return _CODE.sub(worded, str(value))


def _said_field(path: str, language: str) -> str:
    """`commitments.1.texts.fi.measure` as a person reads it: `Sitoumukset 2 – Mistä huomaamme (suomeksi)`.

    A part without words is left out: it is an id, or a key that the sender made up. `write-note/words` is called as the form
    of that act calls it, where it has words of its own (`asks.write-note.words`).
    """
    act, _, path = path.rpartition("/")
    if has_words(own := f"asks.{act}.{path}", language):
        return say(own, language)
    parts = path.split(".")
    said: list[str] = []
    written_in = next((part for part in parts if part in LANGUAGES), None)
    within = parts[parts.index(written_in) + 1 :] if written_in else ()
    if written_in and not all(_LIST_INDEX.fullmatch(part) for part in within):
        del parts[
            parts.index(written_in) - 1
        ]  # the field around a text in each language adds nothing to the name of the text
    for part in parts:
        if _LIST_INDEX.fullmatch(part) and said:
            said[-1] += f" {int(part) + 1}"
        elif has_words(f"field.{part}", language):
            said.append(say(f"field.{part}", language))
    tongue = f" ({say(f'in-language.{written_in}', language)})" if written_in else ""
    return (" – ".join(said) or say("field.body", language)) + tongue


def _said_time(seconds: int, language: str) -> str:
    # In seconds below two minutes, else in minutes, rounded up so that nobody tries too early.
    whole = seconds if seconds < 120 else -(-seconds // 60) * 60
    return format_timedelta(timedelta(seconds=whole), threshold=2, locale=LOCALES[language])


def _said_number(number: int, language: str) -> str:
    return str(format_decimal(number, locale=LOCALES[language]))


def _said_size(count: int, language: str) -> str:
    # In the largest unit of which there is one at least, rounded down so that what is as large as we say does fit.
    unit, size, form = next(one for one in _SIZES if count >= one[1] or one[1] == 1)
    return format_unit(count // size, unit, form, locale=LOCALES[language])


_COUNTED: Mapping[str, Callable[[int, str], str]] = {
    "number": _said_number,
    "seconds": _said_time,
    "bytes": _said_size,
}


def _words(code: str, language: str) -> str | None:
    for folder in folders_in_order(language, _FOLDER):
        words = _catalog(folder, str(language)).gettext(code)
        if words != code:
            return words
    return None


@cache
def _catalog(folder: Path, language: str) -> GNUTranslations:
    # From the translators' own files, so that no compiled file can be out of date.
    compiled = BytesIO()
    with (folder / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=LOCALES[language], abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)
