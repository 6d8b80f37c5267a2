"""What gives access to a case, as conditions of statements: offices, roles by their traits, a role that is held now."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, false, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from mediation.store.models import Agreement, Case, Inquiry, Office, Participant, RoleHeld, Signature
from mediation.workflow.declaration import Trait, Workflow


def in_office(person_id: str | InstrumentedAttribute[str], *offices: str) -> ColumnElement[bool]:
    """The condition that a person holds one of `offices` now in the organisation of the case."""
    held = Office.person_id == person_id, Office.organisation_id == Case.organisation_id
    kinds = or_(*(Office.office == one for one in offices))
    return select(Office.id).where(*held, kinds, Office.until.is_(None)).exists()


# A role that is part of an office gives no access without it.
IN_OFFICE = in_office(Participant.person_id, "hr")
# An employer cannot grant itself access (visibility.md rule 4): a person with its office of hr or admin does not
# mediate its cases, whichever came first, the office or the case. Who asked from outside works for no organisation here.
EMPLOYERS_OFFICES = ("hr", "admin")
OF_THE_EMPLOYER = and_(in_office(Participant.person_id, *EMPLOYERS_OFFICES), Case.from_outside.is_not(True))
# Whether they signed a version with which the follow-up has begun.
FOLLOWS_UP = (
    select(Signature.id)
    .join(Agreement, Agreement.id == Signature.agreement_id)
    .where(Agreement.case_id == Case.id, Agreement.version <= Case.in_use, Signature.participant_id == Participant.id)
    .correlate(Case, Participant)
    .exists()
)


def with_trait(workflows: Mapping[str, Workflow], *traits: Trait) -> ColumnElement[bool]:
    """The condition that a role has any of these traits in the workflow of its case, for statements over many cases."""
    return or_(
        false(),
        *(
            and_(Case.workflow == code, RoleHeld.role.in_(sorted(roles)))
            for code, workflow in workflows.items()
            if (roles := workflow.who(*traits))  # of none a database would read a row of nothing
        ),
    )


def waits_for_somebody(workflows: Mapping[str, Workflow]) -> ColumnElement[bool]:
    """The condition that a case came by an inquiry, goes on, and nobody ever led it."""
    asked = select(Inquiry.id).where(Inquiry.case_id == Case.id).correlate(Case).exists()
    led = select(RoleHeld.id).where(RoleHeld.case_id == Case.id, with_trait(workflows, Trait.LEADS))
    return and_(asked, Case.outcome.is_(None), not_(led.correlate(Case).exists()))


def seated(person_id: str, after: str, number: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a person has a role now in a case numbered `after` this one, for statements over many cases.

    With `number` in that case alone. Both at once would let SQLite walk through all that the person has.
    """
    which = Participant.number > after if number is None else Participant.number == number
    return Participant.person_id == person_id, Participant.left_at.is_(None), which, RoleHeld.until.is_(None)


def opens(workflows: Mapping[str, Workflow]) -> ColumnElement[bool]:
    """The condition that a role gives its holder access to the case, for statements over many cases."""
    of_office, led = with_trait(workflows, Trait.OF_OFFICE), with_trait(workflows, Trait.LEADS)
    return and_(or_(not_(of_office), IN_OFFICE), or_(not_(led), not_(OF_THE_EMPLOYER)))
