"""Callers: who is behind what a request shows, for what is their own whatever the case; also those whose account was ended."""

from dataclasses import dataclass

from fastapi import Request

from api.http.languages import choose_language
from api.http.security import Credentials
from mediation.errors import NotPermitted
from mediation.people.directory import person_of_token
from mediation.people.second_factor import Proof
from mediation.people.sign_in import is_stale, note_seen, resume
from mediation.store.database import Db
from mediation.store.models import Person, SignInSession


@dataclass(frozen=True)
class Own:
    """Somebody about their own; `session` is None for who came with a token."""

    person: Person
    session: SignInSession | None

    def proof(self, secret: str | None = None) -> Proof:
        """What they show of a second factor."""
        return Proof(secret, self.session)


def own(db: Db, request: Request, presented: Credentials, *, writing: bool) -> Own:
    """Who calls. Refuses with `token-unknown`, `scope-missing` and `signed-out`."""
    session = None
    if presented.token is not None:
        person = person_of_token(db, presented.token, "write" if writing else "read")
    else:
        session, person = resume(db, presented.session or "")
        if is_stale(db, session):
            _note_seen(db, session.id, writing)
    choose_language(request, person.language)
    request.state.session = session
    return Own(person, session)


def _note_seen(db: Db, session_id: str, writing: bool) -> None:
    if writing:
        note_seen(db, session_id)
    else:
        db.afterwards.append(lambda later: note_seen(later, session_id))


def own_by_session(db: Db, request: Request, presented: Credentials, *, writing: bool) -> Own:
    """Who calls, signed in as a person: no program with a token. Refuses with `session-needed` and like `own`."""
    if presented.session is None:
        raise NotPermitted("session-needed")
    return own(db, request, presented, writing=writing)


def active(caller: Own) -> Person:
    """The caller, whose account goes on. Refuses with `account-ended`."""
    if not caller.person.active:
        raise NotPermitted("account-ended")
    return caller.person
