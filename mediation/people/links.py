"""One-time links: 256 random bits in a letter, stored as a digest only, valid once and for a limited time.

A link that signs in has a short code beside it, for whoever cannot open the link: see typed_codes.py.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, delete, update

from mediation.errors import NotSignedIn
from mediation.letters import outbox
from mediation.people.directory import digest_of
from mediation.people.drawn_codes import code_digest, draw_code
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.store.database import Db
from mediation.store.models import Link, encrypted_words
from mediation.store.somebody import insert_for

KEPT = timedelta(days=1)  # after a link expired
# How far the clocks of two machines may be apart. What was made further in the future was made while a clock was wrong, and
# would be valid for too long.
CLOCKS_APART = timedelta(minutes=1)
WITH_CODE = ("sign-in", "invitation")  # the purposes of links that have a code beside them
TYPED = "typed-code"  # the kind of that code

WRONG = RateLimit("wrong", 20, timedelta(seconds=30))  # of unusable links, by client


def refused_link(db: Db, client: str) -> NotSignedIn:
    """The refusal `link-unusable`, counted against the `client` that sent the link. A usable link is never counted.

    Refuses with `asked-too-often` a client that keeps sending unusable ones.
    """
    count_or_refuse(db, WRONG, client)
    return NotSignedIn("link-unusable").keeping()


def send_link(
    db: Db,
    person_id: str,
    purpose: str,
    letter: str,
    good_for: timedelta,
    *,
    through: str = "email",
    address: str | None = None,
    language: str | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
    words: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Make a link for `purpose` and put the `letter` with it into the outbox, to the person's address `through`.

    Or to `address`, which is stored with the link. The letter holds `words`, too. For an unknown person the same statements
    run and write nothing. Gives the id of the link.
    """
    secret, link_id, now = secrets.token_urlsafe(32), db.new_id(), db.now()
    code = draw_code(2) if purpose in WITH_CODE else None
    entered = {"id": link_id, "purpose": purpose, "through": through, "digest": digest_of(secret), **more}
    entered |= {"created_at": now, "expires_at": now + good_for}
    if code is not None:
        entered["code_digest"] = code_digest(db, TYPED, link_id, code)
    if address is not None:
        entered["address"] = encrypted_words(db, Link, {"id": link_id}, "address", address)
    insert_for(db, person_id, Link, entered)
    params = {
        **({"code": code} if code else {}),
        **words,
        "secret": secret,
        "to": through,
        "address": address,
        "language": language,
    }
    outbox.write_to(db, person_id, letter, params, about=link_id, good_until=now + good_for)
    return link_id


def use_link(db: Db, secret: str, *purposes: str, of_the_future: bool = False) -> Link | None:
    """Use up the link of this secret; None where it is unknown, used, expired or has none of the `purposes`.

    Also None for a link made in the future, while the clock was wrong, unless `of_the_future`. Of two requests with the
    same link at once one gets it. The letter that brought it is wiped.
    """
    good = (
        Link.digest == digest_of(secret),
        Link.purpose.in_(purposes),
        Link.used_at.is_(None),
        Link.expires_at > db.now(),
        *(() if of_the_future else (Link.created_at <= db.now() + CLOCKS_APART,)),
    )
    used = update(Link).where(*good).values(used_at=db.now()).returning(Link)
    link = db.scalar(used.execution_options(synchronize_session=False))
    if link is not None:
        outbox.wipe(db, link.id)
    return link


def revoke_links(db: Db, person_id: str, *which: ColumnElement[bool]) -> None:
    """Revoke the unused links of a person, only those that meet the conditions `which`."""
    theirs = Link.person_id == person_id, Link.used_at.is_(None), *which
    db.execute(update(Link).where(*theirs).values(used_at=db.now()).execution_options(synchronize_session=False))


def forget_links(db: Db) -> None:
    """Delete the links that expired more than a day ago."""
    db.execute(delete(Link).where(Link.expires_at < db.now() - KEPT).execution_options(synchronize_session=False))
