"""Deletion of people some time after their last case or office, with all rows that refer to them."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select

from mediation.keys.keyring import DeletionClock
from mediation.retention.contents import AGREEMENT, RECORD
from mediation.store.database import Database, Db
from mediation.store.models import Base, Certificate, Hold, Office, Order, Participant, Person, RoleHeld
from mediation.words.dates import months_after

AT_ONCE = 100  # people in one transaction, so that nobody waits long


def forget_people(database: Database) -> int:
    """Delete the people who are due; returns how many they were. Refuses like `Database.writing`.

    Somebody is due `keep.people_months` after the agreements of their last case were deleted, their last office ended, or
    they were added, whichever is latest; never before the record of their last case is deleted or while they hold an office.
    """
    with database.reading() as db:
        over = departed(db, db.now())
    gone = 0
    for start in range(0, len(over), AT_ONCE):
        with database.writing() as db:  # checked again: somebody may have come back meanwhile
            people = departed(db, db.now(), Person.id.in_(over[start : start + AT_ONCE]))
            _remove(db, people)
            gone += len(people)
    return gone


def note_last_case(db: Db, case_id: str) -> None:
    """Note for everybody in a case whose record is deleted when its agreements were. Part of a writing transaction."""
    went = db.scalar(select(Certificate.at).where(Certificate.case_id == case_id, Certificate.clock == AGREEMENT))
    if went is not None:
        seated = select(Participant.person_id).where(Participant.case_id == case_id)
        for person in db.scalars(select(Person).where(Person.id.in_(seated))):
            person.last_case_at = max(went, person.last_case_at or went)
        db.flush()


def departed(db: Db, at: datetime, *which: ColumnElement[bool]) -> list[str]:
    """The ids of the people who are due at the moment `at` (UTC)."""
    long_ago = months_after(at, -db.keep.people_months)
    in_office = and_(Office.person_id == Person.id, or_(Office.until.is_(None), Office.until > long_ago))
    # A commissioner's seat stays after the record, with the line that says how the case ended.
    removed = _certified(RECORD).exists() & _certified(AGREEMENT, Certificate.at <= long_ago).exists()
    seated = and_(Participant.person_id == Person.id, ~removed)
    found = select(Person.id).where(
        *which,
        Person.created_at <= long_ago,
        or_(Person.last_case_at.is_(None), Person.last_case_at <= long_ago),
        ~select(Office.id).where(in_office).exists(),
        ~select(Participant.id).where(seated).exists(),
        ~select(Hold.id).where(Hold.placed_by == Person.id).exists(),
    )
    return sorted(db.scalars(found))


def _certified(clock: DeletionClock, *which: ColumnElement[bool]) -> Select[str]:
    of_the_seat = Certificate.case_id == Participant.case_id
    return select(Certificate.id).where(of_the_seat, Certificate.clock == clock, *which)


def _remove(db: Db, people: list[str]) -> None:
    seats = db.scalars(select(Participant.id).where(Participant.person_id.in_(people))).all()
    db.execute(delete(RoleHeld).where(RoleHeld.participant_id.in_(seats)))
    db.execute(delete(Order).where(Order.ordered_by.in_(seats)))
    db.execute(delete(Participant).where(Participant.id.in_(seats)))
    for table in reversed(Base.metadata.sorted_tables):
        if "person_id" in table.c and table.name != Participant.__tablename__:
            db.execute(delete(table).where(table.c.person_id.in_(people)))
    db.execute(delete(Person).where(Person.id.in_(people)))
