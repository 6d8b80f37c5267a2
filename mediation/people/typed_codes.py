"""The code beside a link that signs in, for whoever cannot open the link: typed with the address it was sent to.

Eight of 31 signs, with five tries each and few letters an hour, cannot be guessed. After them the code is over, never its link.
"""

from datetime import timedelta

from sqlalchemy import and_, or_, select, update

from mediation.errors import NotSignedIn, TooOften
from mediation.letters import outbox
from mediation.letters.validity import CODE_VALID_FOR
from mediation.people.drawn_codes import TRIES, is_code
from mediation.people.links import CLOCKS_APART, TYPED, WITH_CODE
from mediation.people.mailboxes import email_hashes, is_at, mailbox
from mediation.people.rate_limit import RateLimit, count_if_within
from mediation.store.database import Db
from mediation.store.models import Link, Person, get

WRONG_CODES = RateLimit("wrong-typed", 20, timedelta(seconds=30))  # by client


def use_code(db: Db, email: str, code: str, *, client: str) -> Link:
    """Use up the link of this code, which was sent to this address within its life and 24 hours; its letter is wiped.

    A wrong code counts as a try of every code that the address has open now. For an unknown address the same statements
    run. Refuses with `email-malformed`, with `code-unusable` a code that is wrong, used, too old or was tried five times,
    and with `asked-too-often` a client that keeps sending such.
    """
    same, box, now = email_hashes(db, email), mailbox(email), db.now()
    theirs = or_(
        and_(Link.through == "email", Person.email_hash.in_(same)),
        and_(Link.through == "private_email", Person.private_email_hash.in_(same)),
    )
    made = Link.created_at > now - CODE_VALID_FOR, Link.created_at <= now + CLOCKS_APART
    good = Link.purpose.in_(WITH_CODE), Link.used_at.is_(None), Link.expires_at > now, *made
    tried = Link.code_digest.is_not(None), Link.code_tries < TRIES
    # Locked, so that parallel guesses are all counted.
    rows = db.execute(
        select(Link, Person)
        .join(Person, Person.id == Link.person_id)
        .where(*good, *tried, theirs)
        .order_by(Link.id)
        .with_for_update(of=Link)
    ).all()
    found = [link for link, person in rows if is_at(get(db, person, link.through), box)]
    right = next((one for one in found if is_code(db, TYPED, one, code)), None)
    if right is None:
        count = update(Link).where(Link.id.in_([one.id for one in found])).values(code_tries=Link.code_tries + 1)
        db.execute(count.execution_options(synchronize_session=False))
        raise refused_code(db, client)
    right.used_at = now
    db.flush()
    outbox.wipe(db, right.id)
    return right


def refused_code(db: Db, client: str) -> NotSignedIn | TooOften:
    """The refusal `code-unusable`, counted against the `client`; `asked-too-often` for one that keeps sending such.

    Either keeps what was counted: a try is one however often the client asks.
    """
    if not count_if_within(db, WRONG_CODES, client):
        return TooOften("asked-too-often", seconds=int(WRONG_CODES.interval.total_seconds())).keeping()
    return NotSignedIn("code-unusable").keeping()
