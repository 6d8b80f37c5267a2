"""What every table shares: names of constraints, a random id, and encrypted columns that know their key."""

import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.database import Db

CODE = String(40)
ID = String(24)

KeyOf = Callable[[Any], KeyName]


class Base(DeclarativeBase):
    """Every constraint has a name, so that a migration can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Row(Base):
    """A row with a random public id, given before it is written because encrypted words are bound to it."""

    __abstract__ = True
    id: Mapped[str] = mapped_column(ID, primary_key=True)


class CaseRow(Row):
    """A row of one case."""

    __abstract__ = True
    case_id: Mapped[str] = mapped_column(ID, ForeignKey("cases.id"), index=True)


def on_clock(clock: DeletionClock) -> KeyOf:
    """The key of the row's case on `clock`, shared by all who may read it."""
    return lambda row: KeyName(row.case_id, clock)


def encrypted(key_of: KeyOf, *, optional: bool = False) -> MappedColumn[Any]:
    """A column of words, encrypted with the key that `key_of` names for its row; read and written by `get` and `put`."""
    return mapped_column(LargeBinary, nullable=optional, info={"key_of": key_of})


def put(db: Db, row: Row, column: str, words: object) -> None:
    """Encrypt `words` (any JSON value) into `column` of `row`, which must already have its id and case."""
    setattr(row, column, db.keys.encrypt(key_name(row, column), place(row, column), _plain(words)))


def encrypted_words(db: Db, table: type[Row], row: Mapping[str, Any], column: str, words: object) -> bytes:
    """What `put` would put into `column` of a `row` that is written without an object."""
    like = SimpleNamespace(__table__=table.__table__, __tablename__=table.__tablename__, **row)
    return db.keys.encrypt(key_name(like, column), place(like, column), _plain(words))


def _plain(words: object) -> bytes:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def get(db: Db, row: Row, column: str) -> Any:
    """The words `put` encrypted, or None where there never were any.

    Refuses with `words-gone` (the key was destroyed) and `words-damaged` (changed, or moved from its place).
    """
    value = getattr(row, column)
    if value is None:
        return None
    words = db.keys.decrypt(key_name(row, column), place(row, column), value)
    return json.loads(words.decode("utf-8", "surrogatepass"))


def remaining(db: Db, row: Row, column: str) -> Any:
    """Like `get`, for who only looks: None also where the words were deleted."""
    return None if is_gone(db, row, column) else get(db, row, column)


def words_of(db: Db, row: Row, *columns: str) -> dict[str, Any]:
    """The words in `columns`, by name; where any of them were deleted they are None, and `deleted` says so."""
    gone = [column for column in columns if is_gone(db, row, column)]
    told = {column: None if column in gone else get(db, row, column) for column in columns}
    return told | {"deleted": True} if gone else told


def is_gone(db: Db, row: Row, column: str) -> bool:
    """Whether there were words in `column` of `row` and their key was destroyed."""
    return getattr(row, column) is not None and db.keys.is_gone(key_name(row, column))


def put_bytes(db: Db, row: Row, column: str, content: bytes) -> None:
    """Encrypt a file into `column` of `row`."""
    setattr(row, column, db.keys.encrypt(key_name(row, column), place(row, column), content))


def get_bytes(db: Db, row: Row, column: str) -> bytes:
    """The file that `put_bytes` encrypted."""
    return db.keys.decrypt(key_name(row, column), place(row, column), getattr(row, column))


def key_name(row: Any, column: str) -> KeyName:
    """Which key the words in `column` of `row` are under."""
    key_of: KeyOf = row.__table__.columns[column].info["key_of"]
    return key_of(row)


def place(row: Any, column: str) -> str:
    """Where the words stand: they cannot be read anywhere else."""
    return f"{row.__tablename__}.{column}.{row.id}"
