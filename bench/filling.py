"""Fills a database with many cases like those that were played there: their rows are copied by the database itself.

Of each copy the ids end with its number. What was encrypted is copied too, and opens no more; large files are cut short. Of the
copies' letters a third each was delivered, called off and left for print. Of their records only the beginning is there.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    case,
    cast,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
)

from mediation.keys.key_table import keys
from mediation.store.models import Base
from tests.houses import House

AT_ONCE = 5_000
BYTES_KEPT = 60  # of what is encrypted
ENTRIES = 12  # of a record
TENTHS = 10  # one of so many copies is of each case under way
# What belongs to people and not to a case, or to either.
OF_PEOPLE = {"links", "sign_in_sessions", "idempotency_keys", "letters", "tokens", "challenges", "referral_drafts"}


def fill(house: House, over: str, going: Sequence[str], total: int, staying: Sequence[str]) -> None:
    """Copy cases, by id, one that is `over` and some that are `going` on, until there are `total`: a tenth each of these.

    Each copy has people of its own, but for those `staying` (ids), who have all of them.
    """
    rests = {case_id: (rest,) for rest, case_id in enumerate(going)} | {over: (*range(len(going), TENTHS),)}
    database, keyring = house.installation.database, house.installation.keyring
    for start in range(0, total, AT_ONCE):
        end = min(start + AT_ONCE, total)
        with database.engine.execution_options(writing=True).begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA cache_size = -262144")  # KiB
            else:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no triggers: they were met
            for case_id, of in rests.items():
                _copy_case(connection, case_id, _numbers(start, end, of), staying)
        with keyring.engine.execution_options(writing=True).begin() as connection:
            for case_id, of in rests.items():
                among = _numbers(start, end, of)
                _copy(connection, keys, [keys.c.case_id == case_id], among, _named(among))
    database.engine.dispose()  # and with it what was set
    for engine in (database.engine, keyring.engine):
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for one in ("VACUUM ANALYZE", "CHECKPOINT"):  # which its own workers would do while we measure
                    connection.exec_driver_sql(one)


def enlarge(house: House, case_id: str, times: int) -> None:
    """Give a case so many times its sessions, with who came, and its statements."""
    numbers, tables = _numbers(0, times, range(TENTHS)), Base.metadata.tables
    with house.installation.database.engine.execution_options(writing=True).begin() as connection:
        for name in ("sessions", "statements", "marks"):
            table = tables[name]
            which = [table.c.case_id == case_id, *([table.c.kind == "attended"] if name == "marks" else [])]
            changed = {one.name: _ended(one, numbers) for one in table.columns if one.name in ("id", "about")}
            _copy(connection, table, which, numbers, changed)


def _named(numbers: Any) -> dict[str, ColumnElement[Any]]:
    return {one.name: _ended(one, numbers) for one in (keys.c.case_id, keys.c.owner)}


def _numbers(start: int, end: int, rests: Sequence[int]) -> Any:
    counted = select(literal(start, Integer).label("n")).cte(f"counted_{start}_{rests[0]}", recursive=True)
    counted = counted.union_all(select(counted.c.n + 1).where(counted.c.n < end - 1))
    return select(counted.c.n).where((counted.c.n % TENTHS).in_(rests)).subquery()


def _copy_case(connection: Connection, case_id: str, numbers: Any, staying: Sequence[str]) -> None:
    participants = Base.metadata.tables["participants"]
    theirs = select(participants.c.person_id).where(participants.c.case_id == case_id)
    people = connection.scalars(theirs.where(participants.c.person_id.not_in(staying)).distinct()).all()
    for table in Base.metadata.sorted_tables:
        which = _which(table, case_id, people)
        if which:
            changed = {one.name: _changed(table, one, numbers, staying) for one in table.columns}
            _copy(connection, table, which, numbers, {name: one for name, one in changed.items() if one is not None})


def _which(table: Table, case_id: str, people: Sequence[str]) -> list[ColumnElement[bool]]:
    if table.name == "cases":
        return [table.c.id == case_id]
    if table.name == "people":
        return [table.c.id.in_(people)]
    if table.name == "record_entries":
        return [table.c.case_id == case_id, table.c.position <= ENTRIES]
    of_case = table.c.case_id == case_id if "case_id" in table.c else false()
    if table.name in OF_PEOPLE:
        return [or_(of_case, table.c.person_id.in_(people))]
    return [of_case] if "case_id" in table.c else []


def _copy(
    connection: Connection,
    table: Table,
    which: Sequence[ColumnElement[bool]],
    numbers: Any,
    changed: dict[str, ColumnElement[Any]],
) -> None:
    values = [changed.get(one.name, one).label(f"of_{one.name}") for one in table.columns]
    rows = select(*values).select_from(table.join(numbers, true())).where(*which)
    connection.execute(insert(table).from_select([one.name for one in table.columns], rows))


def _changed(table: Table, column: Column[Any], numbers: Any, staying: Sequence[str]) -> ColumnElement[Any] | None:
    if table.name == "letters" and column.name in WHAT_BECAME:
        return case((numbers.c.n % 3 == WHAT_BECAME.index(column.name), table.c.due_at), else_=null())
    if table.name == "cases" and column.name in SETTLED:
        return SETTLED[column.name]
    if column.name == "number" and isinstance(column.type, String):
        return number_of(numbers.c.n)
    if isinstance(column.type, LargeBinary):
        return func.substr(column, 1, BYTES_KEPT)
    is_id = isinstance(column.type, String) and column.type.length in (24, 64)
    if not is_id or column.name in UNCHANGED:
        return None
    ended = _ended(column, numbers)
    return case((column.in_(staying), column), else_=ended) if column.name == "person_id" else ended


WHAT_BECAME = ("delivered_at", "called_off_at", "gave_up_at")  # of a letter
SETTLED: dict[str, ColumnElement[Any]] = {"anchor_due": false()}
UNCHANGED = {"organisation_id", "provider_id", "hash", "previous", "head", "head_mac"}


def number_of(n: ColumnElement[int]) -> ColumnElement[str]:
    """The number of a copied case."""
    year, order = cast(n // 10_000 + 3000, String), func.substr(cast(n % 10_000 + 10_000, String), 2)
    return year + "-" + order


def _ended(column: Column[Any], numbers: Any) -> ColumnElement[str]:
    kept = 54 if isinstance(column.type, String) and column.type.length == 64 else 14
    there = (column.is_(None) | (column == ""), column)
    return case(there, else_=func.substr(column, 1, kept) + "-" + func.substr(cast(numbers.c.n + 10**9, String), 2))
