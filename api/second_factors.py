"""Routes of the second factor: enrolling an app, and answering a challenge with a code of the app or of a letter."""

from datetime import datetime

from api.http.bodies import Body
from api.http.callers import Caller
from api.http.dependencies import Reading, ReadOwn, WriteOwn, WriteSession, Writing
from api.http.modes import also_in
from api.http.problems import View, problems
from api.http.routes import router_for
from mediation.case.in_room import MEDIATORS
from mediation.people import accounts
from mediation.people import second_factor as acts
from mediation.store.database import Db
from mediation.words.fields import Code, Id, choices

router = router_for("/second-factor", "second-factor")


class FactorsView(View):
    """Which second factors you have: an app (`totp`), another address for a code (`letter`), a code handed to you."""

    totp: bool
    letter: bool
    in_person: bool


class EnrolmentView(View):
    """What the app needs, shown only now: the secret, and the same as an address for a QR code to scan."""

    secret: str
    uri: str


class CodeBody(Body):
    """Six digits."""

    code: Code


class ChallengeBody(Body):
    """Which factor you want to show; left out, the best you have."""

    kind: str | None = choices(acts.KINDS, default=None)


class ChallengeView(View):
    """What you are asked for, and until when."""

    id: str
    kind: str
    expires_at: datetime


class ProofView(View):
    """What you send as `proof` when you sign, once; a session needs to send nothing for as long."""

    proof: str
    good_until: datetime


@router.get("")
@also_in(*MEDIATORS)
def read_factors(caller: ReadOwn, db: Reading) -> FactorsView:
    """Which second factors you can show."""
    return _factors(db, caller)


def _factors(db: Db, caller: Caller) -> FactorsView:
    has = acts.has_second_factors(db, caller.person, caller.session)
    return FactorsView(totp=has[acts.TOTP], letter=has[acts.LETTER], in_person=has[acts.IN_PERSON])


@router.post("/totp", status_code=201)
def enrol(caller: WriteSession, db: Writing) -> EnrolmentView:
    """Begin to use an app; it counts once you confirm a code that it shows. Show another second factor first, if you have one."""
    return EnrolmentView(**accounts.enrol_authenticator(db, caller.person, caller.proof())._asdict())


@router.post("/totp/confirmations", status_code=201)
def confirm(body: CodeBody, caller: WriteSession, db: Writing) -> FactorsView:
    """Confirm the app with a code that it shows."""
    accounts.confirm_authenticator(db, caller.person, body.code)
    return _factors(db, caller)


@router.delete("/totp", status_code=204)
def drop(caller: WriteSession, db: Writing) -> None:
    """Use no app any more. Show a second factor first."""
    accounts.drop_authenticator(db, caller.person, caller.proof())


@router.post("/challenges", status_code=201, responses=problems(429))
@also_in(*MEDIATORS)
def challenge(body: ChallengeBody, caller: WriteOwn, db: Writing) -> ChallengeView:
    """Be asked for a second factor."""
    row = acts.challenge(db, caller.person, caller.session, body.kind)
    return ChallengeView(id=row.id, kind=row.kind, expires_at=row.expires_at)


@router.post("/challenges/{challenge}/proofs", status_code=201, responses=problems(404))
@also_in(*MEDIATORS)
def prove(challenge: Id, body: CodeBody, caller: WriteOwn, db: Writing) -> ProofView:
    """Answer with the code: five tries, ten minutes."""
    proven = acts.prove(db, caller.person.id, challenge, body.code, caller.session)
    return ProofView(proof=proven.secret, good_until=proven.good_until)
