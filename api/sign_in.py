"""Routes for signing in with a one-time link, and for the sessions on one's devices."""

from datetime import datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from api.http.bodies import Body
from api.http.callers import Caller
from api.http.dependencies import Reading, ReadSession, WriteSession, Writing
from api.http.modes import also_in
from api.http.problems import View, problems
from api.http.routes import public, router_for
from api.http.security import OwnPages, client_of, drop_session, form_token, keep_session, session_key
from mediation.case.in_room import IN_ROOM, MEDIATORS
from mediation.letters.validity import VALID_FOR
from mediation.people import closed_sign_ins
from mediation.people import sign_in as acts
from mediation.people.directory import person_name
from mediation.people.second_factor import is_unproven, shared_addresses
from mediation.store.database import Db
from mediation.words.fields import Email, Id, LanguageCode

router = router_for("/sign-in", "sign-in")

Secret = Annotated[str, Field(max_length=200, description="What follows the `#` in the link.")]


class LinkBody(Body):
    """Where the link is to go. `language` is that of the letter; left out, the person's own."""

    email: Email
    language: LanguageCode | None = None


class LinkView(View):
    """For how many minutes the link is good from when its letter is handed over, if there is somebody with this address."""

    minutes: int


class SecretBody(Body):
    """The secret of the link."""

    secret: Secret


class SignInBody(Body):
    """The secret of the link; or, where it cannot be opened, the address it was sent to and the code beside it."""

    secret: Secret | None = None
    email: Email | None = Field(default=None, validate_default=True)
    code: str | None = Field(
        default=None,
        max_length=40,
        validate_default=True,
        description="The code in the letter; spaces, hyphens and small letters make no difference.",
    )

    @field_validator("email", "code")
    @classmethod
    def needed_without_a_secret(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Miss the address and the code where there is no secret."""
        if value is None and info.data.get("secret", "") is None:
            raise PydanticKnownError("missing")
        return value


class PaperCodeBody(Body):
    """The code on paper; spaces, hyphens and small letters make no difference."""

    secret: Annotated[str, Field(max_length=40, description="The code, which follows the `#` of the printed address.")]


class OpenedView(View):
    """That signing in is possible again."""

    open: bool


class CurrentView(View):
    """Who is signed in, and what a page sends as `X-Form-Token` with every request that changes something."""

    id: str
    person: str
    name: str
    language: str
    active: bool = Field(description="Whether the account goes on. After its end a party's own documents stay.")
    has_own_address: bool
    mailbox_shared: bool = Field(
        description="Whether others read the mailbox that you came through, and you have shown no second factor since."
    )
    form_token: str
    expires_at: datetime
    idle_minutes: int


class DeviceView(View):
    """Where somebody is signed in."""

    id: str
    device: str
    created_at: datetime
    seen_at: datetime
    current: bool


@router.post("/links", status_code=202)
@public
def ask_for_link(body: LinkBody, request: Request, db: Writing, _: OwnPages) -> LinkView:
    """Have a link sent to an address. The answer is the same whether anybody has it or not."""
    acts.ask_for_link(db, body.email, client=client_of(request), language=body.language)
    return LinkView(minutes=VALID_FOR["sign-in-link"].seconds // 60)


@router.post("/sessions", status_code=201)
@public
def sign_in(body: SignInBody, request: Request, response: Response, db: Writing, _: OwnPages) -> CurrentView:
    """Sign in with the secret of a link, or with the code beside it; the session is kept in a cookie."""
    before = session_key(request)
    came = {"client": client_of(request), "device": request.headers.get("user-agent", "")}
    if body.secret is not None:
        opened = acts.sign_in(db, body.secret, **came)
    else:
        opened = acts.sign_in_by_code(db, body.email or "", body.code or "", **came)
    if before:
        acts.end_previous(db, before)
    keep_session(request, response, opened.secret)
    return _current(db, Caller(opened.person, opened.session), opened.secret)


def _current(db: Db, caller: Caller, key: str) -> CurrentView:
    person, session = caller.person, caller.session
    assert session is not None
    return CurrentView(
        id=session.id,
        person=person.id,
        name=person_name(db, person),
        language=person.language,
        active=person.active,
        has_own_address=person.private_email is not None,
        mailbox_shared=is_unproven(session, shared_addresses(db, person.id)),
        form_token=form_token(key),
        expires_at=session.expires_at,
        idle_minutes=acts.idle_time(session).seconds // 60,
    )


@router.post("/openings", status_code=201)
@public
def open_sign_ins(body: PaperCodeBody, request: Request, db: Writing, _: OwnPages) -> OpenedView:
    """Open your sign-ins that were closed on a call, with the code that came on paper. You then sign in with a link."""
    closed_sign_ins.open_by_code(db, body.secret, client=client_of(request))
    return OpenedView(open=True)


@router.get("/sessions")
def read_sessions(caller: ReadSession, db: Reading) -> list[DeviceView]:
    """Where you are signed in."""
    current = caller.session.id if caller.session is not None else ""
    return [
        DeviceView(id=one.id, device=device, created_at=one.created_at, seen_at=one.seen_at, current=one.id == current)
        for one, device in acts.own_sessions(db, caller.person.id)
    ]


@router.get("/sessions/current")
@also_in(IN_ROOM, *MEDIATORS)
def read_current_session(caller: ReadSession, request: Request, db: Reading) -> CurrentView:
    """Who you are, and the form token of your session."""
    return _current(db, caller, session_key(request) or "")


@router.delete("/sessions/current", status_code=204)
@also_in(IN_ROOM, *MEDIATORS)
def sign_out(caller: WriteSession, request: Request, response: Response, db: Writing) -> None:
    """Sign out here."""
    if caller.session is not None:
        acts.end_session(db, caller.person.id, caller.session.id)
    drop_session(request, response)


@router.delete("/sessions/{session}", status_code=204, responses=problems(404))
def end_session(session: Id, caller: WriteSession, db: Writing) -> None:
    """Sign out on another device."""
    acts.end_session(db, caller.person.id, session)
