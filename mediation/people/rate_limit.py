"""Rate limits, counted in the database so that all processes count together."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, or_

from mediation.errors import TooOften
from mediation.keys.keyring import INSTALLATION
from mediation.store.database import Db
from mediation.store.models import Pace
from mediation.store.upsert import upsert


@dataclass(frozen=True)
class RateLimit:
    """`burst` times at once, and one more after each `interval`."""

    name: str
    burst: int
    interval: timedelta


def count_if_within(db: Db, limit: RateLimit, subject: str) -> bool:
    """Count one more of `subject` if that is within the limit, and say whether it is. One statement.

    Of the subject (a person, an address, a client) only a keyed digest is stored. Each time adds one interval to the
    moment at which the allowance is full again (`rested_at`); at `burst` intervals ahead of now the limit is reached. What
    is refused adds nothing. A moment further ahead than that was written while the clock was wrong, and counts as the limit.
    """
    now, interval = _milliseconds(db), int(limit.interval.total_seconds() * 1000)
    digest = db.keys.keyed_digest(INSTALLATION, f"pace\n{limit.name}\n{subject}".encode("utf-8", "surrogatepass"))
    full = now + interval * limit.burst
    later = case((Pace.rested_at > full, full - interval), (Pace.rested_at > now, Pace.rested_at), else_=now) + interval
    first = {"subject": digest, "rested_at": now + interval}
    within = or_(Pace.rested_at <= full - interval, Pace.rested_at > full)
    return upsert(db, Pace.subject, first, {"rested_at": later}, Pace.subject, within) is not None


def count_or_refuse(db: Db, limit: RateLimit, subject: str) -> None:
    """Count one more of `subject`, or refuse with `asked-too-often` and the `seconds` after which it is surely possible.

    These are a whole interval: the remaining time would reveal when somebody else asked.
    """
    if not count_if_within(db, limit, subject):
        raise TooOften("asked-too-often", seconds=int(limit.interval.total_seconds()))


def forget_past(db: Db) -> None:
    """Delete the counts of all whose allowance is full again."""
    db.execute(delete(Pace).where(Pace.rested_at <= _milliseconds(db)).execution_options(synchronize_session=False))


def _milliseconds(db: Db) -> int:
    return int(db.now().timestamp() * 1000)
