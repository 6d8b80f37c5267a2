"""Booked times as calendars read them (iCalendar, RFC 5545): that a time is booked or cancelled, never for what or with whom.

A calendar may be open to colleagues, whatever its owner thinks: so a title tells nothing, and no entry names a place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress, vDuration, vText

TITLES = {"fi": "Varattu aika", "sv": "Bokad tid", "en": "Booked time"}
PUBLISH, CANCEL = "PUBLISH", "CANCEL"  # the methods (RFC 5546); a mail names the same one in its MIME type
_MAKER = "-//Calendar//EN"
_NOBODY = "mailto:noreply@calendar.invalid"  # an entry needs an organiser; this one names nobody and takes no answers


@dataclass(frozen=True)
class BookedTime:
    """A time that is booked, or was: `id` is random and stays the same, `changes` is how often it was moved or cancelled."""

    id: str
    begins: datetime
    minutes: int
    changes: int = 0
    cancelled: bool = False


def calendar_file(
    times: Iterable[BookedTime],
    language: str,
    *,
    method: str,
    written_at: datetime,
    again_after: timedelta | None = None,
) -> bytes:
    """A calendar of booked times with neutral titles in `language`, written at a moment (UTC); the same each time.

    A feed says with `again_after` how long a program should wait before it asks again.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _MAKER)
    calendar.add("method", method)
    if again_after is not None:
        calendar.add("refresh-interval", again_after, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(again_after))
        calendar.add("x-wr-calname", TITLES[language])
    for one in times:
        calendar.add_component(_entry(one, language, written_at))
    return bytes(calendar.to_ical())


def _entry(time: BookedTime, language: str, written_at: datetime) -> Event:
    begins = time.begins.astimezone(UTC)
    entry = Event()
    entry.add("uid", time.id)
    entry.add("dtstamp", written_at.astimezone(UTC))
    entry.add("dtstart", begins)
    entry.add("dtend", begins + timedelta(minutes=time.minutes))
    entry.add("sequence", time.changes)
    entry.add("status", "CANCELLED" if time.cancelled else "CONFIRMED")
    entry.add("summary", TITLES[language])
    entry.add("class", "PRIVATE")
    nobody = vCalAddress(_NOBODY)
    nobody.params["CN"] = vText(TITLES[language])
    entry.add("organizer", nobody)
    return entry
