"""A mediator's own calendar feed: an address with a secret in it, which a calendar asks by itself, without signing in.

Whoever has the address reads the times, so of the secret only a keyed digest is stored, and its owner can renew or revoke it.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from mediation.case.seat import take_office
from mediation.errors import NotFound
from mediation.keys.keyring import INSTALLATION
from mediation.people.accounts import demand_any
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.people.second_factor import Proof
from mediation.people.sign_in_methods import tell
from mediation.store.database import Db
from mediation.store.models import CalendarFeed, Office, Person

MEDIATOR = "mediator"  # the office
READ = RateLimit("feed", 30, timedelta(minutes=1))  # of one feed: a calendar asks once an hour or seldomer
UNKNOWN = RateLimit("feed-unknown", 20, timedelta(seconds=30))  # addresses that are none, by client


# Whose account is in use, and whose sign-ins nobody has had closed on a call.
_WELL = Person.active, Person.sign_ins_closed_at.is_(None)


def may_have_feed(db: Db, person_id: str) -> bool:
    """Whether somebody mediates, and so may have a calendar feed."""
    held = Office.person_id == person_id, Office.office == MEDIATOR, Office.until.is_(None)
    return db.scalar(select(Office.id).where(*held).limit(1)) is not None


def make_own_feed(db: Db, person: Person, proof: Proof) -> str:
    """Give a mediator a calendar feed, in place of the one they had; every address of theirs gets a letter about it.

    Gives its secret, which is told only now. A person with a second factor has to show it first. Refuses with `office-needed`
    and `second-factor-needed`.
    """
    take_office(db, person.id, MEDIATOR)
    demand_any(db, person, proof)
    revoke_feed(db, person.id)
    secret = secrets.token_urlsafe(32)
    db.add(CalendarFeed(id=db.new_id(), person_id=person.id, digest=_digest(db, secret), created_at=db.now()))
    db.flush()
    tell(db, person)
    return secret


def feed_since(db: Db, person_id: str) -> datetime | None:
    """Since when somebody's calendar feed has its address (UTC), or None where there is none."""
    return db.scalar(select(CalendarFeed.created_at).where(CalendarFeed.person_id == person_id))


def revoke_feed(db: Db, person_id: str) -> None:
    """Let the address of somebody's calendar feed give nothing any more; twice changes nothing."""
    theirs = delete(CalendarFeed).where(CalendarFeed.person_id == person_id)
    db.execute(theirs.execution_options(synchronize_session=False))


def owner_of_feed(db: Db, secret: str, *, client: str) -> Person:
    """Whose calendar feed is at the address with this secret, counted as one reading of it.

    Refuses with `address-unknown` where there is none, or its owner's account or sign-ins were ended, and with
    `asked-too-often` a calendar that asks all the time, or a client that keeps trying.
    """
    feed = select(Person).join(CalendarFeed, CalendarFeed.person_id == Person.id)
    person = db.scalar(feed.where(CalendarFeed.digest == _digest(db, secret), *_WELL))
    if person is None:
        count_or_refuse(db, UNKNOWN, client)
        raise NotFound("address-unknown").keeping()
    count_or_refuse(db, READ, person.id)
    return person


def _digest(db: Db, secret: str) -> str:
    return db.keys.keyed_digest(INSTALLATION, f"calendar-feed\n{secret}".encode("utf-8", "surrogatepass"))
