"""The second factor: shown before signing on one's own device, where the organisation asks for it."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import ColumnElement, select, update

from mediation.errors import NotFound, NotPermitted, NotYet
from mediation.keys.keyring import INSTALLATION
from mediation.letters import outbox
from mediation.letters.validity import HANDED_OVER_WITHIN
from mediation.people.authenticators import find_authenticator, take_code
from mediation.people.directory import digest_of, find_person
from mediation.people.links import CLOCKS_APART
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.people.sign_in_methods import APP, METHOD_OF, suspended
from mediation.people.wrong_codes import count_wrong, forget_wrong, refuse_tried_out
from mediation.store.database import Db
from mediation.store.models import Challenge, Organisation, Person, SignInSession
from mediation.store.models.people import ADDRESSES, is_shared
from mediation.words.fields import one_of

NONE, TOTP, LETTER = "none", "totp", "letter"
IN_PERSON = "in-person"  # a code from a mediator who has met them
KINDS = (TOTP, LETTER, IN_PERSON)
SECOND_FACTORS = (NONE, TOTP, LETTER)  # what an organisation may ask for
GOOD_ENOUGH = {TOTP: (TOTP,), LETTER: KINDS}  # the others count for a letter, too
CODE_GOOD_FOR = timedelta(minutes=10)
PROOF_GOOD_FOR = timedelta(minutes=10)
TRIES = 5
CHALLENGES = RateLimit("challenges", 5, timedelta(minutes=15))
_OTHER = {"email": "private_email", "private_email": "email"}  # the address that somebody did not come through


@dataclass(frozen=True)
class Proof:
    """What a caller shows: the secret of a proof, or a session in which a second factor was shown within ten minutes."""

    secret: str | None = None
    session: SignInSession | None = None


NO_PROOF = Proof()


@dataclass(frozen=True)
class Proven:
    """A new proof: its secret, which is not stored, and until when it is valid (UTC)."""

    secret: str
    good_until: datetime


def has_second_factors(db: Db, person: Person, session: SignInSession | None) -> dict[str, bool]:
    """Which second factors somebody can show in a session, or (None) with a token."""
    # A letter goes to the address that the session did not come through. With a token that is unknown: somebody who reads one
    # mailbox could make a token there and have the code sent to it.
    closed = suspended(db, person.id)
    other = _OTHER[session.through] if session is not None else None
    letter = other is not None and getattr(person, other) is not None and METHOD_OF[other] not in closed
    letter = letter and other not in shared_addresses(db, person.id)
    app = APP not in closed and find_authenticator(db, person.id) is not None
    return {TOTP: app, LETTER: letter, IN_PERSON: session is not None and _handed(db, person.id) is not None}


def shared_addresses(db: Db, person_id: str) -> frozenset[str]:
    """The addresses of a person (`email`, `private_email`) that somebody else reads, too."""
    found = db.execute(select(*(is_shared(person_id, one) for one in ADDRESSES))).one()
    return frozenset(one for one, is_so in zip(ADDRESSES, found, strict=True) if is_so)


def came_through(session: SignInSession | None, shared: Collection[str]) -> bool:
    """Whether somebody came through an address that others read; with a token or in the room, whether they have one."""
    if session is None or session.room_sign_in_id is not None:
        return bool(shared)
    return session.through in shared


def is_unproven(session: SignInSession | None, shared: Collection[str]) -> bool:
    """Whether somebody came through an address that others read, and has shown no second factor since."""
    return came_through(session, shared) and (session is None or session.proven_by not in KINDS)


def make_code(db: Db, person_id: str) -> tuple[str, datetime]:
    """Six digits to hand to somebody who was met, and until when (UTC) they can be typed; earlier ones end."""
    earlier = update(Challenge).where(Challenge.person_id == person_id, Challenge.kind == IN_PERSON)
    db.execute(earlier.values(used_at=db.now(), expires_at=db.now()), execution_options={"synchronize_session": False})
    row = _new_challenge(db, person_id, IN_PERSON)
    code = _draw_code(db, row)
    db.add(row)
    db.flush()
    return code, row.expires_at


def _handed(db: Db, person_id: str) -> Challenge | None:
    theirs = Challenge.person_id == person_id, Challenge.kind == IN_PERSON, Challenge.tries < TRIES
    waits = Challenge.proven_at.is_(None), Challenge.expires_at > db.now()
    return db.scalar(select(Challenge).where(*theirs, *waits))


def _new_challenge(db: Db, person_id: str, kind: str) -> Challenge:
    row = Challenge(id=db.new_id(), person_id=person_id, kind=kind, created_at=db.now())
    row.expires_at = db.now() + CODE_GOOD_FOR
    return row


def _draw_code(db: Db, row: Challenge) -> str:
    code = f"{secrets.randbelow(1_000_000):06}"
    row.code_digest = _code_digest(db, row.id, code)
    return code


def challenge(db: Db, person: Person, session: SignInSession | None, kind: str | None = None) -> Challenge:
    """Begin a challenge: for a code of the app, one that a letter brings to the person's other address, or one handed to them.

    Refuses with `second-factor-missing` where they have no second factor (of this `kind`), with `asked-too-often`, and
    like `refuse_tried_out`.
    """
    refuse_tried_out(db, person.id)
    has = has_second_factors(db, person, session)
    if kind is not None:
        one_of(kind, KINDS, "kind")
    chosen = next((one for one in KINDS if has[one] and kind in {None, one}), None)
    if chosen is None:
        raise NotYet("second-factor-missing")
    count_or_refuse(db, CHALLENGES, person.id)
    handed = _handed(db, person.id) if chosen == IN_PERSON else None
    row = handed or _new_challenge(db, person.id, chosen)
    row.session_id = session.id if session is not None else None
    if chosen == LETTER and session is not None:
        row.expires_at = db.now() + HANDED_OVER_WITHIN  # its minutes count from when the mail server has the letter
        params = {"code": _draw_code(db, row), "to": _OTHER[session.through]}
        outbox.write_to(db, person.id, "second-factor-code", params, about=row.id, good_until=row.expires_at)
    db.add(row)
    db.flush()
    return row


def _code_digest(db: Db, challenge_id: str, code: str) -> str:
    return db.keys.keyed_digest(INSTALLATION, f"code\n{challenge_id}\n{code}".encode("utf-8", "surrogatepass"))


def prove(db: Db, person_id: str, challenge_id: str, code: str, session: SignInSession | None = None) -> Proven:
    """Answer a challenge with its code; the proof is valid for one signing, the `session` counts as proven for ten minutes.

    Refuses with `code-wrong`, at most five times, with `challenge-over` one that is not theirs, expired, answered or tried
    too often, and like `refuse_tried_out`.
    """
    refuse_tried_out(db, person_id)
    # Counted before the code is compared, so that parallel guesses are all counted.
    session_id = session.id if session is not None else None
    open_still = (
        Challenge.id == challenge_id,
        Challenge.person_id == person_id,
        Challenge.session_id.is_not_distinct_from(session_id),
        Challenge.proven_at.is_(None),
        Challenge.expires_at > db.now(),
        Challenge.created_at <= db.now() + CLOCKS_APART,
        Challenge.tries < TRIES,
    )
    counted = update(Challenge).where(*open_still).values(tries=Challenge.tries + 1).returning(Challenge)
    row = db.scalar(counted.execution_options(synchronize_session=False))
    if row is None:
        raise NotFound("challenge-over")
    if not _is_right(db, row, code):
        count_wrong(db, find_person(db, person_id), session)
        raise NotPermitted("code-wrong").keeping()
    forget_wrong(db, person_id)
    secret = secrets.token_urlsafe(32)
    row.proven_at, row.proof_digest = db.now(), digest_of(secret)
    if session is not None:
        session.proven_at, session.proven_by = db.now(), row.kind
    db.flush()
    outbox.wipe(db, row.id)
    return Proven(secret, db.now() + PROOF_GOOD_FOR)


def _is_right(db: Db, row: Challenge, code: str) -> bool:
    if row.code_digest is not None:
        return compare_digest(row.code_digest, _code_digest(db, row.id, code))
    authenticator = find_authenticator(db, row.person_id)
    return authenticator is not None and take_code(db, authenticator, code)


def demand(db: Db, person_id: str, organisation_id: str, proof: Proof, *, shared: bool = False) -> None:
    """Require the second factor that the organisation asks for, before somebody signs on their own device.

    Where the mailbox is `shared` one is required whatever the organisation asks. Uses up the proof. Refuses with
    `second-factor-needed`, also where the proof is wrong, used or expired.
    """
    if kinds := _asked(db, organisation_id, shared):
        demand_one_of(db, person_id, kinds, proof)


def has_shown(db: Db, person_id: str, organisation_id: str, proof: Proof, *, shared: bool = False) -> bool:
    """Whether `demand` would let them sign now. Only reads, and uses nothing up."""
    kinds = _asked(db, organisation_id, shared)
    if not kinds or _in_session(db, kinds, proof):
        return True
    return db.scalar(select(Challenge.id).where(*_good(db, person_id, kinds, proof))) is not None


def factor_shown(db: Db, person_id: str, proof: Proof) -> str | None:
    """The kind of second factor (totp, letter, in-person) that `proof` shows now; None where it shows none."""
    if _in_session(db, KINDS, proof):
        return proof.session.proven_by if proof.session is not None else None
    return db.scalar(select(Challenge.kind).where(*_good(db, person_id, KINDS, proof))) if proof.secret else None


def _asked(db: Db, organisation_id: str, shared: bool) -> tuple[str, ...]:
    asked = db.get_one(Organisation, organisation_id).second_factor
    return GOOD_ENOUGH[LETTER if shared and asked == NONE else asked] if shared or asked != NONE else ()


def has_just_shown(db: Db, session: SignInSession, kinds: tuple[str, ...]) -> bool:
    """Whether a second factor of one of `kinds` was shown in a session within ten minutes."""
    at = session.proven_at
    return session.proven_by in kinds and at is not None and db.now() - PROOF_GOOD_FOR < at <= db.now() + CLOCKS_APART


def demand_one_of(db: Db, person_id: str, kinds: tuple[str, ...], proof: Proof) -> None:
    """Require a second factor of one of `kinds`, and use up the proof. Refuses with `second-factor-needed`."""
    if _in_session(db, kinds, proof):
        return
    good = _good(db, person_id, kinds, proof)
    used = update(Challenge).where(*good).values(used_at=db.now()).returning(Challenge.id)
    if db.scalar(used.execution_options(synchronize_session=False)) is None:
        raise NotPermitted("second-factor-needed")


def _in_session(db: Db, kinds: tuple[str, ...], proof: Proof) -> bool:
    return proof.session is not None and has_just_shown(db, proof.session, kinds)


def _good(db: Db, person_id: str, kinds: tuple[str, ...], proof: Proof) -> tuple[ColumnElement[bool], ...]:
    return (
        Challenge.proof_digest == digest_of(proof.secret or ""),
        Challenge.person_id == person_id,
        Challenge.session_id.is_not_distinct_from(proof.session.id if proof.session is not None else None),
        Challenge.kind.in_(kinds),
        Challenge.proven_at > db.now() - PROOF_GOOD_FOR,
        Challenge.proven_at <= db.now() + CLOCKS_APART,
        Challenge.used_at.is_(None),
    )
