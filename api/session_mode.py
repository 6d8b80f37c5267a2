"""Routes of session mode: a session on a laptop in a room with others opens one case only."""

from api.http.bodies import Body
from api.http.dependencies import WriteSession, Writing
from api.http.modes import also_in
from api.http.problems import View, problems
from api.http.routes import router_for
from mediation.case.in_room import MEDIATORS
from mediation.case.seat import take_seat
from mediation.errors import NotFound
from mediation.people import session_mode
from mediation.words.fields import CaseNumber
from mediation.workflow.declaration import Trait
from workflows import WORKFLOWS

router = router_for("/sign-in/session-mode", "session-mode")


class SessionModeBody(Body):
    """The only case that the session is to open."""

    case: CaseNumber


class SessionModeView(View):
    """The only case that the session opens, or none where it opens all that you may open."""

    case: str | None


@router.post("", status_code=201, responses=problems(404))
def enter(body: SessionModeBody, caller: WriteSession, db: Writing) -> SessionModeView:
    """Open one case only with this session, one that you lead, and of it nothing that is private in a room with others."""
    seat = take_seat(db, WORKFLOWS, body.case, caller.person.id)
    if not caller.person.active or not seat.is_any(Trait.LEADS) or caller.session is None:
        raise NotFound("case-not-found")
    session_mode.enter(db, caller.session, body.case)
    return SessionModeView(case=body.case)


@router.post("/ending", status_code=201)
@also_in(*MEDIATORS)
def leave(caller: WriteSession, db: Writing) -> SessionModeView:
    """Open again all that you may open. Show a second factor first; who has none signs in anew."""
    if caller.session is not None:
        session_mode.leave(db, caller.session)
    return SessionModeView(case=None)
