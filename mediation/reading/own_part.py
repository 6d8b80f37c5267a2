"""Somebody's own part in a case, for them to keep: who they are in it, and what they agreed to, answered or was noted of them."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from babel import Locale
from sqlalchemy import or_, select

from mediation.case.visibility import Level, sees
from mediation.errors import NotFound
from mediation.reading.own_entries import Entry, Reader
from mediation.reading.people import made_by_leaving
from mediation.reading.quiet_times import time_of_day
from mediation.reading.referrals import read_referral
from mediation.store.models import (
    AddressChange,
    AgreedText,
    AttendanceBasis,
    Declaration,
    Mark,
    Meeting,
    Option,
    Participant,
    QuietTime,
    RoleHeld,
    SafeguardNote,
    Signature,
    TimeEntry,
    get,
    remaining,
)
from mediation.words import own_languages
from mediation.words.catalogue import LOCALES, has_words, say_date
from mediation.words.times import say_length

# Where the value of a mark is worded, of kinds whose values have words elsewhere than under `mark-value`.
VALUES = {
    "asked-for-another-time": "instead",
    "attended": "attendance",
    "permitted-naming": "answer",
    "responded": "response",
    "ties-answered": "ties",
}

# The kinds of marks by which one agrees to words, each with the value that agrees.
AGREEING = {"agreed-to-mediate": "given", "accepted-ground-rules": "yes", "undertook-confidentiality": "yes"}


def particulars(reader: Reader) -> Iterator[Entry]:
    db = reader.db
    one = db.get_one(Participant, reader.seat.participant_id)
    languages = Locale.parse(LOCALES[reader.language]).languages
    lines = [reader.field(name, text) for name in ("name", "capacity", "email") if (text := reader.text(one, name))]
    for code, words in (remaining(db, one, "capacities") or {}).items():
        lines.append(f"{reader.field('capacity', words)} ({languages[code]})")
    lines.append(reader.field("language", languages[one.language]))
    if spoken := remaining(db, one, "own_language"):
        lines.append(reader.field("own_language", own_languages.named(spoken, reader.language)))
    yield Entry(one.joined_at, reader.say("own.joined"), "\n".join(lines))
    yield from _addresses(reader)
    roles = select(RoleHeld).filter_by(participant_id=one.id).order_by(RoleHeld.since, RoleHeld.id)
    for held in db.scalars(roles):
        until = f" – {say_date(held.until.astimezone(db.zone).date(), reader.language)}" if held.until else ""
        yield Entry(held.since, reader.say(f"role.{held.role}") + until)


def _addresses(reader: Reader) -> Iterator[Entry]:
    own = select(AddressChange).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(AddressChange.at, AddressChange.id)):
        if one.former is not None:
            yield Entry(one.ended_at or one.at, reader.say("own.former-address"), reader.text(one, "former"))
        elif one.email is not None:
            yield Entry(one.at, reader.say("own.new-address"), reader.text(one, "email"))


def quiet_times(reader: Reader) -> Iterator[Entry]:
    own = select(QuietTime).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own):
        until = say_date(one.until_day, reader.language) if one.until_day else ""
        told = {"until": until, "begins": time_of_day(one.begins), "ends": time_of_day(one.ends)}
        lines = [reader.field(name, value) for name, value in told.items() if value]
        if lines:
            yield Entry(one.at, lines[0], "\n".join(lines[1:]))


def declarations(reader: Reader) -> Iterator[Entry]:
    own = select(Declaration).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(Declaration.at, Declaration.id)):
        yield Entry(one.at, reader.say("answer.yes" if one.has_ties else "answer.no"), reader.text(one))


def marks(reader: Reader) -> Iterator[Entry]:
    marks = select(Mark, Option.number, Meeting).where(
        Mark.participant_id == reader.seat.participant_id,
        Mark.ended_at.is_(None),
        made_by_leaving(reader.seat, Mark.at, Mark.recorded_by),
    )
    marks = marks.outerjoin(Option, Option.id == Mark.about).outerjoin(Meeting, Meeting.id == Mark.about)
    for one, number, meeting in reader.db.execute(marks.order_by(Mark.at, Mark.id)):
        line = reader.say(f"mark.{one.kind}")
        if number is not None:
            line += f" {number}"
        if meeting is not None:
            day = say_date(meeting.planned_at.astimezone(reader.db.zone).date(), reader.language)
            line += f" ({reader.say(f'session-kind.{meeting.kind}')}, {day})"
        value = f"{VALUES.get(one.kind, 'mark-value')}.{one.value}"
        if has_words(value, reader.language):  # `yes` has none: that the mark is there says it
            line += f": {reader.say(value)}"
        yield Entry(one.at, f"{line} · {reader.say(f'way.{one.way}')}")


def interpreted(reader: Reader) -> Iterator[Entry]:
    own = reader.seat.participant_id
    marks = select(Mark).where(Mark.participant_id == own, Mark.interpreted.is_not(None), Mark.ended_at.is_(None))
    signatures = select(Signature).where(Signature.participant_id == own, Signature.interpreted.is_not(None))
    for mark in reader.db.scalars(marks.order_by(Mark.at, Mark.id)):
        yield _heard(reader, mark, reader.say(f"mark.{mark.kind}"))
    for signature in reader.db.scalars(signatures.order_by(Signature.at, Signature.id)):
        yield _heard(reader, signature, reader.say("act.sign"))


def _heard(reader: Reader, one: Mark | Signature, what: str) -> Entry:
    told = dict(remaining(reader.db, one, "interpreted") or {})
    if not told:
        return Entry(one.at, what, reader.say("error.words-gone"))
    if "interpreter" in told:
        told["interpreter"] = reader.text(reader.db.get_one(Participant, told["interpreter"]), "name")
    said = reader.say("own.read-aloud", into=own_languages.into(told.pop("language"), reader.language))
    return Entry(one.at, what, "\n".join([said, *(reader.field(name, text) for name, text in told.items())]))


def agreed_texts(reader: Reader) -> Iterator[tuple[str, datetime, str]]:
    """The words of what somebody agreed to, in their language: a name for a file, when they agreed (UTC), and the text.

    Each text comes once, if the last that they said of it was yes; what was recorded by mistake does not count. Several of
    one kind are numbered by one's own, for whoever agrees does not know how many versions there were.
    """
    answers = select(AgreedText, Mark).join(Mark, Mark.about == AgreedText.id)
    answers = answers.where(Mark.participant_id == reader.seat.participant_id, Mark.kind.in_(AGREEING))
    said = answers.where(or_(Mark.ended_why.is_(None), Mark.ended_why != "corrected"))
    last = {text.id: (text, mark) for text, mark in reader.db.execute(said.order_by(Mark.at, Mark.id))}
    agreed = [(text, mark.at) for text, mark in last.values() if mark.value == AGREEING[mark.kind]]
    numbers: Counter[str] = Counter()
    for text, at in sorted(agreed, key=lambda one: (one[1], one[0].version)):
        numbers[text.kind] += 1
        try:
            blocks = get(reader.db, text, "words")[reader.language]
            told = "\n\n".join("\n\n".join(filter(None, [one["heading"], *one["paragraphs"]])) for one in blocks)
        except NotFound as gone:
            told = reader.say(f"error.{gone.code}")
        yield f"{text.kind}-{numbers[text.kind]}", at, told


def attendance(reader: Reader) -> Iterator[Entry]:
    """On what one's attendance rests, by version."""
    if sees(reader.seat.roles, "attendance-basis") is not Level.OWN:
        return
    own = select(AttendanceBasis).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(AttendanceBasis.number)):
        ground = reader.say(f"attendance-ground.{one.ground}") if one.ground else ""
        yield Entry(one.at, reader.say(f"attendance-basis.{one.basis}"), ground)


