"""The cases at which somebody has a seat, one line each."""

from collections.abc import Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from sqlalchemy import select

from mediation.case.access import FOLLOWS_UP, opens, seated, with_trait
from mediation.case.status import known_rung, rung_shown
from mediation.case.visibility import Level, sees
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import Case, Participant, RoleHeld
from mediation.workflow.declaration import Trait, Workflow

_MOST_ROLES = 4  # that one person may have at one case


@view
class CaseLine:
    """A case in a list: its phase for those at the table, its status for others."""

    number: str
    workflow: str
    roles: list[str]
    phase: str | None = None
    status: str | None = None


def list_cases(
    db: Db,
    workflows: Mapping[str, Workflow],
    person_id: str,
    *,
    after: str = "",
    limit: int = 50,
    only: Trait | None = None,
) -> list[CaseLine]:
    """The cases at which a person has a seat, by number, in one statement (keyset paging).

    Who ordered one has its line of status to read, and no more of it. With `only`, those at which the seat holds a role
    with that trait.
    """
    query = (
        select(
            *(Participant.number, Case.workflow, Case.phase, Case.rung, Case.neutral_rung, Case.outcome, RoleHeld.role),
            FOLLOWS_UP.label("follows_up"),
        )
        .join(RoleHeld, RoleHeld.participant_id == Participant.id)
        .join(Case, Case.id == Participant.case_id)
        .where(
            *seated(person_id, after),
            # Who is only informed has a letter at most.
            ~with_trait(workflows, Trait.INFORMED) if only is None else with_trait(workflows, only),
            opens(workflows),
        )
        .order_by(Participant.number, RoleHeld.role)
        .limit(limit * _MOST_ROLES)
    )
    rows = groupby(db.execute(query), key=lambda row: row.number)
    return [_line(workflows, list(seats)) for _, seats in islice(rows, limit)]


def _line(workflows: Mapping[str, Workflow], seats: Sequence[Any]) -> CaseLine:
    one = seats[0]
    levels = {sees(workflows[one.workflow].roles_of([row.role]), "phase") for row in seats}
    coarse = levels - {Level.FULL, Level.NOTHING}
    held = workflows[one.workflow].roles_of(row.role for row in seats)
    rung = known_rung(held, one.rung, one.neutral_rung, follows_up=one.follows_up)
    return CaseLine(
        number=one.number,
        workflow=one.workflow,
        roles=[row.role for row in seats],
        phase=one.phase if Level.FULL in levels else None,
        status=rung_shown(workflows[one.workflow], rung, one.outcome) if coarse else None,
    )
