"""Somebody's part in a case, for their own copy: particulars, on what attendance rests, signatures, what was interpreted."""

from collections.abc import Iterator

from babel import Locale
from sqlalchemy import select

from mediation.case.visibility import Level, sees
from mediation.reading.own_entries import Entry, Reader
from mediation.reading.quiet_times import time_of_day
from mediation.reading.referrals import read_referral
from mediation.store.models import (
    AddressChange,
    AttendanceBasis,
    Mark,
    Participant,
    QuietTime,
    RoleHeld,
    SafeguardNote,
    Signature,
    remaining,
)
from mediation.words import own_languages
from mediation.words.catalogue import LOCALES, say_date


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


def quiet_times(reader: Reader) -> Iterator[Entry]:
    own = select(QuietTime).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own):
        until = say_date(one.until_day, reader.language) if one.until_day else ""
        told = {"until": until, "begins": time_of_day(one.begins), "ends": time_of_day(one.ends)}
        lines = [reader.field(name, value) for name, value in told.items() if value]
        if lines:
            yield Entry(one.at, lines[0], "\n".join(lines[1:]))


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
