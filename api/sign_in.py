"""Routes for signing in with a one-time link, and for the sessions on one's devices."""

from datetime import datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field

from api.http.bodies import Body
from api.http.callers import Caller
from api.http.dependencies import Reading, ReadSession, WriteSession, Writing
from api.http.problems import View, problems
from api.http.routes import public, router_for
from api.http.security import OwnPages, client_of, drop_session, form_token, keep_session, session_key
from mediation.people import sign_in as acts
from mediation.people.directory import person_name
from mediation.store.database import Db
from mediation.words.fields import Email, Id, LanguageCode

router = router_for("/sign-in", "sign-in")

Secret = Annotated[str, Field(max_length=200, description="What follows the `#` in the link.")]


class LinkBody(Body):
    """Where the link is to go. `language` is that of the letter; left out, the person's own."""

    email: Email
    language: LanguageCode | None = None


class LinkView(View):
    """For how many minutes the link is good, if there is somebody with this address."""

    minutes: int


class SecretBody(Body):
    """The secret of the link."""

    secret: Secret


class CurrentView(View):
    """Who is signed in, and what a page sends as `X-Form-Token` with every request that changes something."""

    id: str
    person: str
    name: str
    language: str
    active: bool = Field(description="Whether the account goes on. After its end a party's own documents stay.")
    has_own_address: bool
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
    return LinkView(minutes=acts.LINK_GOOD_FOR.seconds // 60)


@router.post("/sessions", status_code=201)
@public
def sign_in(body: SecretBody, request: Request, response: Response, db: Writing, _: OwnPages) -> CurrentView:
    """Sign in with the secret of a link; the session is kept in a cookie."""
    before = session_key(request)
    device = request.headers.get("user-agent", "")
    opened = acts.sign_in(db, body.secret, client=client_of(request), device=device)
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
        form_token=form_token(key),
        expires_at=session.expires_at,
        idle_minutes=acts.IDLE.seconds // 60,
    )


@router.get("/sessions")
def read_sessions(caller: ReadSession, db: Reading) -> list[DeviceView]:
    """Where you are signed in."""
    current = caller.session.id if caller.session is not None else ""
    return [
        DeviceView(id=one.id, device=device, created_at=one.created_at, seen_at=one.seen_at, current=one.id == current)
        for one, device in acts.own_sessions(db, caller.person.id)
    ]


@router.get("/sessions/current")
def read_current_session(caller: ReadSession, request: Request, db: Reading) -> CurrentView:
    """Who you are, and the form token of your session."""
    return _current(db, caller, session_key(request) or "")


@router.delete("/sessions/current", status_code=204)
def sign_out(caller: WriteSession, request: Request, response: Response, db: Writing) -> None:
    """Sign out here."""
    if caller.session is not None:
        acts.end_session(db, caller.person.id, caller.session.id)
    drop_session(request, response)


@router.delete("/sessions/{session}", status_code=204, responses=problems(404))
def end_session(session: Id, caller: WriteSession, db: Writing) -> None:
    """Sign out on another device."""
    acts.end_session(db, caller.person.id, session)
