"""The second factor: shown before signing on one's own device, where the organisation asks for it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import ColumnElement, select, update

from mediation.errors import NotFound, NotPermitted, NotYet
from mediation.keys.keyring import INSTALLATION
from mediation.letters import outbox
from mediation.people.authenticators import find_authenticator, take_code
from mediation.people.directory import digest_of, find_person
from mediation.people.links import CLOCKS_APART
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.people.sign_in_methods import APP, METHOD_OF, suspended
from mediation.people.wrong_codes import count_wrong, forget_wrong, refuse_tried_out
from mediation.store.database import Db
from mediation.store.models import Challenge, Organisation, Person, SignInSession
from mediation.words.fields import one_of

NONE, TOTP, LETTER = "none", "totp", "letter"
KINDS = (TOTP, LETTER)
SECOND_FACTORS = (NONE, *KINDS)  # what an organisation may ask for
GOOD_ENOUGH = {TOTP: (TOTP,), LETTER: KINDS}  # an app counts for a letter, too
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
    return {TOTP: APP not in closed and find_authenticator(db, person.id) is not None, LETTER: letter}


def challenge(db: Db, person: Person, session: SignInSession | None, kind: str | None = None) -> Challenge:
    """Begin a challenge: for a code of the app, or for one that a letter brings to the person's other address.

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
    row = Challenge(
        id=db.new_id(),
        person_id=person.id,
        session_id=session.id if session is not None else None,
        kind=chosen,
        created_at=db.now(),
        expires_at=db.now() + CODE_GOOD_FOR,
    )
    if chosen == LETTER and session is not None:
        code = f"{secrets.randbelow(1_000_000):06}"
        row.code_digest = _code_digest(db, row.id, code)
        params = {"code": code, "to": _OTHER[session.through]}
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


def demand(db: Db, person_id: str, organisation_id: str, proof: Proof) -> None:
    """Require the second factor that the organisation asks for, before somebody signs on their own device.

    Uses up the proof. Refuses with `second-factor-needed`, also where the proof is wrong, used or expired.
    """
    asked = db.get_one(Organisation, organisation_id).second_factor
    if asked != NONE:
        demand_one_of(db, person_id, GOOD_ENOUGH[asked], proof)


def has_shown(db: Db, person_id: str, organisation_id: str, proof: Proof) -> bool:
    """Whether `demand` would let them sign now. Only reads, and uses nothing up."""
    asked = db.get_one(Organisation, organisation_id).second_factor
    if asked == NONE or _in_session(db, GOOD_ENOUGH[asked], proof):
        return True
    return db.scalar(select(Challenge.id).where(*_good(db, person_id, GOOD_ENOUGH[asked], proof))) is not None


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
