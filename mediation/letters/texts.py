"""The words of letters, by e-mail or in print. They say that something waits, never what, from whom or about what."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mediation.letters.calendar import CANCEL, PUBLISH, BookedTime, calendar_file
from mediation.letters.post import mail_address
from mediation.letters.validity import CODE_VALID_FOR, valid_until
from mediation.settings import Settings
from mediation.store.database import Db
from mediation.store.models import Letter, Participant, Person, get
from mediation.templates import TEMPLATES
from mediation.words.catalogue import LANGUAGES, say_date, say_moment
from mediation.words.commissioner import commissioner_sees

# The params that the words of each kind may contain, besides the recipient's own name and the address of the front page
# (visibility.md rule 7). No other reaches a template. `invitation-paper` is the full invitation, for print and the page.
BLANKS: Mapping[str, frozenset[str]] = {
    "invitation": frozenset(),
    "invitation-paper": frozenset({"mediator", "attendance_basis", "moment", "minutes", "form", "place"}),
    "session-planned": frozenset({"moment", "minutes", "form"}),
    "session-moved": frozenset({"moment", "minutes", "form"}),
    "session-cancelled": frozenset({"moment"}),
    "something-waits": frozenset(),
    "notice": frozenset({"words"}),
    "reminder": frozenset({"moment"}),
    "review-due": frozenset(),
    "withdrawal-recorded": frozenset({"until", "deleted"}),
    "question-waits": frozenset(),
    "case-ended": frozenset(),
    "paper-code": frozenset({"code"}),
}
LASTING = ("question-waits",)  # the kinds that are sent also when the case has ended meanwhile
TIME_TO_ANSWER = timedelta(days=7)  # one of those, before what was said in private is deleted
KINDS = frozenset(BLANKS) - {"invitation-paper"}
# Letters to a person, of no case: about their own sign-in, or about what no mediator is to know of.
# `secret` is that of a one-time link; it follows a `#`, so that it is never sent to a server or proxy as part of an address.
SIGN_IN_BLANKS: Mapping[str, frozenset[str]] = {
    "sign-in-link": frozenset({"secret", "code", "until"}),
    "sign-in-link-shared": frozenset({"secret", "code", "until"}),  # to a mailbox that others read, too
    "staff-invitation": frozenset({"secret", "code", "until", "code_until"}),
    "own-address": frozenset({"secret", "until"}),
    "new-address": frozenset({"secret", "code", "until"}),
    "address-change-asked": frozenset(),  # to the address that another is to replace
    "second-factor-code": frozenset({"code", "until"}),
    "sign-in-changed": frozenset(),
    "complaint-waits": frozenset(),
    "complaint-received": frozenset({"moment"}),
    "sign-ins-closed": frozenset(),
    "way-suspended": frozenset({"secret", "until"}),
    "wrong-codes": frozenset(),
}
_BLANKS = {**BLANKS, **SIGN_IN_BLANKS}
SENDER = {"fi": "Asiointipalvelu", "sv": "E-tjänsten", "en": "Online service"}
CALENDAR_FILES = {"fi": "aika.ics", "sv": "tid.ics", "en": "time.ics"}
WIDTH = 72  # of a line of mail, the space at its end included

_TEMPLATES = Environment(
    loader=FileSystemLoader([TEMPLATES / "letters", TEMPLATES / "sign_in_letters"]),
    undefined=StrictUndefined,
    autoescape=False,  # plain text
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["commissioner_sees"] = commissioner_sees
_HEADING = "# "
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True)
class DecryptedLetter:
    """Everything that the words of a letter may depend on."""

    id: str
    kind: str
    params: Mapping[str, Any]
    name: str
    email: str | None
    language: str
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


@dataclass(frozen=True)
class Section:
    """Some paragraphs of a letter, with or without a heading above them."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class PrintedLetter:
    """A letter for print or for a page: its subject and its sections, plain text in `language`."""

    language: str
    subject: str
    sections: tuple[Section, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """All text after the subject; headings are paragraphs, too."""
        lines = [line for one in self.sections for line in (one.heading, *one.paragraphs)]
        return tuple(line for line in lines if line)


def decrypt_letter(db: Db, letter_id: str) -> DecryptedLetter:
    """The letter with the name, address and language of its recipient at the case, or as a person if it is about sign-in.

    Refuses like `models.get`.
    """
    letter = db.get_one(Letter, letter_id)
    params = get(db, letter, "params") or {}
    recipient: Participant | Person
    if letter.person_id is None:
        recipient = db.get_one(Participant, letter.participant_id)
        email, language = get(db, recipient, "email"), recipient.language
    else:
        recipient = db.get_one(Person, letter.person_id)
        email = params.get("address") or get(db, recipient, params.get("to", "email"))
        language = params.get("language") or recipient.language
    name, lasts = get(db, recipient, "name"), (letter.created_at, letter.good_until)
    return DecryptedLetter(letter.id, letter.kind, params, name, email, language, *lasts)


def message(letter: DecryptedLetter, settings: Settings, *, dated: datetime) -> EmailMessage:
    """The letter as an e-mail dated `dated` (UTC). Its Message-ID is the same each time.

    Refuses with `letter-address-unusable`.
    """
    sender = mail_address(settings.mail_from, SENDER[letter.language])
    subject, body = _written(letter.kind, letter, settings, on_paper=False)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = mail_address(letter.email or "")  # without the name, which could be forged
    mail["Subject"] = subject
    mail["Date"] = dated
    mail["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    # Every server accepts quoted-printable, however long a line of a notice is.
    mail.set_content(flowed(body), cte="quoted-printable", params={"format": "flowed"})
    if "calendar" in letter.params:
        _attach_time(mail, letter)
    mail["Content-Language"] = letter.language
    return mail


def _attach_time(mail: EmailMessage, letter: DecryptedLetter) -> None:
    """Attach the time that a letter is about for a calendar; the same bytes each time, for a letter may be sent again."""
    told = letter.params["calendar"]
    cancelled = letter.kind == "session-cancelled"
    begins, written_at = (_utc(one) for one in (letter.params["moment"], told["written"]))
    time = BookedTime(told["id"], begins, int(letter.params["minutes"]), told["changes"], cancelled)
    method = CANCEL if cancelled else PUBLISH
    content = calendar_file([time], letter.language, method=method, written_at=written_at)
    said = {"charset": "utf-8", "method": method}  # programs refuse a file whose own method is another
    mail.add_attachment(content, "text", "calendar", filename=CALENDAR_FILES[letter.language], params=said)
    mail.set_boundary(f"=_{letter.id}")  # no encoded part has a line like this


def printed_letter(letter: DecryptedLetter, settings: Settings) -> PrintedLetter:
    """The letter to be printed and handed over. For an invitation it is the full invitation, which the page shows, too."""
    template = "invitation-paper" if letter.kind == "invitation" else letter.kind
    subject, body = _written(template, letter, settings, on_paper=True)
    if template != "invitation-paper":
        return PrintedLetter(letter.language, subject, (Section("", _paragraphs(body)),))
    first, *others = f"\n{body}".split(f"\n{_HEADING}")
    headed = (one.partition("\n") for one in others)
    sections = tuple(Section(heading, _paragraphs(text)) for heading, _, text in headed)
    return PrintedLetter(letter.language, subject, (Section("", _paragraphs(first)), *sections))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(one.strip("\n") for one in re.split(r"\n{2,}", text) if one.strip())


def _written(template: str, letter: DecryptedLetter, settings: Settings, *, on_paper: bool) -> tuple[str, str]:
    given = {blank: letter.params[blank] for blank in _BLANKS[template] if letter.params.get(blank) is not None}
    blanks = {blank: _SAID.get(blank, _line)(value, letter.language, settings.zone) for blank, value in given.items()}
    link = f"{settings.base_url.rstrip('/')}/"
    page = _TEMPLATES.get_template(f"{template}.{letter.language}.txt")
    attached = not on_paper and "calendar" in letter.params
    words = page.render(name=one_line(letter.name), link=link, on_paper=on_paper, attached=attached, **blanks)
    subject, _, body = words.partition("\n")
    return subject, body.strip("\n")


def _moment(value: str, language: str, zone: ZoneInfo) -> str:
    return say_moment(_utc(value), language, zone)


def _utc(value: str) -> datetime:
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
    "deleted": lambda value, language, _: say_date(date.fromisoformat(value), language),
    "minutes": lambda value, _, __: int(value),
    "words": _in_language,
}


def visible(text: str) -> str:
    """`text` with line feeds, and without invisible characters such as controls and marks of writing direction."""
    plain = _BREAKS.sub("\n", text).replace("\t", " ")
    return "".join(one for one in plain if one == "\n" or unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"})


def one_line(text: str) -> str:
    """`text` on one line and `visible`, so that a name cannot look like another line of the letter."""
    return " ".join(visible(text).split())


def flowed(text: str) -> str:
    """`text` in lines that a mail program may join or show as they are (format=flowed, RFC 3676)."""
    return "\n".join(line for paragraph in text.split("\n") for line in _flow(paragraph.rstrip()))


def _flow(paragraph: str) -> list[str]:
    lines = [""]
    for word in re.findall(" *[^ ]+ *", paragraph):
        if lines[-1] and len(lines[-1]) + len(word) > WIDTH:
            lines.append("")
        lines[-1] += word
    return [f" {line}" if line.startswith((" ", ">", "From ")) else line for line in lines]