def told_of_you(reader: Reader) -> Iterator[Entry]:
    """What the referral says of oneself."""
    if sees(reader.seat.roles, "referral-rest") is not Level.OWN:
        return
    joined = reader.db.get_one(Participant, reader.seat.participant_id).joined_at
    for one in read_referral(reader.db, reader.seat).parties or []:
        told = {"phone": one.phone, "availability": one.availability}
        lines = [reader.field(name, text) for name, text in told.items() if text]
        if lines:
            yield Entry(joined, lines[0], "\n".join(lines[1:]))


def signatures(reader: Reader) -> Iterator[Entry]:
    """When one signed, and how; the version is in no line, for a representative counts none."""
    own = select(Signature).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(Signature.at, Signature.id)):
        yield Entry(one.at, reader.say("own.signed"), reader.say(f"way.{one.way}"))


def safeguards(reader: Reader) -> Iterator[Entry]:
    """How a mediator put safeguards in place, in their own words."""
    own = select(SafeguardNote).filter_by(put_by=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(SafeguardNote.at, SafeguardNote.id)):
        yield Entry(one.at, reader.say(f"safeguard.{one.safeguard}"), reader.text(one))


def time_entries(reader: Reader) -> Iterator[Entry]:
    """Time worked beside sessions, as a mediator entered it."""
    own = select(TimeEntry).filter_by(participant_id=reader.seat.participant_id, taken_back_at=None)
    for one in reader.db.scalars(own.order_by(TimeEntry.day, TimeEntry.at, TimeEntry.id)):
        told = (say_date(one.day, reader.language), say_length(one.minutes, reader.language))
        yield Entry(one.at, " · ".join((*told, reader.say(f"work.{one.kind}"))))
