"""Statements that are compiled once per kind of database and then run as plain SQL, where every request runs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, CursorResult, Dialect
from sqlalchemy.orm import Session

Values = Mapping[str, Any]


class CompiledStatement:
    """A statement with named parameters that SQLAlchemy compiles once and not at every run.

    Compiling takes longer than the database takes to answer. Values are converted as their columns want them; results
    are as the driver gives them, so do not read moments or days with it.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement
        self._texts: dict[str, _Text] = {}

    def run(self, session: Session, given: Values | Sequence[Values]) -> CursorResult[*tuple[Any, ...]]:
        """Flush the session, then run the statement with the values `given`, or once with each of several sets of values."""
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        text = self._texts.get(dialect.name) or self._texts.setdefault(dialect.name, _compile(self.statement, dialect))
        several = not isinstance(given, Mapping)
        return connection.exec_driver_sql(text.sql, [text.fill(one) for one in given] if several else text.fill(given))


@dataclass(frozen=True)
class _Text:
    sql: str
    constants: Values
    order: Sequence[str] | None  # of the parameters, where the driver takes them by position
    converters: Mapping[str, Callable[[Any], Any]]

    def fill(self, given: Any) -> Any:
        values = {**self.constants, **given}
        for name, convert in self.converters.items():
            values[name] = convert(values[name])
        return values if self.order is None else tuple([values[name] for name in self.order])


def _compile(statement: ClauseElement, dialect: Dialect) -> _Text:
    compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    kinds = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items() if name in compiled.params}
    converters = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
    return _Text(
        sql=str(compiled),
        constants=compiled.params,
        order=compiled.positiontup if compiled.positional else None,
        converters={name: convert for name, convert in converters.items() if convert is not None},
    )
