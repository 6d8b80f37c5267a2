"""The declaration of ties as a paper: what each mediator declared, and the answers as far as they are the reader's."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select

from mediation.acts.agreement_wording import Person, people_of
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.documents.papers import Quoted
from mediation.reading.paper_view import Paper
from mediation.reading.people import MarkLine, read_declarations, read_marks
from mediation.store.database import Db
from mediation.store.models import Case, Declaration, Organisation
from mediation.workflow.declaration import Trait


def organisation_of(db: Db, seat: Seat) -> str:
    """The name of the employer of a case."""
    named = select(Organisation.name).join(Case, Case.organisation_id == Organisation.id)
    return str(db.scalar(named.where(Case.id == seat.case.id)))


def _is_declared(db: Db, seat: Seat) -> bool:
    mine = Declaration.case_id == seat.case.id, Declaration.replaced_at.is_(None)
    return bool(db.scalar(select(exists().where(*mine))))


def _read(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
    people, whose = people_of(db, seat), _whose(seat)
    declared = [
        one
        for one in read_declarations(db, seat, Level.FULL)
        if one.mediator in people and Trait.LEADS in people[one.mediator].traits
    ]
    asked = [one for one in people.values() if Trait.CONSENTS in one.traits]
    if whose == "own":
        asked = [one for one in asked if one.id == seat.participant_id]
    given = read_marks(db, seat, sees(seat.roles, "mark")) if asked and whose != "none" else []
    return {
        "organisation": organisation_of(db, seat),
        "whose": whose,
        "declarations": [
            {
                "mediator": people[one.mediator].name,
                "at": one.at.astimezone(db.zone).date(),
                "has_ties": one.has_ties,
                "words": Quoted(one.words or "", one.language),
                "answers": None if whose == "none" else _answers(db, one.id, asked, given),
            }
            for one in declared
        ],
    }


def _whose(seat: Seat) -> str:
    """Whose answers are told: each party's own to them, all to who leads and is not beside others who look at the screen."""
    if seat.closed_as:
        return "none"
    return "all" if sees_full(seat.roles, "mark") else "own"


def _answers(db: Db, about: str, asked: Sequence[Person], given: Sequence[MarkLine]) -> list[dict[str, Any]]:
    marks = {one.participant: one for one in given if one.kind == "ties-answered" and one.about == about}
    return [
        {
            "name": who.name,
            "value": marks[who.id].value if who.id in marks else None,
            "at": marks[who.id].at.astimezone(db.zone).date() if who.id in marks else None,
        }
        for who in asked
    ]


# Each party reads what the mediators declare and their own answer (workflow.md, preparation; European Code of Conduct for
# Mediators); the others' answers are theirs.
DECLARATION_OF_TIES = Paper({Level.FULL}, _is_declared, _read)
