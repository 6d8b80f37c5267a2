"""Rate limits: how often the same may be asked, counted in the database, so that all processes count together."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, or_
from sqlalchemy.dialects import postgresql, sqlite

from mediation.errors import TooOften
from mediation.keys.keyring import INSTALLATION
from mediation.store.database import Db
from mediation.store.models import Pace


@dataclass(frozen=True)
class RateLimit:
    """So many at once (`burst`), and one more after each `rest`."""

    name: str
    burst: int
    rest: timedelta


def keeps(db: Db, limit: RateLimit, subject: str) -> bool:
    """Whether `subject` may do it once more, and if so, count it. One statement; nobody's address is written down.

    Each time adds one rest to the time at which the subject will have rested; who is `burst` rests ahead waits. Who waits
    is not made to wait longer by asking. Nobody gets further ahead than that under a right clock: who is was counted while
    the clock was wrong, and from this time on is `burst` rests ahead, no more.
    """
    now, rest = _milliseconds(db), int(limit.rest.total_seconds() * 1000)
    digest = db.keys.keyed_digest(INSTALLATION, f"pace\n{limit.name}\n{subject}".encode("utf-8", "surrogatepass"))
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    full = now + rest * limit.burst
    later = case((Pace.rested_at > full, full - rest), (Pace.rested_at > now, Pace.rested_at), else_=now) + rest
    counted = (
        insert(Pace)
        .values(subject=digest, rested_at=now + rest)
        .on_conflict_do_update(
            index_elements=[Pace.subject],
            set_={"rested_at": later},
            where=or_(Pace.rested_at <= full - rest, Pace.rested_at > full),
        )
        .returning(Pace.subject)
    )
    return db.execute(counted, execution_options={"synchronize_session": False}).first() is not None


def slow_down(db: Db, limit: RateLimit, subject: str) -> None:
    """Count one time more, or refuse with `asked-too-often` and the `seconds` after which it is surely possible again.

    They are a whole rest: how much of it remains would tell what somebody else did.
    """
    if not keeps(db, limit, subject):
        raise TooOften("asked-too-often", seconds=int(limit.rest.total_seconds()))


def forget_rested(db: Db) -> None:
    """Forget everybody who has rested: to them it is as if they had never asked."""
    db.execute(delete(Pace).where(Pace.rested_at <= _milliseconds(db)).execution_options(synchronize_session=False))


def _milliseconds(db: Db) -> int:
    return int(db.now().timestamp() * 1000)
