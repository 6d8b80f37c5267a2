"""One's own register of the hours that one led: by month, form and kind, without names or case numbers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from mediation.documents.papers import paper_in
from mediation.documents.render import Sheet
from mediation.people.directory import person_name
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import LeadersHours, Person
from mediation.words.catalogue import has_words, say

CONFIRMATION = "hours-confirmation"


@view
class OwnHoursLine:
    """Minutes of sessions that one led, of one kind: by process, and by form and kind where the process has them."""

    workflow: str
    form: str
    kind: str
    minutes: int


@view
class MonthLine:
    """The same for one month (`2027-03`)."""

    month: str
    lines: list[OwnHoursLine]


@view
class OwnHours:
    """One's own hours in a year: month by month, and their sums. `years` are those in which there are any."""

    year: int
    years: list[int]
    months: list[MonthLine]
    sums: list[OwnHoursLine]
    minutes: int


def read_own_hours(db: Db, person_id: str, year: int | None = None) -> OwnHours:
    """Somebody's own hours in a year: this one, unless it is said; in one statement."""
    mine = select(LeadersHours).where(LeadersHours.person_id == person_id)
    rows = db.scalars(
        mine.order_by(LeadersHours.month, LeadersHours.workflow, LeadersHours.form, LeadersHours.kind)
    ).all()
    year = year or db.today().year
    of_year = [one for one in rows if one.month[:4] == f"{year}"]
    months = {one.month: [each for each in of_year if each.month == one.month] for one in of_year}
    return OwnHours(
        year=year,
        years=sorted({int(one.month[:4]) for one in rows}),
        months=[MonthLine(month=month, lines=[_line(one) for one in lines]) for month, lines in months.items()],
        sums=_sums(of_year),
        minutes=sum(one.minutes for one in of_year),
    )


def _line(one: LeadersHours) -> OwnHoursLine:
    return OwnHoursLine(workflow=one.workflow, form=one.form, kind=one.kind, minutes=one.minutes)


def _sums(rows: Sequence[LeadersHours]) -> list[OwnHoursLine]:
    sums: dict[tuple[str, str, str], int] = {}
    for one in rows:
        key = one.workflow, one.form, one.kind
        sums[key] = sums.get(key, 0) + one.minutes
    return [OwnHoursLine(workflow=key[0], form=key[1], kind=key[2], minutes=sum_) for key, sum_ in sorted(sums.items())]


def hours_said(line: OwnHoursLine, language: str) -> str:
    """What the hours of a line were, in words: the process, the form, the kind, as far as they are known."""
    parts = [("workflow", line.workflow), ("supervision-form", line.form), ("supervision-kind", line.kind)]
    return ", ".join(
        say(f"{of}.{code}", language) for of, code in parts if code and has_words(f"{of}.{code}", language)
    )


def confirmation_of(db: Db, person: Person, language: str, year: int | None = None) -> Mapping[str, Any]:
    """The confirmation of one's hours in a year, as blocks of words: its page and its PDF say the same.

    Refuses with `language-unknown`.
    """
    hours = read_own_hours(db, person.id, year)
    data = {
        "name": person_name(db, person),
        "year": str(hours.year),
        "so_far": db.today() <= date(hours.year, 12, 31),
        "today": db.today(),
        "hours": [{"said": hours_said(one, language), "hours": one.minutes / 60} for one in hours.sums],
        "total": hours.minutes / 60,
    }
    return {
        "case": str(hours.year),
        "language": language,
        "confidential": False,
        "blocks": paper_in(CONFIRMATION, language, data),
        "signatories": [{"name": data["name"], "capacity": ""}],
        "letterhead": None,
    }


def confirmation_sheet(db: Db, person: Person, language: str, year: int | None = None) -> Sheet:
    """The same to be typeset, dated now."""
    return Sheet("paper", language, confirmation_of(db, person, language, year), db.now(), db.zone)
