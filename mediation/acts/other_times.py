"""Another time: whoever is called to a planned session asks the mediators for one (workflow.md, "every phase")."""

from typing import Annotated

from mediation.acts.acting import Acting, act
from mediation.acts.calls import called_by_role, called_to
from mediation.acts.marks import ask_mediators
from mediation.acts.session_letters import ANOTHER_TIME
from mediation.acts.sessions import find_session
from mediation.case.participants import find_participant
from mediation.case.seat import OWN, Manner
from mediation.errors import NotFound, NotYet
from mediation.store.models import Mark, Meeting
from mediation.words.fields import choices

INSTEAD = ("another-day", "other-hours", "remotely")
Instead = Annotated[str, choices(INSTEAD)]


@act("ask-for-another-time", leaves=ANOTHER_TIME)
def ask_for_another_time(case: Acting, session_id: str, instead: Instead = "another-day", manner: Manner = OWN) -> Mark:
    """Somebody who is called to a planned session asks for another time: another day, other hours, or to meet remotely.

    Only the mediators hear of it. The session stands until they change or cancel it, which answers this. Twice changes
    nothing. Refuses with `session-begun`, and with `session-not-found` who is not called to it.
    """
    row = find_session(case, session_id)
    if not _is_called(case, row):
        raise NotFound("session-not-found")
    if row.begun_at is not None or row.ended_at is not None:
        raise NotYet("session-begun")
    return ask_mediators(case, about=row.id, value=instead)


def _is_called(case: Acting, row: Meeting) -> bool:
    if row.with_participant == case.doer.id or case.doer.id in called_to(case.db, row):
        return True
    _, roles = find_participant(case.db, case.seat, case.doer.id)
    return row.with_participant is None and not roles.isdisjoint(called_by_role(case.seat.workflow, row))
