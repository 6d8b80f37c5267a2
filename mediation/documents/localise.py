"""Turns the data of a document into what its template prints: dates, lists and sentences in one language."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.units import format_unit

from mediation import templates
from mediation.documents.glyphs import printable
from mediation.words.catalogue import LOCALES, known_language
from mediation.words.dates import months_after

TEMPLATES = templates.TEMPLATES / "documents"
NO_BREAK = "\u00a0"  # keeps a date on one line

Form = Literal["full", "long", "medium"]
Data = Mapping[str, Any]
Localised = dict[str, Any]


class Language:
    """The words and formats of one language. Refuses with `language-unknown`."""

    def __init__(self, code: str) -> None:
        self.locale = LOCALES[known_language(code)]
        self.words = _words(code)
        self.patterns: Mapping[str, str] = self.words["patterns"]

    def say(self, pattern: str, **blanks: object) -> str:
        return self.patterns[pattern].format_map(blanks)

    def listed(self, names: Iterable[str]) -> str:
        """`Aino, Pekka ja Veikko`."""
        return format_list(list(names), locale=self.locale)

    def day(self, iso: str | date, form: Form = "medium") -> str:
        """The date in an ISO date or time: `4.3.2027`."""
        day = iso if isinstance(iso, date) else date.fromisoformat(iso[:10])
        return format_date(day, form, locale=self.locale).replace(" ", NO_BREAK)

    def moment(self, iso: str) -> str:
        """A local ISO time: `torstai 4. maaliskuuta 2027 klo 12.00`. An ISO date gives the day alone."""
        day = self.day(iso, "full")
        if len(iso) <= len("2027-03-04"):
            return day
        time = format_time(datetime.fromisoformat(iso).time(), "short", locale=self.locale)
        return self.say("at_time", day=day, time=time)

    def exact(self, pattern: str, iso: str) -> str:
        """A time with seconds and offset, in a pattern with `day`, `time` and `offset`."""
        moment = datetime.fromisoformat(iso)
        time, offset = format_time(moment.time(), "medium", locale=self.locale), moment.strftime("%z")
        return self.say(pattern, day=self.day(moment.date()), time=time, offset=f"{offset[:3]}:{offset[3:]}")

    def name(self, code: str | None) -> str | None:
        """The name of the language `code`: `suomi`."""
        return Locale.parse(self.locale).languages[code] if code else None

    def languages(self, codes: Iterable[str], prevailing: str) -> str:
        """The sentence that says in which languages a document exists and which of them prevails."""
        names = [str(self.name(code)) for code in codes]
        pattern = "many_languages" if len(names) > 1 else "one_language"
        return self.say(pattern, languages=self.listed(names), prevailing=self.say(f"text_{prevailing}"))

    def months(self, count: int) -> str:
        """`24 kuukautta`."""
        return format_unit(count, "duration-month", locale=self.locale)


@cache
def _words(code: str) -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((TEMPLATES / f"words.{code}.toml").read_text("utf-8"))


def localise(document: str, language: Language, data: Data, today: date) -> Localised:
    """What the template of `document` prints: `title`, `words` with their placeholders filled, and `data` as text.

    `today` is the local date to print on the document. All texts are made printable.
    """
    placeholders, readable = _LOCALISERS[document](language, data, today)
    words: dict[str, Any] = {
        key: text.format_map(placeholders) if isinstance(text, str) else [one.format_map(placeholders) for one in text]
        for key, text in {**language.words["shared"], **language.words[document]}.items()
    }
    localised: Localised = _clean({"words": words, "data": {**data, **readable}}, _ON_A_LINE)
    # One line and never empty: PDF/UA requires a title, also if the subject of a letter is empty.
    title = " ".join(printable(words["document_title"]).split()).strip(_BREAK_POINT + " ")
    return {"title": title or document, **localised}


def _agreement(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    last = max((date.fromisoformat(one["on"][:10]) for one in data["follow_ups"]), default=None)
    deletion = language.day(months_after(last, data["retention_months"]), "long") if last else None
    blanks, readable = _annex(language, data, today)
    retention = language.months(data["retention_months"])
    return {**blanks, "replaces": data["replaces"], "retention": retention, "deletion": deletion}, {
        **readable,
        "deletion": deletion,
        "follow_ups": [{**one, "on": language.moment(one["on"])} for one in data["follow_ups"]],
        "notices": [{**one, "to": language.say("notice_" + one["to"].replace("-", "_"))} for one in data["notices"]],
    }


def _annex(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    return {key: data[key] for key in ("case", "version")}, {
        "today": language.day(today, "long"),
        "languages": language.languages(data["languages"], data["prevailing"]),
        "commitments": [_commitment(language, one) for one in data["commitments"]],
    }


def _commitment(language: Language, one: Data) -> Localised:
    days = [language.say(key, day=language.day(one[on])) for key, on in (("from", "starts"), ("due", "due")) if one[on]]
    return {
        **one,
        "owners": language.listed(one["owners"]),
        "when": "\n".join([*days, *filter(None, [one["rhythm"]])]),
        "support": language.say("support", support=one["support"]) if one["support"] else None,
    }


def _signatures(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    blanks = {
        **{key: data[key] for key in ("case", "version")},
        "prevailing": language.say(f"text_{data['prevailing']}"),
        "sealed_at": language.exact("utc_time", data["sealed_at"]),
    }
    return blanks, {
        "signatures": [_signature(language, one) for one in data["signatures"]],
        "documents": [{**one, "language": language.name(one["language"])} for one in data["documents"]],
    }


def _signature(language: Language, one: Data) -> Localised:
    way = [language.say(one["way"].replace("-", "_"))]
    if one["attested_by"]:
        way.append(language.say("attested", attested_by=one["attested_by"]))
    return {
        **one,
        "local": language.exact("local_time", one["signed_at_local"]),
        "utc": language.exact("utc_time", one["signed_at"]),
        "way": "\n".join([*way, language.say("annex_only" if one["annex"] else "whole")]),
    }


def _letter(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    return {"subject": data["subject"]}, {"today": language.day(today, "long")}


def _closing_report(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    ended = date.fromisoformat(data["ended"])
    deletion = language.day(ended + timedelta(days=data["retention_days"]), "long")
    return {"case": data["case"], "deletion": deletion}, {
        "ended": language.day(ended, "long"),
        "sessions": str(data["sessions"]),
    }


_LOCALISERS: dict[str, Callable[[Language, Data, date], tuple[Localised, Localised]]] = {
    "agreement": _agreement,
    "annex": _annex,
    "signatures": _signatures,
    "letter": _letter,
    "closing-report": _closing_report,
}
DOCUMENTS = tuple(_LOCALISERS)


def _clean(value: Any, longest: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return longest.sub(_breakable, printable(value))
    if isinstance(value, Mapping):
        return {key: _clean(one, _IN_A_COLUMN if key in _COLUMNS else longest) for key, one in value.items()}
    return [_clean(one, longest) for one in value] if isinstance(value, list | tuple) else value


# A word wider than its line would run off the page. Finnish compounds are hyphenated, and web addresses break at their
# slashes (and can still be copied whole). Other long words, mostly noise, get invisible points where lines may break.
_COLUMNS = {"commitments", "follow_ups", "signatures", "documents"}
_COLUMNS |= {"parties", "mediators", "employer_representatives", "representative"}
_IN_A_COLUMN = re.compile(r"[^\s/-]{16,}|[/-]{16,}")
_ON_A_LINE = re.compile(r"[^\s/-]{40,}|[/-]{16,}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NOISE = re.compile(r"(.)\1{3}|[^aeiouyåäöéü\W]{7}|^.{61}|[A-ZÅÄÖ]{12}")
_BREAK_POINT = "\u200b"


def _breakable(word: re.Match[str]) -> str:
    if _DIGEST.fullmatch(word[0]):
        return word[0]
    parts = [
        _BREAK_POINT.join(part[start : start + 8] for start in range(0, len(part), 8)) if _NOISE.search(part) else part
        for part in re.split(r"(?<=\W)(?=.)", word[0])
    ]
    return _BREAK_POINT.join(parts)
