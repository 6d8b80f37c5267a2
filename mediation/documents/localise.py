"""Turns the data of a document into what its template prints: dates, lists and sentences in one language."""

import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.units import format_unit

from mediation import templates
from mediation.documents.glyphs import printable, unprintable
from mediation.documents.line_breaks import BREAK_POINT, with_break_points
from mediation.words import own_languages
from mediation.words.catalogue import LOCALES, known_language, say, say_clock, say_date
from mediation.words.commissioner import commissioner_sees
from mediation.words.dates import months_after
from mediation.words.workflow_words import own_folder

TEMPLATES = templates.TEMPLATES / "documents"
NO_BREAK = "\u00a0"  # keeps a date on one line

Form = Literal["full", "long", "medium"]
Data = Mapping[str, Any]
Localised = dict[str, Any]


class Language:
    """The words and formats of one language. Refuses with `language-unknown`."""

    def __init__(self, code: str) -> None:
        self.code = known_language(code)
        self.locale = LOCALES[code]
        self.words = _words_of(code)
        self.patterns: Mapping[str, str] = self.words["patterns"]

    def say(self, pattern: str, **blanks: object) -> str:
        return self.patterns[pattern].format_map(blanks)

    def listed(self, names: Iterable[str]) -> str:
        """`Aino, Pekka ja Veikko`."""
        return format_list(list(names), locale=self.locale)

    def day(self, iso: str | date, form: Form = "medium") -> str:
        """The date in an ISO date or time: `4.3.2027`."""
        day = iso if isinstance(iso, date) else date.fromisoformat(iso[:10])
        said = say_date(day, self.code) if form == "medium" else format_date(day, form, locale=self.locale)
        return said.replace(" ", NO_BREAK)

    def moment(self, iso: str) -> str:
        """A local ISO time: `torstai 4. maaliskuuta 2027 klo 12.00`. An ISO date gives the day alone."""
        day = self.day(iso, "full")
        if len(iso) <= len("2027-03-04"):
            return day
        return self.say("at_time", day=day, time=say_clock(datetime.fromisoformat(iso).time(), self.code))

    def exact(self, pattern: str, iso: str) -> str:
        """A time with seconds and offset, in a pattern with `day`, `time` and `offset`."""
        moment = datetime.fromisoformat(iso)
        time, offset = say_clock(moment.time(), self.code, "medium"), moment.strftime("%z")
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


def _words_of(code: str) -> Mapping[str, Mapping[str, Any]]:
    product, brought = _words(TEMPLATES, code), own_folder(code)
    if brought is None or not (brought / "documents" / f"words.{code}.toml").exists():
        return product
    own = _words(brought / "documents", code)
    return {table: {**words, **own.get(table, {})} for table, words in product.items()}


@cache
def _words(folder: Path, code: str) -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((folder / f"words.{code}.toml").read_text("utf-8"))


def localise(document: str, language: Language, data: Data, today: date) -> Localised:
    """What the template of `document` prints: `title`, `words` with their placeholders filled, and `data` as text.

    `today` is the local date to print on the document. All texts are made printable.
    """
    data = _cleaned(data)
    placeholders, readable = _LOCALISERS[document](language, data, today)
    head = data.get("letterhead") or {"controller": ""}  # absent of what was frozen before there were any
    placeholders = {**placeholders, "controller": head["controller"]}
    words: dict[str, Any] = {
        key: text.format_map(placeholders) if isinstance(text, str) else [one.format_map(placeholders) for one in text]
        for key, text in {**language.words["shared"], **language.words[document]}.items()
    }
    localised: Localised = with_break_points({"words": words, "data": {**data, **readable}})
    # One line and never empty: PDF/UA requires a title, also if the subject of a letter is empty.
    title = " ".join(printable(words["document_title"]).split()).strip(BREAK_POINT + " ")
    return {"title": title or document, **localised}


