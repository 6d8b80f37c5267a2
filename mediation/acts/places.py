"""Places in a group: how many there are, who waits for one, and who gets it."""

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import unsend
from mediation.acts.participants import check_place, end_roles, give_role
from mediation.acts.series_letters import tell_what_is_ahead
from mediation.acts.terms import renew_terms
from mediation.case.participants import find_participant
from mediation.errors import NotYet
from mediation.store.models import Participant
from mediation.workflow.declaration import Trait
from mediation.workflow.facts_loading import load_facts


@act("give-place")
def give_place(case: Acting, participant_id: str) -> Participant:
    """Give a place to somebody who waits for one: they take part from now on, and are told of the sessions ahead.

    A text that was sent for signing is taken back: a new version names them. Refuses with `not-waiting`, and with
    `group-full` where no place is free.
    """
    workflow = case.seat.workflow
    whose, roles = find_participant(case.db, case.seat, participant_id)
    role = workflow.first(Trait.CONSENTS)
    waits = roles & workflow.who(Trait.WAITS)
    if not waits or role is None:
        raise NotYet("not-waiting")
    check_place(case.db, case.seat, role)
    unsend.write(case.db, case.seat, load_facts(case.db, case.seat.case))
    end_roles(case.db, whose.id, *waits)
    give_role(case.db, case.id, whose.id, role)
    whose.unnamed = False
    renew_terms(case, joins=True)
    tell_what_is_ahead(case, whose.id, role)
    case.record(whose.id, role)
    case.tell([whose.id])
    return whose
