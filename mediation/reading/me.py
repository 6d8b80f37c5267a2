"""Who the caller is and which offices they hold, and the mediators that somebody can choose from."""

from collections.abc import Collection

from sqlalchemy import func, or_, select

from mediation.people.directory import person_name
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import Office, Organisation, Person


@view
class OfficeHeld:
    """An office that somebody holds now, and where."""

    office: str
    organisation: str
    organisation_name: str


@view
class MeView:
    """Who somebody is to this installation."""

    person: str
    name: str
    language: str
    offices: list[OfficeHeld]


@view
class MediatorLine:
    """Somebody who may be chosen to mediate, or to commission, and for whom they work."""

    person: str
    name: str
    organisation_name: str


def list_colleagues(db: Db, organisation_id: str, *, besides: str) -> list[MediatorLine]:
    """Who else holds the hr office in an organisation, by name: to whom a case is handed over, or who commissions a referral."""
    rows = (
        select(Person, Organisation.name)
        .join(Office, Office.person_id == Person.id)
        .join(Organisation, Organisation.id == Office.organisation_id)
        .where(Office.organisation_id == organisation_id, Office.office == "hr", Office.until.is_(None))
        .where(Person.id != besides)
    )
    lines = [
        MediatorLine(person=one.id, name=person_name(db, one), organisation_name=name) for one, name in db.execute(rows)
    ]
    return sorted(lines, key=lambda one: (one.name.casefold(), one.person))


def read_me(db: Db, person: Person) -> MeView:
    """Who a person is, with the offices held now."""
    held = (
        select(Office.office, Organisation.id, Organisation.name)
        .join(Organisation, Organisation.id == Office.organisation_id)
        .where(Office.person_id == person.id, Office.until.is_(None))
        .order_by(Organisation.name, Office.office)
    )
    offices = [
        OfficeHeld(office=office, organisation=at, organisation_name=name) for office, at, name in db.execute(held)
    ]
    return MeView(person=person.id, name=person_name(db, person), language=person.language, offices=offices)


def list_mediators(db: Db, organisations: Collection[str], *, after: str = "", limit: int = 50) -> list[MediatorLine]:
    """The mediators that these organisations may choose from, by person id (keyset paging).

    These are their own mediators and those of organisations without HR, such as a mediators' office: they need not know
    whom another employer has trained. The list does not depend on any case, so that it reveals nobody's part in one.
    """
    others = select(Office.organisation_id).where(Office.office == "hr", Office.until.is_(None))
    theirs = or_(Office.organisation_id.in_(sorted(organisations)), Office.organisation_id.not_in(others))
    chosen_from = (
        select(Office.person_id, func.min(Organisation.name).label("organisation"))
        .join(Organisation, Organisation.id == Office.organisation_id)
        .where(Office.office == "mediator", Office.until.is_(None), theirs, Office.person_id > after)
        .group_by(Office.person_id)
        .order_by(Office.person_id)
        .limit(limit)
        .subquery()
    )
    rows = db.execute(
        select(Person, chosen_from.c.organisation)
        .join(chosen_from, chosen_from.c.person_id == Person.id)
        .order_by(Person.id)
    )
    return [MediatorLine(person=one.id, name=person_name(db, one), organisation_name=name) for one, name in rows]
