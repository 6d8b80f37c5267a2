"""FastAPI dependencies of our routes: a transaction, a seat or an office, the reader's language, the ETag they read."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Path, Query, Request
from fastapi.concurrency import contextmanager_in_threadpool

from api.http.callers import Caller, active, identify, identify_by_session
from api.http.idempotency import HEADER, KEY_LIMIT, note_attempt, recall
from api.http.languages import language_of
from api.http.seats import seat_of
from api.http.security import Credentials, Presented
from api.http.threads import a_turn, is_worker, threaded
from mediation.acts import stored_files
from mediation.case.drafts import throw_away
from mediation.case.seat import Seat, take_office
from mediation.errors import CaseChanged, Malformed, NotFound, NotPermitted, NotSignedIn, NotYet, PreconditionMissing
from mediation.installation.installation import Installation
from mediation.people import referral_drafts
from mediation.people.directory import COMPLAINTS, person_of_token
from mediation.store.database import Db
from mediation.store.models import Person
from mediation.words.fields import CaseNumber

# What is made before a transaction runs one at a time (signatures, most of which seal nothing, two at a time): one worker
# process makes it all.
ONE_AT_A_TIME, SIGNINGS_AT_A_TIME = 1, 2

Gathered = TypeVar("Gathered")

_ETAG = re.compile(r'(?:W/)?"([!#-~]{1,100})"')


async def installation_of(request: Request) -> Installation:
    """The installation that the application serves."""
    installation: Installation = request.app.state.installation
    return installation


Served = Annotated[Installation, Depends(installation_of)]


async def open_reading(request: Request, installation: Served) -> Db:
    """The transaction of a request that only reads. What it leaves to be noted is written by its `Route`, before the answer."""
    return await _opened(request, installation.database.reading(request.state.notes))


async def open_writing(request: Request, installation: Served) -> Db:
    """The transaction of a request that writes: committed before the answer leaves, or rolled back."""
    return await _opened(request, installation.database.writing())


async def _opened(request: Request, transaction: AbstractContextManager[Db]) -> Db:
    # It ends with the route and not, as with FastAPI's default, with the request: the client would get 200 before a commit
    # that then fails.
    until: AsyncExitStack = request.scope["fastapi_function_astack"]
    if is_worker():
        return until.enter_context(transaction)
    await until.enter_async_context(a_turn())
    return await until.enter_async_context(contextmanager_in_threadpool(transaction))


Reading = Annotated[Db, Depends(open_reading)]
Writing = Annotated[Db, Depends(open_writing)]

Number = Annotated[str, Path(max_length=40, description="The case's number.", examples=["2027-0001"])]
After = Annotated[CaseNumber | None, Query(description="The last number you have.")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many lines at most.")]
IdempotencyHeader = Annotated[
    str | None,
    Header(
        alias=HEADER,
        min_length=1,
        max_length=KEY_LIMIT,
        description="The same request under the same key gets the same answer, and has one effect, for 24 hours.",
        examples=["5f0c7f5e-plan-opening"],
    ),
]


@dataclass(frozen=True)
class Officeholder:
    """A person and the offices that they hold of those that the route asks for, by organisation."""

    person_id: str
    organisations: Mapping[str, frozenset[str]]


def _write_seat(db: Db, request: Request, number: str, presented: Credentials, *, or_admin: bool = False) -> Seat:
    seat = seat_of(db, request, number, presented, writing=True, or_admin=or_admin)
    request.state.db, request.state.seat = db, seat
    recall(db, request, seat.person_id, seat.case.id)
    if form := getattr(request.state, "draft", ""):  # a page of ours sends what was kept as a draft
        throw_away(db, seat, form)
    return seat


@threaded
def read_seat(request: Request, number: Number, db: Reading, presented: Presented) -> Seat:
    """The caller's seat at the case, for reading. Refuses with `token-unknown` and `case-not-found`."""
    seat = seat_of(db, request, number, presented, writing=False)
    request.state.db, request.state.seat = db, seat
    return seat


@threaded
def write_seat(
    request: Request, number: Number, db: Writing, presented: Presented, idempotency_key: IdempotencyHeader = None
) -> Seat:
    """The caller's seat at the case, with the lock to write. Refuses like `read_seat` and `recall`."""
    return _write_seat(db, request, number, presented)


@threaded
def assigning_seat(
    request: Request, number: Number, db: Writing, presented: Presented, idempotency_key: IdempotencyHeader = None
) -> Seat:
    """The caller's seat at the case or, if they have none, that of an administrator. Refuses like `write_seat`."""
    return _write_seat(db, request, number, presented, or_admin=True)


@dataclass(frozen=True)
class SeatReader:
    """Reads from the caller's seat in short reading transactions that end before anything slow begins: typesetting, an upload."""

    request: Request
    number: Number
    presented: Presented
    installation: Served

    def read(self, gather: Callable[[Db, Seat], Gathered]) -> Gathered:
        """What `gather` reads. Refuses like `read_seat` and `gather`."""
        with self.installation.database.reading(self.request.state.notes) as db:
            return gather(db, seat_of(db, self.request, self.number, self.presented, writing=False))

    def prepare(self, gather: Callable[[Db, Seat], Gathered]) -> Gathered | None:
        """What `gather` reads for an act that is to follow; None where it refuses.

        The writing transaction checks the same again under its lock and refuses then: after the check of the idempotency
        key, and with its own order of refusals.
        """

        def for_an_act(db: Db, seat: Seat) -> Gathered:
            if self.presented.token is not None:
                person_of_token(db, self.presented.token, "write")
            return gather(db, seat)

        try:
            return self.read(for_an_act)
        except (Malformed, NotSignedIn, NotPermitted, NotFound, NotYet, CaseChanged):
            return None


