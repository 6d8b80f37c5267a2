"""Session mode: a sign-in on a laptop in a room with others opens one case only, until its person shows that it is they."""

from mediation.errors import NotPermitted
from mediation.people.second_factor import KINDS, has_just_shown
from mediation.store.database import Db
from mediation.store.models import SignInSession


def enter(db: Db, session: SignInSession, case_number: str) -> None:
    """Open nothing but one case from now on. A second factor that was shown before counts no more."""
    session.case_number = case_number
    session.proven_at = session.proven_by = None
    db.flush()


def leave(db: Db, session: SignInSession) -> None:
    """Open again what the person opened before the session was locked, or else all that they may.

    Refuses with `second-factor-needed` unless one was just shown. Who has none signs in anew.
    """
    if not has_just_shown(db, session, KINDS):
        raise NotPermitted("second-factor-needed")
    if session.locked_at is not None:
        session.locked_at = None
    else:
        session.case_number = None
    db.flush()
