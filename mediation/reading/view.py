"""How an answer is made: frozen dataclasses that are its JSON schema too, and rows read as columns into their shape."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import groupby
from types import SimpleNamespace
from typing import Annotated, Any, Literal, TypeVar, cast, dataclass_transform

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticOmit, core_schema
from sqlalchemy.orm import Bundle

from mediation.store.database import Db
from mediation.store.models import Row, words_of

T = TypeVar("T")
R = TypeVar("R", bound=Row)


class Absent:
    """What stands in a field that is not this reader's: it is left out of the JSON, and is false in a template."""

    def __bool__(self) -> Literal[False]:
        return False

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.is_instance_schema(cls, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Any:
        raise PydanticOmit


ABSENT = Absent()


def _is_absent(value: object) -> bool:
    return value is ABSENT


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


# A field that only some readers have: `phase: IfSeen[str] = ABSENT`.
IfSeen = Annotated[T | Absent, Field(exclude_if=_is_absent, json_schema_extra=_without_default)]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def view(described: type[T]) -> type[T]:
    """Make a frozen dataclass of a class that describes an answer."""
    described.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
    return dataclass(frozen=True, kw_only=True)(described)


@cache
def _fields(shape: Any) -> Sequence[str]:
    return [one.name for one in fields(shape)]


class _Columns(Bundle[Any]):
    """Columns of a table; each row of them is a plain object that looks like one of the table, or None in an outer join."""

    inherit_cache = True

    def __init__(self, table: type[Row], names: Sequence[str]) -> None:
        super().__init__(table.__name__, *(getattr(table, name) for name in names))
        own = {name: getattr(table, name) for name in ("__table__", "__tablename__")}
        self.made = type(table.__name__, (SimpleNamespace,), own)

    def create_row_processor(self, query: Any, procs: Sequence[Any], labels: Sequence[str]) -> Any:
        """See `Bundle`."""
        at_id = labels.index("id")

        def processed(row: Any) -> Any:
            values = [proc(row) for proc in procs]
            return None if values[at_id] is None else self.made(**dict(zip(labels, values, strict=True)))

        return processed


def columns(table: type[R], shape: Any) -> type[R]:
    """What to select of a `table` for views of `shape`: all but the words and files of which it tells nothing.

    Rows come as plain objects that look like the table's and are quicker to make; what is written to them is lost.
    """
    return cast(type[R], _columns(table, shape))


@cache
def _columns(table: Any, shape: Any) -> _Columns:
    told = _fields(shape)
    return _Columns(table, [one.key for one in table.__table__.columns if "key_of" not in one.info or one.key in told])


@cache
def _sources(shape: Any, table: Any) -> tuple[Mapping[str, str], Sequence[str]]:
    there = {one.key: "key_of" in one.info for one in table.columns}
    found = {name: key for name in _fields(shape) for key in (name, f"{name}_id") if key in there}
    return {name: key for name, key in found.items() if not there[key]}, [one for one in found if there[found[one]]]


def shown(db: Db, shape: type[T], row: Row, **given: Any) -> T:
    """A row in the shape of an answer: `given` fields, the columns of the same name (or that with `_id`), and its words.

    Where its words were deleted they are None, and `deleted` is True.
    """
    plain, words = _sources(cast(Any, shape), row.__table__)
    values = {name: getattr(row, key) for name, key in plain.items() if name not in given}
    return shape(**values, **words_of(db, row, *(one for one in words if one not in given)), **given)


def grouped(rows: Iterable[Any]) -> Iterator[list[list[Any]]]:
    """The rows of a join, ordered by its first table: for each row of that, the rows of each table once, in their order."""
    for _, group in groupby(rows, key=lambda row: row[0].id):
        yield [list({one.id: one for one in table if one is not None}.values()) for table in zip(*group, strict=True)]


def codes(text: str) -> list[str]:
    """Codes that are stored with commas between them."""
    return [code for code in text.split(",") if code]
