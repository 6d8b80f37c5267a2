"""New cases: in the first phase of their workflow, with keys of their own, under a number that is free."""

from sqlalchemy.exc import IntegrityError

from mediation.case.status import NOT_STARTED
from mediation.errors import Unavailable
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.database import Db
from mediation.store.models import Case
from mediation.workflow.declaration import Workflow

DIGITS = (4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7)  # of the number in the year, draw after draw until one is free


def new_case(
    db: Db, workflow: Workflow, organisation_id: str, language: str, attendance_basis: str = "voluntary"
) -> Case:
    """A case in the first phase, with the keys of its three deletion clocks; it has no number yet."""
    case = Case(
        id=db.new_id(),
        workflow=workflow.code,
        organisation_id=organisation_id,
        language=language,
        attendance_basis=attendance_basis,
        phase=workflow.initial.code,
        rung=NOT_STARTED,
        version=0,
        head="",
        created_at=db.now(),
    )
    db.keys.keyring.make(
        KeyName(case.id, clock) for clock in (DeletionClock.CONTENT, DeletionClock.AGREEMENT, DeletionClock.RECORD)
    )
    return case


def add_under_a_number(db: Db, case: Case) -> None:
    """Write a new case, with its words, under a number that is free."""
    # Random, not counted: two numbers do not reveal how many cases lie between them (visibility.md rule 2).
    year = db.today().year
    for digits in DIGITS:
        case.number = f"{year}-{db.draw(10**digits):0{digits}}"
        try:
            with db.begin_nested():
                db.add(case)
            return
        except IntegrityError as error:
            if "number" not in str(error.orig):
                raise
    raise Unavailable("database-busy")
