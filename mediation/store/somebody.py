"""Rows about a person who may not exist: whether they do shows neither in the answer nor in the statements."""

from collections.abc import Mapping

from sqlalchemy import insert, literal, select

from mediation.store.database import Db
from mediation.store.models import Base, Person


def insert_for(db: Db, person_id: str, table: type[Base], entered: Mapping[str, object]) -> None:
    """Insert a row of a person; for an unknown one the same statement inserts nothing."""
    columns = [literal(value, table.__table__.c[name].type) for name, value in entered.items()]
    somebody = select(Person.id, *columns).where(Person.id == person_id)
    db.execute(insert(table.__table__).from_select(["person_id", *entered], somebody))  # type: ignore[arg-type]
