"""What tables share: a random id, columns that are encrypted each with its row's key, and indexes of some rows only."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from mediation.keys.case_keys import EMPTIED
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.database import Db, Instant

CODE = String(40)
ID = String(24)

KeyOf = Callable[[Any], KeyName]


class Base(DeclarativeBase):
    """What all tables share: every moment is an Instant, and every constraint has a name that migrations can use.

    A class names its table: `class Note(CaseRow, table="notes")`. What is encrypted is bound to that name for ever.
    """

    type_annotation_map: ClassVar = {datetime: Instant}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    def __init_subclass__(cls, *, table: str = "", **options: Any) -> None:
        if table:
            cls.__tablename__ = table
        super().__init_subclass__(**options)


class Row(Base):
    """A row with a random public id. It is set before anything is encrypted, for encrypted words are bound to it."""

    __abstract__ = True
    id: Mapped[str] = mapped_column(ID, primary_key=True)


class CaseRow(Row):
    """A row of one case."""

    __abstract__ = True
    case_id: Mapped[str] = mapped_column(ID, ForeignKey("cases.id"), index=True)


class Recorded:
    """The columns of what was done at a case: in which way, recorded by whom (oneself or a mediator), and when."""

    way: Mapped[str] = mapped_column(CODE)
    recorded_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    at: Mapped[datetime]


class InLanguage:
    """The column of a language (fi, sv, en): that of the row's words, or that in which somebody is written to."""

    language: Mapped[str] = mapped_column(String(2))


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows that meet the SQL condition `where`."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def case_key(clock: DeletionClock) -> KeyOf:
    """Names the key of the row's case on this deletion clock."""
    return lambda row: KeyName(row.case_id, clock)


def encrypted(key_of: KeyOf, *, optional: bool = False) -> MappedColumn[Any]:
    """An encrypted column; `key_of` names the key of a row. Written with `put` or `put_bytes`, read with `get` or `get_bytes`."""
    return mapped_column(LargeBinary, nullable=optional, info={"key_of": key_of})


def put(db: Db, row: Row, column: str, words: object) -> None:
    """Encrypt `words` (any JSON value) into `column` of `row`, which must have its id and case already."""
    put_bytes(db, row, column, _json(words))


def put_bytes(db: Db, row: Row, column: str, content: bytes) -> None:
    """Encrypt a file into `column` of `row`."""
    setattr(row, column, db.keys.encrypt(key_name(row, column), cell(row, column), content))


def encrypted_words(db: Db, table: type[Row], row: Mapping[str, Any], column: str, words: object) -> bytes:
    """The value that `put` would store in `column` of a row given by its values, for statements without objects."""
    like = SimpleNamespace(__table__=table.__table__, __tablename__=table.__tablename__, **row)
    return db.keys.encrypt(key_name(like, column), cell(like, column), _json(words))


def _json(words: object) -> bytes:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def get(db: Db, row: Row, column: str) -> Any:
    """The words in `column` of `row`, None if there never were any.

    Refuses with `words-gone` (the key was destroyed) and `words-damaged` (changed, or moved from another cell).
    """
    if getattr(row, column) is None:
        return None
    return _words(get_bytes(db, row, column))


def _words(plain: bytes) -> Any:
    return json.loads(plain.decode("utf-8", "surrogatepass"))


def get_bytes(db: Db, row: Row, column: str) -> bytes:
    """The file in `column` of `row`. Refuses like `get`."""
    return db.keys.decrypt(key_name(row, column), cell(row, column), getattr(row, column))


def get_later(db: Db, row: Row, column: str) -> Callable[[], Any]:
    """What reads the words in `column` of `row` when it is called, once, also after the transaction. Refuses like `get`."""
    keys, name, where, words = db.keys, key_name(row, column), cell(row, column), getattr(row, column)

    @cache
    def read() -> Any:
        return None if words is None else _words(keys.decrypt(name, where, words))

    return read


def remaining(db: Db, row: Row, column: str) -> Any:
    """Like `get`, but None also where the words were deleted."""
    return None if is_gone(db, row, column) else get(db, row, column)


def words_of(db: Db, row: Row, *columns: str) -> dict[str, Any]:
    """The words in `columns`, by name; where any of them were deleted they are None, and `deleted` says so."""
    gone = [column for column in columns if is_gone(db, row, column)]
    words = {column: None if column in gone else get(db, row, column) for column in columns}
    return words | {"deleted": True} if gone else words


def is_gone(db: Db, row: Row, column: str) -> bool:
    """Whether there were words in `column` of `row` and their key was destroyed."""
    value = getattr(row, column)
    return value is not None and (value == EMPTIED or db.keys.is_gone(key_name(row, column)))


def key_name(row: Any, column: str) -> KeyName:
    """The name of the key that `column` of `row` is encrypted with."""
    key_of: KeyOf = row.__table__.columns[column].info["key_of"]
    return key_of(row)


def cell(row: Any, column: str) -> str:
    """The cell that words are bound to: table, column and row id. Decrypting them elsewhere fails."""
    return f"{row.__tablename__}.{column}.{row.id}"
