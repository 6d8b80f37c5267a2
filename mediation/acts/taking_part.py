"""Who takes part in a supervision: whoever is supervised, and their manager where a whole work community is."""

from sqlalchemy import select

from mediation.case.participants import those_in
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Mark
from mediation.workflow.declaration import NOBODY, Who

EVALUATION = "evaluation"  # the kind of session
WORK_COMMUNITY = "work-community"
_FORM_CHOSEN = "form-chosen"  # the kind of mark


def the_group(seat: Seat) -> Who:
    """The roles of those who are supervised: they are called to an evaluation by their role."""
    kind = seat.workflow.session_kinds.get(EVALUATION)
    return kind.calls if kind else NOBODY


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
    chosen = Mark.case_id == seat.case.id, Mark.kind == _FORM_CHOSEN, Mark.ended_at.is_(None)
    form = db.scalar(select(Mark.value).where(*chosen).order_by(Mark.at.desc()).limit(1))
    return form in {None, WORK_COMMUNITY}  # where none is kept, the manager is named as one who takes part
