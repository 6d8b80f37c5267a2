"""The words of letters, by e-mail or in print. They say that something waits, never what, from whom or about what."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from mediation.letters.calendar import CANCEL, PUBLISH, BookedTime, calendar_file
from mediation.letters.plain_text import flowed
from mediation.letters.post import mail_address
from mediation.letters.wording import DecryptedLetter, utc, written
from mediation.settings import Settings
from mediation.store.database import Db
from mediation.store.models import Case, Letter, Organisation, Participant, Person, get
from mediation.words.workflow_words import WorkflowLanguage

CALENDAR_FILES = {"fi": "aika.ics", "sv": "tid.ics", "en": "time.ics"}
_HEADING = "# "


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
    if letter.person_id is not None:
        person = db.get_one(Person, letter.person_id)
        email = params.get("address") or get(db, person, params.get("to", "email"))
        language = params.get("language") or person.language
        told = (letter.id, letter.kind, params, get(db, person, "name"), email, language)
        return DecryptedLetter(*told, created_at=letter.created_at, good_until=letter.good_until)
    recipient = db.get_one(Participant, letter.participant_id)
    name, email = get(db, recipient, "name"), get(db, recipient, "email")
    case = db.get_one(Case, recipient.case_id)
    language = WorkflowLanguage(recipient.language, case.workflow)
    return DecryptedLetter(letter.id, letter.kind, params, name, email, language, *_provider(db, case))


def _provider(db: Db, case: Case) -> tuple[str, str, str]:
    """The name, the contact and the complaint route of who provides the mediation of a case, as its letters say them."""
    if case.provider_id is None:
        return "", "", ""
    said = db.get_one(Organisation, case.provider_id)
    return said.letters_from or "", said.letters_contact or "", said.complaint_route or ""


def message(
    letter: DecryptedLetter, settings: Settings, *, dated: datetime, beside: Sequence[DecryptedLetter] = ()
) -> EmailMessage:
    """The letter, and those `beside` it that become one with it, as an e-mail dated `dated` (UTC).

    Its Message-ID is the same each time that the same letters are sent. Refuses with `letter-address-unusable`.
    """
    several = [letter, *beside]
    sender = mail_address(settings.mail_from, letter.signed)
    subject, body = written(several, settings, on_paper=False, today=dated.astimezone(settings.zone).date())
    mail_id = sha256("".join(one.id for one in several).encode()).hexdigest()[:24] if beside else letter.id
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = mail_address(letter.email or "")  # without the name, which could be forged
    mail["Subject"] = subject
    mail["Date"] = dated
    mail["Message-ID"] = f"<{mail_id}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    # Every server accepts quoted-printable, however long a line of a notice is.
    mail.set_content(flowed(body), cte="quoted-printable", params={"format": "flowed"})
    for method, content in _calendars(several):
        said = {"charset": "utf-8", "method": method}  # programs refuse a file whose own method is another
        mail.add_attachment(content, "text", "calendar", filename=CALENDAR_FILES[letter.language], params=said)
        mail.set_boundary(f"=_{mail_id}")  # no encoded part has a line like this
    mail["Content-Language"] = letter.language
    return mail


def _calendars(several: Sequence[DecryptedLetter]) -> Iterator[tuple[str, bytes]]:
    """What letters book and cancel, for a calendar, each with its method; the same bytes each time, for they may be sent again.

    What is booked is in one file; what is cancelled is each in its own (RFC 5546, 3.2.5), but a series is published anew in
    one file, each of its times with the state "cancelled" (3.2.1).
    """
    told = [(one.kind, time) for one in several for time in _times_in(one.params) if "calendar" in time]
    timed = sorted(told, key=lambda one: str(one[1]["moment"]))
    booked = [one for one in timed if one[0] != "session-cancelled"]
    for method, some in [(PUBLISH, booked), *((CANCEL, [one]) for one in timed if one not in booked)]:
        if some:
            written_at = max(utc(time["calendar"]["written"]) for _, time in some)
            times = [_booked_time(kind, time) for kind, time in some]
            yield method, calendar_file(times, several[0].language, method=method, written_at=written_at)


def _times_in(params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The time that a letter is about, or all those of a series."""
    return [params] if "calendar" in params else params.get("times", ())


def _booked_time(kind: str, time: Mapping[str, Any]) -> BookedTime:
    cancelled = kind in {"session-cancelled", "series-cancelled"}
    told = time["calendar"]
    return BookedTime(told["id"], utc(time["moment"]), int(time["minutes"]), told["changes"], cancelled)


def printed_letter(letter: DecryptedLetter, settings: Settings) -> PrintedLetter:
    """The letter to be printed and handed over. For an invitation it is the full invitation, which the page shows, too."""
    subject, body = written([letter], settings, on_paper=True)
    first, *others = f"\n{body}".split(f"\n{_HEADING}") if letter.kind == "invitation" else [body]
    headed = (one.partition("\n") for one in others)
    sections = tuple(Section(heading, _paragraphs(text)) for heading, _, text in headed)
    return PrintedLetter(letter.language, subject, (Section("", _paragraphs(first)), *sections))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(one.strip("\n") for one in re.split(r"\n{2,}", text) if one.strip())
