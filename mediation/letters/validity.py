"""For how long what a letter brings is valid: a link or a code. Minutes count from when the mail server gets the letter."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select, update

from mediation.letters.outbox import update_letters
from mediation.store.database import Db
from mediation.store.models import Challenge, Letter, Link

HANDED_OVER_WITHIN = timedelta(hours=1)  # of the asking: what is handed over later was valid for too long
# By kind of letter, from the handing over. What others bring is valid until a moment that is known when they are written.
VALID_FOR: Mapping[str, timedelta] = MappingProxyType(
    {
        "sign-in-link": timedelta(minutes=15),
        "sign-in-link-shared": timedelta(minutes=15),
        "second-factor-code": timedelta(minutes=10),
        "new-address": timedelta(hours=24),
    }
)
CODE_VALID_FOR = timedelta(hours=24)  # of a code beside a link that is valid for longer, from the asking


def valid_until(kind: str, good_until: datetime, handed_over: datetime) -> datetime:
    """Until when (UTC) what a letter brings is valid that is handed over at this moment, at the latest until `good_until`."""
    valid_for = VALID_FOR.get(kind)
    return good_until if valid_for is None else min(good_until, handed_over + valid_for)


def shorten(db: Db, letter_id: str, until: datetime) -> None:
    """Let what a letter brought be valid until that moment (UTC), as it says, and not as long as if it still waited."""
    brought = select(Letter.about).where(Letter.id == letter_id).scalar_subquery()
    for row in (Link, Challenge):
        lasting = update(row).where(row.id == brought, row.expires_at > until).values(expires_at=until)
        db.execute(lasting.execution_options(synchronize_session=False))
    update_letters(db, Letter.id == letter_id, Letter.good_until > until, good_until=until)
