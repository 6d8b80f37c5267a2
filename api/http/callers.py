"""Who calls: the person of a token or a session, also one whose account was ended."""

from dataclasses import dataclass

from fastapi import Request

from api.http.languages import choose_language
from api.http.modes import confine, mode_of
from api.http.security import Credentials
from mediation.errors import NotPermitted
from mediation.people.directory import person_name_later, person_of_token
from mediation.people.second_factor import Proof
from mediation.people.sign_in import is_stale, note_seen, resume
from mediation.store.database import Db
from mediation.store.models import Person, SignInSession


@dataclass(frozen=True)
class Caller:
    """The person who calls; `session` is None where a token was sent."""

    person: Person
    session: SignInSession | None

    def proof(self) -> Proof:
        """What the caller shows of a second factor: that of the session."""
        return Proof(session=self.session)


def identify(db: Db, request: Request, presented: Credentials, *, writing: bool, case_number: str = "") -> Caller:
    """The caller with these credentials, who asks for a case or (`""`) for something else.

    Refuses with `token-unknown`, `scope-missing`, `signed-out`, and like `confine`.
    """
    session = None
    if presented.token is not None:
        person = person_of_token(db, presented.token, "write" if writing else "read")
    else:
        session, person = resume(db, presented.session or "")
        if is_stale(db, session):
            _note_seen(db, session.id, writing)
    request.state.session, request.state.mode = session, mode_of(session)
    choose_language(request, person.language)
    confine(request, session, case_number)
    if not request.scope["path"].startswith("/api/"):
        request.state.reader_name = person_name_later(db, person)  # a page says who is signed in
    return Caller(person, session)


def _note_seen(db: Db, session_id: str, writing: bool) -> None:
    if writing:
        note_seen(db, session_id)
    else:
        db.afterwards.append(lambda later: note_seen(later, session_id))


def identify_by_session(db: Db, request: Request, presented: Credentials, *, writing: bool) -> Caller:
    """The caller with a session. Refuses a token with `session-needed`, and like `identify`."""
    if presented.session is None:
        raise NotPermitted("session-needed")
    return identify(db, request, presented, writing=writing)


def active(caller: Caller) -> Person:
    """The person who calls. Refuses with `account-ended` where their account was ended."""
    if not caller.person.active:
        raise NotPermitted("account-ended")
    return caller.person
