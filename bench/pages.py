"""How many pages PostgreSQL looks at for what is asked of it: nearly the same each time, whatever else the computer does."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

Asked = list[tuple[Engine, str, Any]]


def pages_of(asked: Asked) -> int:
    """The pages, in memory or on disk, for all of these statements once more; what they change is rolled back.

    One that would not succeed a second time, such as a row that is there by now, counts nothing.
    """
    return sum(_pages(*one) for one in asked if one[0].dialect.name == "postgresql" and one[1][:6] in _PLANNED)


_PLANNED = {"SELECT", "UPDATE", "DELETE"}


def _pages(engine: Engine, statement: str, given: Any) -> int:
    with engine.connect() as connection:
        try:
            [plan] = _explained(connection, statement, given)
        except DBAPIError:
            return 0
        finally:
            connection.rollback()
    return int(plan["Plan"]["Shared Hit Blocks"]) + int(plan["Plan"]["Shared Read Blocks"])


def _explained(connection: Connection, statement: str, given: Any) -> list[Mapping[str, Any]]:
    return list(connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", given).scalar_one())
