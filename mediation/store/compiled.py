"""Compiled statements: compiled once for each kind of database and then run as text: for the road every transition takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, CursorResult, Dialect
from sqlalchemy.orm import Session

Values = Mapping[str, Any]


class CompiledStatement:
    """A statement to be run again and again, with other values for its named parameters each time.

    SQLAlchemy looks a statement through whenever it is run, which takes it longer than the database takes to answer.
    This one it looks through once. Values go in as their columns want them; what comes out is as the driver gives it,
    so no moments and no days are read in this way.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement
        self._texts: dict[str, _Text] = {}

    def run(self, session: Session, given: Values | Sequence[Values]) -> CursorResult[*tuple[Any, ...]]:
        """Run it with the values `given`, or with each of several sets of them; what the session holds is written before."""
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