ReadSeat = Annotated[Seat, Depends(read_seat)]
BriefSeat = Annotated[SeatReader, Depends()]  # a route declares it before what opens a transaction
WriteSeat = Annotated[Seat, Depends(write_seat)]
AssigningSeat = Annotated[Seat, Depends(assigning_seat)]


@threaded
def read_self(request: Request, db: Reading, presented: Presented) -> Person:
    """The caller, whose account is active. Refuses with `token-unknown`, `signed-out` and `account-ended`."""
    return active(identify(db, request, presented, writing=False))


@threaded
def read_own(request: Request, db: Reading, presented: Presented) -> Caller:
    """The caller, also one whose account was ended. Refuses with `token-unknown` and `signed-out`."""
    return identify(db, request, presented, writing=False)


@dataclass(frozen=True)
class OwnReader:
    """Reads what is the caller's own in a short transaction that ends before something slow begins: typesetting."""

    request: Request
    presented: Presented
    installation: Served

    def read(self, gather: Callable[[Db, Person], Gathered]) -> Gathered:
        """What `gather` reads. Refuses like `read_own` and `gather`."""
        with self.installation.database.reading(self.request.state.notes) as db:
            return gather(db, identify(db, self.request, self.presented, writing=False).person)


@threaded
def write_own(request: Request, db: Writing, presented: Presented) -> Caller:
    """The same, for writing. Answers are not stored for `Idempotency-Key`: they may contain a secret."""
    return identify(db, request, presented, writing=True)


@threaded
def read_session(request: Request, db: Reading, presented: Presented) -> Caller:
    """The caller with a session, also one whose account was ended. Refuses a token with `session-needed`."""
    return identify_by_session(db, request, presented, writing=False)


@threaded
def write_session(request: Request, db: Writing, presented: Presented) -> Caller:
    """The same, for writing; answers are not stored."""
    return identify_by_session(db, request, presented, writing=True)


ReadSelf = Annotated[Person, Depends(read_self)]
ReadOwn = Annotated[Caller, Depends(read_own)]
BriefOwn = Annotated[OwnReader, Depends()]
WriteOwn = Annotated[Caller, Depends(write_own)]
ReadSession = Annotated[Caller, Depends(read_session)]
WriteSession = Annotated[Caller, Depends(write_session)]


def may_attach(seat: BriefSeat) -> bool:
    """Whether the caller may attach a scan, so that the file is worth receiving."""
    return seat.prepare(lambda db, its: stored_files.may_attach(its)) or False


async def sent_scan(request: Request, wanted: Annotated[bool, Depends(may_attach)]) -> bytes | None:
    """The file, or None where the caller may attach none; no transaction is open while it is received."""
    if not wanted:
        return None
    content = await request.body()
    await note_attempt(request)
    return content


class OfficeNeeded:
    """A dependency on a caller who holds one of these offices. Refuses with `token-unknown` and `office-needed`."""

    def __init__(self, *offices: str) -> None:
        self.offices = offices

    def holder(self, db: Db, request: Request, presented: Credentials, *, writing: bool) -> Officeholder:
        """The caller and the organisations in which they hold the office."""
        person = active(identify(db, request, presented, writing=writing))
        return Officeholder(person.id, take_office(db, person.id, *self.offices))


class ReadOffice(OfficeNeeded):
    """`Depends(ReadOffice("hr"))`: an office, for reading."""

    @threaded
    def __call__(self, request: Request, db: Reading, presented: Presented) -> Officeholder:
        """The officeholder who reads."""
        return self.holder(db, request, presented, writing=False)


class WriteOffice(OfficeNeeded):
    """`Depends(WriteOffice("hr"))`: an office, for writing."""

    @threaded
    def __call__(
        self, request: Request, db: Writing, presented: Presented, idempotency_key: IdempotencyHeader = None
    ) -> Officeholder:
        """The officeholder who writes."""
        holder = self.holder(db, request, presented, writing=True)
        recall(db, request, holder.person_id)
        if getattr(request.state, "draft", ""):  # a page of ours sends the referral that was kept as a draft
            referral_drafts.throw_away(db, holder.person_id)
        return holder


ReadComplaintsOffice = Annotated[Officeholder, Depends(ReadOffice(COMPLAINTS))]
ReadAdmin = Annotated[Officeholder, Depends(ReadOffice("admin"))]
WriteAdmin = Annotated[Officeholder, Depends(WriteOffice("admin"))]


async def reader_language(request: Request) -> str:
    """The language to answer in. A route declares it after its seat: only then the person's own language is known."""
    return language_of(request)


async def tag_of(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match", max_length=200, description="The ETag of what you read.", examples=['"3f2a9c0d1b7e4f60"']
        ),
    ] = None,
) -> str | None:
    """The entity tag of `If-Match`, without its quotes, or None where there is none.

    A weak tag counts as a strong one, because a proxy may have weakened it. Refuses with `if-match-malformed` what is not
    one tag in quotes, `*` too.
    """
    if if_match is None:
        return None
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise Malformed("if-match-malformed", field="If-Match")
    return match[1]


MaybeIfMatch = Annotated[str | None, Depends(tag_of)]


async def read_before(tag: MaybeIfMatch) -> str:
    """The entity tag of `If-Match`. Refuses with `if-match-missing` and like `tag_of`."""
    if tag is None:
        raise PreconditionMissing("if-match-missing")
    return tag


Language = Annotated[str, Depends(reader_language)]
IfMatch = Annotated[str, Depends(read_before)]

SEATS = frozenset({read_seat, write_seat, assigning_seat, SeatReader})
SELVES = frozenset({OwnReader, read_self, read_own, write_own, read_session, write_session})
