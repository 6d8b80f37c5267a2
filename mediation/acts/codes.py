"""Codes that a mediator hands to somebody whom they have met: a second factor that no mailbox brings."""

from dataclasses import dataclass
from datetime import datetime

from mediation.acts.acting import Acting, act
from mediation.case.participants import find_participant
from mediation.errors import NotPermitted
from mediation.people.second_factor import make_code


@dataclass(frozen=True)
class HandedCode:
    """Six digits, and until when (UTC) they can be typed."""

    code: str
    good_until: datetime


@act("give-code")
def give_code(case: Acting, participant_id: str) -> HandedCode:
    """The mediator has met a participant and hands them six digits, which they type on their own device within ten minutes.

    So whoever shares a mailbox shows that it is they, and may then set up an app or an address of their own. Another code
    takes the place of the one before. Refuses with `participant-not-found`, and with `another-person-needed` oneself.
    """
    whose, _ = find_participant(case.db, case.seat, participant_id)
    if whose.id == case.doer.id:
        raise NotPermitted("another-person-needed")
    code, good_until = make_code(case.db, whose.person_id)
    case.record(whose.id)
    return HandedCode(code, good_until)
