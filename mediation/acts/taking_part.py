"""Who takes part in a supervision: whoever is supervised, and their manager where a whole work community is."""

from mediation.acts.supervision_shapes import FORM, WORK_COMMUNITY, chosen_in
from mediation.case.participants import those_in
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.workflow.declaration import NOBODY, Who, Workflow


def evaluating(workflow: Workflow) -> frozenset[str]:
    """The kinds of sessions in which the goals are rated and an evaluation is worded."""
    return frozenset(code for code, one in workflow.session_kinds.items() if one.evaluates)


def the_group(seat: Seat) -> Who:
    """The roles of those who are supervised: they are called to an evaluation by their role."""
    kinds = seat.workflow.session_kinds
    return NOBODY.union(*(kinds[one].calls for one in evaluating(seat.workflow)))


def roles_taking_part(db: Db, seat: Seat) -> Who:
    """The roles of those who rate the goals and read the evaluation.

    A manager who signs the contract of somebody else's supervision takes no part in it.
    """
    group = the_group(seat)
    return seat.workflow.acts().get("rate-goals", NOBODY) if _of_work_community(db, seat) else group


def who_takes_part(db: Db, seat: Seat) -> frozenset[str]:
    """The ids of the participants in these roles now."""
    return frozenset(those_in(db, seat.case.id, *roles_taking_part(db, seat)))


def _of_work_community(db: Db, seat: Seat) -> bool:
    # Where no form was chosen, a manager who was added is one who takes part.
    return chosen_in(db, seat.case.id).get(FORM, WORK_COMMUNITY) == WORK_COMMUNITY
