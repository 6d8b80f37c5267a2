"""Upserts: a row inserted or, where its key exists, changed, in one statement."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from mediation.store.database import Db

Column = InstrumentedAttribute[Any]
Values = Mapping[str, Any]
Condition = ColumnElement[bool] | None


def upsert(db: Db, key: Column, new: Values, changes: Values, returned: Column, only: Condition = None) -> Any:
    """Insert the row `new` into the table of the column `key`; where its key exists and `only` holds, make the `changes`.

    Gives the column `returned` of the written row, None where nothing was written. What the session has loaded stays as it is.
    """
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    written = insert(key.class_).values(**new)
    written = written.on_conflict_do_update(index_elements=[key], set_=changes, where=only)
    return db.scalar(written.returning(returned), execution_options={"synchronize_session": False})
