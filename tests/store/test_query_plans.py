"""How the databases find rows: nothing that a request, a round or a worker asks walks through a table that grows."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Index, PrimaryKeyConstraint, Table, UniqueConstraint, event

from demo import breach, smooth
from demo.play import STORIES
from demo.stage import Stage
from mediation.installation.due import do_what_is_due
from mediation.letters.delivery import deliver_due
from mediation.retention import run as retention
from mediation.store.models import Base
from tests.asking_of_supervision import ASKS_OF_SUPERVISION, desk_for
from tests.houses import House
from tests.stories.test_parents_story import stage_with_letters
from tests.stories.test_smooth_story import stage_in
from tests.supervised import SUPERVISION
from tests.walked_routes import walk_routes
from tests.world import browser
from tests.world.letters import Pigeonhole
from workflows import WORKFLOWS

Asked = Mapping[str, Any]  # a statement -> an example of its parameters

# What may be walked through, however many cases there are, and why it stays small.
SMALL = {
    "organisations": "as many as employers and offices that provide mediators",
    "offices": "as many as those who mediate or order mediation, and did",
    "suspended_ways": "what was suspended in the last month, which is seldom",
    "ix_orders_waiting": "only orders that wait, for an hour or a week",
    "ix_cases_hours_at_end": "only cases that have ended since the last round",
    "ix_cases_register_at_end": "the same",
    "ix_letters_given_up": "only letters that no mailbox took, until they are printed",
    "ix_letters_retried": "only letters that a mail server did not take yet",
    "ix_cases_anchor_due": "only cases whose head is to be copied, within minutes",
    "uq_address_changes_waiting": "only addresses that wait to be proven, for some days",
    "ix_address_changes_until": "the same",
}
ANY_ROW = re.compile(r"FROM \w+\s+LIMIT")  # the first that comes: whether there is any
TABLES = Base.metadata.tables
OF_SUPERVISION = {"goal_ratings", "goal_spreads", "series", "billed_sessions", "leaders_hours", "inquiries"}


@contextmanager
def asked_of(engine: Engine) -> Iterator[Asked]:
    """Every statement that is asked of a database, once each."""
    asked: dict[str, Any] = {}

    def note(connection: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")) and not ANY_ROW.search(statement):
            asked.setdefault(statement, given[0] if isinstance(given, list) else given)  # else one for many rows

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def walks(engine: Engine, asked: Asked) -> dict[str, set[str]]:
    """The statements that walk through a table or an index that may grow, with its name."""
    of = _on_sqlite if engine.dialect.name == "sqlite" else _on_postgresql
    found: dict[str, set[str]] = {statement: set() for statement in asked}
    with engine.connect() as connection:
        for settings in ((),) if engine.dialect.name == "sqlite" else _LARGE:
            for one in settings:
                connection.exec_driver_sql(one)
            found = {statement: of(connection, statement, asked[statement]) - SMALL.keys() for statement in found}
            found = {statement: names for statement, names in found.items() if names}
        connection.rollback()
    return found


# PostgreSQL plans by how much there is. It is told that it does not know, which it takes for ten pages of each table, and that
# a row costs as much as a page. A statement walks if it does so whatever else PostgreSQL believes, of values above all.
_LARGE = (
    (
        "SET LOCAL enable_seqscan = off",
        "SET LOCAL enable_hashjoin = off",
        "SET LOCAL enable_mergejoin = off",
        "SET LOCAL cpu_tuple_cost = 1",
        "UPDATE pg_class SET relpages = 0, reltuples = -1"
        " WHERE relkind IN ('r', 'i') AND relnamespace = CAST(current_schema() AS regnamespace)",
    ),
    (
        "DELETE FROM pg_statistic USING pg_attribute"
        " WHERE starelid = attrelid AND staattnum = attnum AND attname NOT IN ('ended_at', 'left_at')",
    ),
    ("SET LOCAL enable_material = off",),
    ("DELETE FROM pg_statistic",),
    ("SET LOCAL enable_material = on",),
)


def _on_sqlite(connection: Connection, statement: str, given: Any) -> set[str]:
    lines = [str(row.detail) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    walked = [re.match(r"SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?$", line) for line in lines]
    return {one[2] if one[2] in SMALL else one[1] for one in walked if one and one[1] in TABLES}


def _on_postgresql(connection: Connection, statement: str, given: Any) -> set[str]:
    [plan] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalar_one()
    return set(_walked(plan["Plan"]))


def _walked(plan: Mapping[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    if "Index Name" in plan and "Index Cond" not in plan:
        yield plan["Index Name"]
    for one in plan.get("Plans", ()):
        yield from _walked(one)


def count_what_has_not_ended(engine: Engine) -> None:
    """Let PostgreSQL know how much has not ended: else it takes that for something rare."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            for table in ("marks", "participants"):
                connection.exec_driver_sql(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
                connection.exec_driver_sql(f"ANALYZE {table}")


def play_everything(house: House) -> None:
    """Both stories with all their letters, what people look at, signing in, and every round until nothing is left."""
    installation, database = house.installation, house.installation.database
    stage = stage_in(house, [])
    house.person("Ulla", office="admin")
    numbers = [play(stage) for play in (smooth.play, breach.play)]
    count_what_has_not_ended(database.engine)
    readable = [one.path for one in walk_routes(house.app) if "GET" in one.methods]
    for name in ("sovittelija", "HR-koordinaattori", "P1"):
        for path in (path.replace("{number}", numbers[-1]) for path in readable):
            if "{" not in path:
                stage.actors[name].client.get(path)
    deliver_due(database, Pigeonhole(), installation.settings, limit=500)
    house.clock.at = stage.clock.at
    database.clock = house.clock
    browser(house, "ulla@example.org").get("/api/me")
    with database.reading() as db:
        assert retention.preview(db, db.now() + timedelta(days=3000))
    go_rounds(house)


# In the address of what is read: an id of which table, and of a day a column. Of everything else it is one that nobody has.
BLANKS = {
    "session_id": "SELECT id FROM sessions",
    "choice": "SELECT id FROM time_choices",
    "document": "SELECT id FROM documents",
    "letter": "SELECT id FROM letters",
    "text": "SELECT id FROM agreed_texts",
    "organisation": "SELECT id FROM organisations",
    "period": "SELECT until FROM hours_told",
}


def look_at_everything(house: House, stage: Stage, number: str, *names: str) -> None:
    """Let people of a story read all there is to read, of a case too."""
    with house.installation.database.engine.connect() as connection:
        found = {blank: connection.exec_driver_sql(f"{ids} LIMIT 1").scalar() for blank, ids in BLANKS.items()}
    filled = {"number": number} | {blank: str(one) for blank, one in found.items()}
    for path in [one.path for one in walk_routes(house.app) if "GET" in one.methods]:
        for name in names:
            stage.actors[name].client.get(re.sub(r"\{(\w+)\}", lambda one: filled.get(one[1], "Z" * 20), path))


def go_rounds(house: House) -> None:
    """Go through every round until nothing is left: first each by a clock that jumped, then by one that goes on."""
    database = house.installation.database
    for days in (0, 20, 100, 800, 800):
        house.clock.at += timedelta(days=days)
        for _ in range(2):
            do_what_is_due(database, WORKFLOWS, whole=False)
            retention.run(database, whole=False)


@pytest.fixture
def begun(house: House) -> House:
    """A house in which a whole run was made today: that walks through everything, once a day."""
    do_what_is_due(house.installation.database, WORKFLOWS)
    retention.run(house.installation.database)
    with house.installation.database.engine.connect() as connection:
        on_postgresql = connection.dialect.name == "postgresql"
        if on_postgresql and connection.exec_driver_sql("SHOW is_superuser").scalar_one() != "on":
            pytest.skip("only a superuser can let tables look large to PostgreSQL")
    return house


@pytest.mark.part(3)
def test_what_is_asked_walks_through_no_table_that_grows(begun: House) -> None:
    engine = begun.installation.database.engine
    with asked_of(engine) as asked:
        play_everything(begun)
    assert len(asked) > 300
    assert walks(engine, asked) == {}


@pytest.mark.part(6)
@pytest.mark.parametrize("story", [code for code, one in STORIES.items() if one.cast.workflow == SUPERVISION.code])
def test_what_a_supervision_asks_walks_through_no_table_that_grows(begun: House, story: str) -> None:
    engine, database = begun.installation.database.engine, begun.installation.database
    with asked_of(engine) as asked:
        stage = stage_with_letters(begun)
        number = STORIES[story].play(stage)
        count_what_has_not_ended(engine)
        look_at_everything(begun, stage, number, *[*stage.actors][:2], [*stage.actors][-1])
        begun.clock.at, database.clock = stage.clock.at, begun.clock
        go_rounds(begun)
    with asked_of(engine) as once_a_day:  # as a story lets it be done where its days are skipped
        retention.run(database)
    asked = {statement: given for statement, given in asked.items() if statement not in once_a_day}
    assert {table for table in TABLES if any(re.search(rf"\b{table}\b", one) for one in asked)} >= OF_SUPERVISION
    assert walks(engine, asked) == {}


@pytest.mark.part(4)
def test_no_act_of_a_supervision_walks_through_a_table_that_grows(begun: House) -> None:
    engine = begun.installation.database.engine
    with asked_of(engine) as asked:
        for phase in dict.fromkeys(ask.phase for ask in ASKS_OF_SUPERVISION):
            desk = None
            for ask in (one for one in ASKS_OF_SUPERVISION if one.phase == phase):
                desk = desk_for(begun, ask) if desk is None or ask.alone else desk
                assert desk.ask(*ask.of(desk)).is_success, ask
                desk = None if ask.breaks else desk
        go_rounds(begun)
    assert walks(engine, asked) == {}


def test_a_walk_is_seen(begun: House) -> None:
    engine = begun.installation.database.engine
    with asked_of(engine) as asked, engine.connect() as connection:
        connection.exec_driver_sql("SELECT id FROM letters WHERE error = 'none'")
    assert len(walks(engine, asked)) == 1


def test_every_foreign_key_is_found_by_an_index() -> None:
    """Else whoever deletes a row that it may point to walks through the whole table."""
    missing = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if column.foreign_keys and not _is_indexed(table, column.name)
    ]
    assert missing == []


def _is_indexed(table: Table, column: str) -> bool:
    by_keys = [one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    by_index = [one for one in table.indexes if _holds(one) in (None, f"{column} IS NOT NULL")]
    return any(one.columns.keys()[0] == column for one in (*by_keys, *by_index))


def _holds(index: Index) -> str | None:
    """Of which rows an index is; None: of all."""
    where = index.dialect_options["sqlite"].get("where")
    return None if where is None else str(where)
