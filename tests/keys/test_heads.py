"""Heads in the key store: one for each case, also if several store the first one at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from sqlalchemy import event, insert

from mediation.keys import heads
from mediation.keys.heads import Head
from mediation.keys.key_table import metadata
from mediation.store.database import open_engine
from tests.databases import FreshDatabases

AT = "2027-01-04T08:00:00+00:00"
FIRST = Head("Zg1ELOCyUZla3R1eGIdI", "2027-4711", 1, "a" * 64, "b" * 64, 1, AT, AT)
OTHER = FIRST._replace(case_id="another")
SECOND = FIRST._replace(version=2)


def test_two_processes_that_keep_the_first_head_of_a_case_at_once_both_go_on(fresh_postgres: FreshDatabases) -> None:
    engine, looked = open_engine(fresh_postgres()), Event()
    metadata.create_all(engine)
    with ThreadPoolExecutor(1) as another:
        with engine.begin() as connection:
            connection.execute(insert(heads._heads).values(FIRST._asdict()))
            # The other one inserts before this one commits, and waits for it.
            event.listen(engine, "before_cursor_execute", lambda *told: looked.set() if "INSERT" in told[2] else None)
            waiting = another.submit(heads.keep, engine, [SECOND, OTHER])
            assert looked.wait(60)
        waiting.result(timeout=60)
    assert heads.read(engine) == {FIRST.case_id: SECOND, OTHER.case_id: OTHER}
    heads.keep(engine, [FIRST])
    assert heads.read(engine)[FIRST.case_id] == SECOND
    heads.keep(engine, [FIRST], back=True)
    assert heads.read(engine)[FIRST.case_id] == FIRST
    engine.dispose()
