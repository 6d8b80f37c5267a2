"""The words of letters: that something waits and until when, or a time that is booked; never what, from whom or about what.

Several letters to one reader are worded as one: each kind once, times in their order, and of several days by which an
answer is awaited the first.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from mediation.letters.kinds import BLANKS, SIGN_IN_BLANKS, WORDED_AS
from mediation.letters.plain_text import one_line, visible
from mediation.letters.validity import CODE_VALID_FOR, valid_until
from mediation.letters.waiting import OF_A_TIME, OF_SERIES
from mediation.settings import Settings
from mediation.templates import TEMPLATES
from mediation.words.catalogue import LANGUAGES, say_date
from mediation.words.commissioner import commissioner_sees
from mediation.words.times import say_day, say_length, say_time
from mediation.words.workflow_templates import own_templates

SENDER = {"fi": "Asiointipalvelu", "sv": "E-tjänsten", "en": "Online service"}
FULL_INVITATION = "invitation-paper"
_BODY = "\0"  # where the body comes; nobody's words have it
_SEVERAL = {"fi": "Sinulle on uutta", "sv": "Det finns nytt för dig", "en": "There are updates for you"}
# What another kind says, too, is not said twice.
_SAID_BY = {
    "something-waits": {"answer-waits"},
    "reading-waits": {"answer-waits", "something-waits"},
}
_BLANKS = {**BLANKS, **SIGN_IN_BLANKS}
_TEMPLATES = Environment(
    loader=FileSystemLoader([TEMPLATES / "letters", TEMPLATES / "sign_in_letters"]),
    undefined=StrictUndefined,
    autoescape=False,  # plain text
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["commissioner_sees"] = commissioner_sees


@dataclass(frozen=True)
class DecryptedLetter:
    """Everything that the words of a letter may depend on.

    `sender`, `contact` and `complaints` are those of the organisation whose letter it is: its name as it wishes, whom to ask
    and where to complain ("" where it has not said).
    """

    id: str
    kind: str
    params: Mapping[str, Any]
    name: str
    email: str | None
    language: str
    sender: str = ""
    contact: str = ""
    complaints: str = ""
    created_at: datetime | None = None
    good_until: datetime | None = None

    def handed_over(self, at: datetime) -> "DecryptedLetter":
        """The letter as it says, when the mail server gets it at this moment (UTC), until when what it brings is valid."""
        if self.good_until is None or self.created_at is None:
            return self
        until, code_until = valid_until(self.kind, self.good_until, at), self.created_at + CODE_VALID_FOR
        params = {**self.params, "until": until.isoformat()}
        if at < code_until < until:
            params["code_until"] = code_until.isoformat()
        elif code_until <= at:
            params.pop("code", None)
        return replace(self, params=params, good_until=until)

    @property
    def signed(self) -> str:
        """The name under which it is sent."""
        return one_line(self.sender) or SENDER[self.language]


def written(
    letters: Sequence[DecryptedLetter], settings: Settings, *, on_paper: bool, today: date | None = None
) -> tuple[str, str]:
    """The subject and the body of letters to one reader, worded as one; none says a day for an answer that is past."""
    first = letters[0]
    if first.kind in SIGN_IN_BLANKS:
        return _parted(_rendered(first.kind, letters, settings, on_paper=on_paper))
    if first.kind == "invitation" and on_paper:
        return _parted(_rendered(FULL_INVITATION, letters, settings, on_paper=on_paper))
    kinds = list(dict.fromkeys(WORDED_AS.get(one.kind, one.kind) for one in letters))
    said = [kind for kind in kinds if not _SAID_BY.get(kind, set()) & {*kinds}]
    said.sort(key="invitation".__ne__)  # what it is about comes first
    parts = [
        _parted(_rendered(kind, _of_kind(letters, kind), settings, on_paper=on_paper, today=today)) for kind in said
    ]
    subject = parts[0][0] if len(parts) == 1 or said[0] == "invitation" else _SEVERAL[first.language]
    frame = {
        **_common(first, settings, on_paper=on_paper),
        "body": _BODY,
        "closes": "notice-ending" if first.kind == "notice" else "ending",
        "today": say_date(today, first.language) if today else "",
    }
    around = _without_gaps(_template("letter", first.language).render(frame))
    return subject, around.replace(_BODY, "\n\n".join(body for _, body in parts))


def _of_kind(letters: Sequence[DecryptedLetter], kind: str) -> Sequence[DecryptedLetter]:
    return [one for one in letters if WORDED_AS.get(one.kind, one.kind) == kind]


def _rendered(
    template: str,
    letters: Sequence[DecryptedLetter],
    settings: Settings,
    *,
    on_paper: bool,
    today: date | None = None,
) -> str:
    first = letters[0]
    blanks = [_filled(template, one, settings.zone, today) for one in letters]
    given = blanks[0]
    if dated := [one for one in blanks if "by" in one]:
        given = min(dated, key=lambda one: str(one["by_day"]))  # the first day of several
    if template in OF_A_TIME:
        booked = sorted(zip(letters, blanks, strict=True), key=lambda one: str(one[0].params.get("moment", "")))
        given = {**given, "times": [one for _, one in booked if "moment" in one or template != "reminder"]}
    if template in OF_SERIES:
        given = {**given, "times": _of_series(letters, settings.zone)}
    page = _template(template, first.language)
    booked_in = (time for one in letters for time in (one.params, *one.params.get("times", ())))
    attached = not on_paper and any("calendar" in time for time in booked_in)
    words = page.render(**_common(first, settings, on_paper=on_paper), attached=attached, **given)
    return words if "words" in given else _without_gaps(words)  # what people wrote has empty lines of its own


def _template(name: str, language: str) -> Template:
    return own_templates(_TEMPLATES, "letters", language).get_template(f"{name}.{language}.txt")


def _of_series(letters: Sequence[DecryptedLetter], zone: ZoneInfo) -> Sequence[Mapping[str, str]]:
    """All the times that letters of series tell, in their order."""
    language = letters[0].language
    told = sorted((time for one in letters for time in one.params["times"]), key=lambda time: str(time["moment"]))
    return [
        {"moment": _moment(time["moment"], language, zone), "length": say_length(int(time["minutes"]), language)}
        for time in told
    ]


def _common(letter: DecryptedLetter, settings: Settings, *, on_paper: bool) -> Mapping[str, object]:
    return {
        "language": letter.language,
        "name": one_line(letter.name),
        "link": f"{settings.base_url.rstrip('/')}/",
        "on_paper": on_paper,
        "sender": letter.signed,
        "contact": one_line(letter.contact),
        "complaints": one_line(letter.complaints),
    }


def _filled(template: str, letter: DecryptedLetter, zone: ZoneInfo, today: date | None) -> dict[str, object]:
    given = {blank: letter.params[blank] for blank in _BLANKS[template] if letter.params.get(blank) is not None}
    if "by" in given and today is not None and date.fromisoformat(given["by"]) < today:
        del given["by"]
    said = {blank: _SAID.get(blank, _line)(value, letter.language, zone) for blank, value in given.items()}
    if "minutes" in given:
        said["length"] = say_length(int(given["minutes"]), letter.language)
    if "by" in given:
        said["by_day"] = str(given["by"])
    return said


def _parted(words: str) -> tuple[str, str]:
    subject, _, body = words.partition("\n")
    return subject, body.strip("\n")


def _without_gaps(text: str) -> str:
    """Without the empty lines that what was left out leaves behind."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _moment(value: str, language: str, zone: ZoneInfo) -> str:
    return say_time(utc(value), language, zone)


def utc(value: str) -> datetime:
    """A moment that was kept as text."""
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_language(words: Mapping[str, str], language: str, _: ZoneInfo) -> str:
    # A notice was agreed in the languages of the parties. A reader of another language gets the exact words in one of them.
    best = next(one for one in (language, *LANGUAGES) if one in words)
    return visible(words[best])


def _line(value: object, _: str, __: ZoneInfo) -> str:
    return one_line(str(value))


_SAID: Mapping[str, Callable[[Any, str, ZoneInfo], object]] = {
    "moment": _moment,
    "until": _moment,
    "code_until": _moment,
    "by": lambda value, language, _: say_day(date.fromisoformat(value), language),
    "deleted": lambda value, language, _: say_date(date.fromisoformat(value), language),
    "minutes": lambda value, _, __: int(value),
    "words": _in_language,
    "times": lambda value, _, __: value,
}