def _agreement(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    last = max((date.fromisoformat(one["on"][:10]) for one in data["follow_ups"]), default=None)
    deletion = language.day(months_after(last, data["retention_months"]), "long") if last else None
    blanks, readable = _annex(language, data, today)
    retention = language.months(data["retention_months"])
    return {**blanks, "replaces": data["replaces"], "retention": retention, "deletion": deletion}, {
        **readable,
        "deletion": deletion,
        "commissioner_sees": commissioner_sees(language.code),
        "follow_ups": [{**one, "on": language.moment(one["on"])} for one in data["follow_ups"]],
        "notices": [_notice(language, one) for one in data["notices"]],
    }


def _supervision_contract(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    blanks, readable = _annex(language, data, today)
    retention = language.months(data["retention_months"])
    return {**blanks, "replaces": data["replaces"], "retention": retention}, readable


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
    named = {key: data[key] for key in ("case", "version")}
    of_annex = all(one["annex"] for one in data["signatures"])
    blanks = {
        **named,
        "subject": language.say("subject_annex" if of_annex else "subject_agreement", **named),
        "prevailing": language.say(f"text_{data['prevailing']}"),
        "sealed_at": language.exact("local_time", data["sealed_at"]),
    }
    return blanks, {
        "signatures": [_signature(language, one) for one in data["signatures"]],
        "documents": [{**one, "language": language.name(one["language"])} for one in data["documents"]],
    }


def _signature(language: Language, one: Data) -> Localised:
    way = [language.say(_code(one["way"]))]
    if one["attested_by"]:
        way.append(language.say("attested", attested_by=one["attested_by"]))
    if code := one.get("interpreted_into"):  # absent where nothing was interpreted, as on every earlier page
        way.append(language.say("interpreted", into=own_languages.into(code, language.code)))
    return {
        **one,
        "day": language.day(one["signed_on"]),
        "way": "\n".join([*way, language.say("annex_only" if one["annex"] else "whole")]),
    }


def _evidence(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    named = {key: data[key] for key in ("case", "version")}
    subject = language.say("subject_annex" if data["annex"] else "subject_agreement", **named)
    shown, intent, paper, into = (data[key] for key in ("shown", "intent", "paper", "interpreted"))
    factor = (data["factor"] or "none") if data["kept"] else None
    return {**named, "subject": subject}, {
        "subject": subject,
        "local": f"{language.exact('local_time', data['local'])}, {data['zone']}",
        "utc": language.exact("utc_time", data["at"]),
        "shown": {**shown, "language": language.name(shown["language"])} if shown else None,
        "way": language.say(_code(data["way"])),
        "method": language.say(f"method_{_code(data['method'])}") if data["method"] else None,
        "factor": language.say(f"factor_{_code(factor)}") if factor else None,
        "intent": intent["words"] if intent else None,
        "paper": {
            "stored": language.say("stored", moment=language.exact("utc_time", paper["scanned_at"])),
            "digest": paper["scan_sha256"],
        }
        if paper
        else None,
        "interpreted": _interpreted(language, into) if into else None,
        "on_paper": data["way"] == "paper",
    }


def _code(value: str) -> str:
    return value.replace("-", "_")


def _interpreted(language: Language, told: Data) -> str:
    by = told["interpreter"] or told["service"]
    if told["service_number"]:
        by = language.say("interpreted_service", service=told["service"], number=told["service_number"])
    return language.say("interpreted_by", into=own_languages.into(told["language"], language.code), by=by)


def _letter(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    return {"subject": data["subject"]}, {"today": language.day(today, "long")}


def _closing_report(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    ended = date.fromisoformat(data["ended"])
    deletion = language.day(ended + timedelta(days=data["retention_days"]), "long")
    blanks = {"case": data["case"], "version": data["version"], "retention": language.months(data["retention_months"])}
    return {**blanks, "deletion": deletion}, {
        "ended": language.day(ended, "long"),
        "sessions": str(data["sessions"]),
        "outcome": say(f"outcome.{data['outcome']}", language.code) if data["outcome"] else None,
        "notices": [_notice(language, one) for one in data["notices"]],
        "commissioner_sees": commissioner_sees(language.code, data["outcome_told"]),
    }


def _notice(language: Language, one: Data) -> Localised:
    return {**one, "to": say(f"notice-audience.{one['to']}", language.code) if one["to"] else ""}


def _agreed_text(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    first, *parts = data["blocks"]
    return {"case": data["case"], "title": first["heading"]}, {
        "title": first["heading"],
        "opening": first["paragraphs"],
        "parts": parts,
    }


def _paper(language: Language, data: Data, today: date) -> tuple[Localised, Localised]:
    first, *blocks = data["blocks"]
    title = first["heading"]
    marking = language.words["shared"]["confidential"] if data["confidential"] else ""
    return {"case": data["case"], "title": title, "marking": marking}, {
        "title": title,
        "opening": first["parts"],
        "blocks": blocks,
    }


_LOCALISERS: dict[str, Callable[[Language, Data, date], tuple[Localised, Localised]]] = {
    "agreement": _agreement,
    "annex": _annex,
    "supervision-contract": _supervision_contract,
    "signatures": _signatures,
    "evidence": _evidence,
    "letter": _letter,
    "closing-report": _closing_report,
    "agreed-text": _agreed_text,
    "paper": _paper,
}
DOCUMENTS = tuple(_LOCALISERS)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return "\n".join(map(_kept_together, printable(value).split("\n")))
    if isinstance(value, Mapping):
        return {key: _cleaned(one) for key, one in value.items()}
    return [_cleaned(one) for one in value] if isinstance(value, list | tuple) else value


def _kept_together(line: str) -> str:
    """`line` isolated (U+2067–U+2069) if all its letters run from right to left, as of a name in Arabic or Hebrew.

    Else a number or another such name beside it would be drawn into its direction, and stand on its wrong side.
    """
    directions = set(map(unicodedata.bidirectional, line)) if not line.isascii() else set()
    return f"\u2067{line}\u2069" if directions & {"R", "AL"} and "L" not in directions else line


def strings_in(words: object) -> Iterator[str]:
    """Every text somewhere inside mappings and sequences."""
    return (text for _, text in _texts_at("", words))


def unprintable_at(path: str, words: object) -> list[str]:
    """The path of every text inside `words`, itself at `path`, that has a character which no font draws: `issues.0.fi`."""
    return [place for place, text in _texts_at(path, words) if unprintable(text)]


def _texts_at(path: str, words: object) -> Iterator[tuple[str, str]]:
    if isinstance(words, str):
        yield path, words
    elif isinstance(words, Mapping | Sequence):
        for key, part in words.items() if isinstance(words, Mapping) else enumerate(words):
            yield from _texts_at(f"{path}.{key}", part)
