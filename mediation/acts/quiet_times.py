"""Quiet times: until a day, or in some hours of every day, somebody is not written to; nobody asks why (workflow.md rule 24)."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.case.participants import find_own_or_led
from mediation.errors import Malformed, NotYet
from mediation.letters.waiting import MORNING
from mediation.store.database import Db
from mediation.store.models import QuietTime, is_gone
from mediation.words.fields import Day, TimeOfDay

LONGEST = timedelta(days=366)
LONGEST_HOURS = 16  # of a day: in the others letters arrive


@act("keep-quiet")
def keep_quiet(
    case: Acting,
    participant_id: str,
    *,
    until: Day | None = None,
    begins: TimeOfDay | None = None,
    ends: TimeOfDay | None = None,
) -> QuietTime:
    """Write no letters to somebody until the morning of a day, or every day from one hour to another; they wait meanwhile.

    One's own wish, or a mediator's note for anybody at the case; no reason is asked, and mediators alone see it. Letters
    about signing in still go. It takes the place of what was said before: without any of the three, nothing is quiet. Once
    the letters of a case are deleted none are written, and it refuses with `nothing-more-kept`. Refuses with
    `participant-not-found` (also somebody else, to whom it is not given to note that), `date-not-ahead`, `quiet-too-long`,
    `quiet-hours-incomplete` and `quiet-hours-too-long`.
    """
    whose, _ = find_own_or_led(case.db, case.seat, participant_id)
    if is_gone(case.db, whose, "name"):
        raise NotYet("nothing-more-kept")
    today = case.db.today()
    if until is not None and until <= today:
        raise Malformed("date-not-ahead", field="until")
    if until is not None and until > today + LONGEST:
        raise Malformed("quiet-too-long", field="until", limit=LONGEST.days)
    hours = _hours(begins, ends)
    said = {"until_day": until, "begins": hours[0], "ends": hours[1]}
    row = case.row(QuietTime, participant_id=whose.id)
    if row is None:
        row = case.write(QuietTime(participant_id=whose.id, **said))
        case.record(row.id, whose.id)
    elif any(getattr(row, name) != value for name, value in said.items()):
        case.change(row, whose.id, **said, at=case.db.now())
    return row


def refuse_while_quiet(case: Acting, participant_id: str) -> None:
    """Refuse with `not-to-be-written-to` to ask somebody who is not written to until a day: a letter would not reach them.

    So nobody's rest is taken for silence. Hours of quiet only delay a letter, and hinder nothing.
    """
    row = case.row(QuietTime, participant_id=participant_id)
    if row is not None and row.until_day is not None and row.until_day > case.db.today():
        raise NotYet("not-to-be-written-to")


def quiet_until(db: Db, participant_id: str) -> datetime | None:
    """The morning (UTC) until which somebody is not to be written to, as said by a day; None where none was said."""
    row = db.scalar(select(QuietTime).filter_by(participant_id=participant_id))
    if row is None or row.until_day is None:
        return None
    return datetime.combine(row.until_day, time(*divmod(MORNING, 60)), db.zone).astimezone(UTC)


def _hours(begins: str | None, ends: str | None) -> tuple[int | None, int | None]:
    if begins is None and ends is None:
        return None, None
    if begins is None or ends is None:
        raise Malformed("quiet-hours-incomplete", field="ends" if ends is None else "begins")
    minutes = _minutes(begins), _minutes(ends)
    if not 0 < (minutes[1] - minutes[0]) % (24 * 60) <= LONGEST_HOURS * 60:
        raise Malformed("quiet-hours-too-long", field="ends", limit=LONGEST_HOURS)
    return minutes


def _minutes(time: str) -> int:
    hour, _, minute = time.partition(":")
    return int(hour) * 60 + int(minute)
