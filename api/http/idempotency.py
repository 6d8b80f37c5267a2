"""`Idempotency-Key`: a request that is sent again within 24 hours has one effect and gets the same answer."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from mediation.errors import NotYet
from mediation.installation.due import forget_answers
from mediation.keys.keyring import INSTALLATION, DeletionClock, KeyName
from mediation.store.database import Db
from mediation.store.models import IdempotencyKey, get, put
from mediation.store.models.base import key_name

HEADER = "Idempotency-Key"
KEY_LIMIT = 200
# The encryption keys that everybody in a case shares, in the order in which they are destroyed.
_CLOCKS = (DeletionClock.CONTENT, DeletionClock.AGREEMENT, DeletionClock.RECORD)
_STORED_HEADERS = ("content-type", "content-language", "etag", "location")


class AlreadyAnswered(Exception):
    """This request was carried out before; `response` is the answer that was sent then."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def note_attempt(request: Request) -> None:
    """Read the `Idempotency-Key` and the body of a request, for `recall`."""
    key = request.headers.get(HEADER)
    if key is not None:
        line = f"{request.method} {request.url.path}?{request.url.query}\n"
        request.state.attempt = key, line.encode() + await request.body()


def recall(db: Db, request: Request, person_id: str, case_id: str = "") -> None:
    """Claim the request's idempotency key, if it has one, in the transaction of its act, which is about a case or (`""`) none.

    The answer is encrypted with the key of the case that is destroyed first. Raises `AlreadyAnswered` when the person made
    this request before; refuses with `idempotency-key-reused` another request under the same key. Of two requests at the
    same moment the second waits here until the first is committed.
    """
    attempt: tuple[str, bytes] | None = getattr(request.state, "attempt", None)
    if attempt is None:
        return
    key, content = attempt
    forget_answers(db)
    # Keyed digests, because the words of a short request could be guessed from a plain one.
    key_digest = _key_digest(db, person_id, key)
    clock = _clock_of(db, case_id) if case_id else None
    claim = IdempotencyKey(id=db.new_id(), person_id=person_id, key_digest=key_digest, status=0, at=db.now())
    claim.case_id, claim.clock = (case_id, clock) if clock else (None, None)
    claim.request_digest = _request_digest(db, claim, content)
    put(db, claim, "answer", None)
    try:
        with db.begin_nested():
            db.add(claim)
    except IntegrityError:
        earlier = db.scalars(select(IdempotencyKey).where(IdempotencyKey.key_digest == key_digest)).one()
        if earlier.request_digest != _request_digest(db, earlier, content):
            raise NotYet("idempotency-key-reused") from None
        raise AlreadyAnswered(_answer_again(db, earlier)) from None
    request.state.db, request.state.claim = db, claim


def was_used(db: Db, person_id: str, key: str) -> bool:
    """Whether this person has had a request carried out under this key."""
    digest = _key_digest(db, person_id, key)
    return db.scalar(select(IdempotencyKey.id).where(IdempotencyKey.key_digest == digest)) is not None


def _key_digest(db: Db, person_id: str, key: str) -> str:
    return db.keys.keyed_digest(INSTALLATION, f"{person_id}\n{key}".encode())


def _clock_of(db: Db, case_id: str) -> DeletionClock | None:
    return next((clock for clock in _CLOCKS if not db.keys.is_gone(KeyName(case_id, clock))), None)


def _request_digest(db: Db, claim: IdempotencyKey, content: bytes) -> str:
    return db.keys.keyed_digest(key_name(claim, "answer"), content)


def _answer_again(db: Db, earlier: IdempotencyKey) -> Response:
    answer = get(db, earlier, "answer")
    return Response(answer["body"].encode(), earlier.status, answer["headers"])


def remember(request: Request, response: Response) -> None:
    """Store the answer with the claim, while the transaction is still open."""
    db: Db = request.state.db
    claim: IdempotencyKey = request.state.claim
    headers = {name: response.headers[name] for name in _STORED_HEADERS if name in response.headers}
    put(db, claim, "answer", {"body": bytes(response.body).decode(), "headers": headers})
    claim.status = response.status_code


def has_claim(request: Request) -> bool:
    """Whether this request's answer is to be stored."""
    return hasattr(request.state, "claim")
