"""When a case is looked at: never later than a clock of it strikes, and no sooner, however many cases there are."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mediation.acts.holds import hold_by_order
from mediation.acts.leaving import take_back_withdrawal, withdraw
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.retention import run as retention
from mediation.retention.clocks import cases_to_look_at, clocks_of
from mediation.settings import Keep
from mediation.store.models import Case
from tests.cases import Table, case_in
from tests.ended import ENDED, Ending, case_id
from tests.houses import House
from tests.retention.test_retention import AGREEMENT, MOMENT, RECORD, SOON, WORDS, gone

DAY = timedelta(days=1)
SHORT = Keep(words_days=0, agreement_months=24, record_months=24, grace_days=0)


def noted(table: Table) -> datetime | None:
    """From when on the case is to be looked at."""
    with table.writing() as db:
        return db.scalars(select(Case.deletion_due).where(Case.number == table.number)).one()


def next_due(table: Table) -> datetime | None:
    """When the next of its clocks strikes."""
    case = case_id(table)
    with table.writing() as db:
        return min((one.due for one in clocks_of(db, case) if one.due and one.gone is None), default=None)


def looked_at(table: Table, at: datetime) -> bool:
    with table.house.installation.database.reading() as db:
        return bool(cases_to_look_at(db, at))


def run(table: Table, at: datetime) -> int:
    """A round that walks through nothing; how many keys went."""
    table.house.clock.at = at
    return retention.run(table.house.installation.database, whole=False).keys


def test_after_each_run_a_case_waits_for_the_next_of_its_clocks(ending: Ending) -> None:
    table = ending.open()
    for moment, keys in ((ENDED, 0), (WORDS, len(SOON)), (AGREEMENT, 1)):
        assert run(table, moment) == keys
        waits = noted(table)
        assert waits is not None
        assert waits == next_due(table) > moment
        assert not looked_at(table, waits - MOMENT)
        assert looked_at(table, waits)
    assert run(table, RECORD) == 1
    assert noted(table) is None


def test_a_case_under_way_is_not_looked_at(sqlite_house: House) -> None:
    table = case_in(sqlite_house, "dialogue")
    run(table, table.house.clock.at)
    assert not looked_at(table, RECORD)


@pytest.mark.parametrize("told", [False, True])
def test_shorter_times_to_keep_reach_the_cases_that_waited_for_longer_ones(sqlite_ending: Ending, told: bool) -> None:
    assert run(sqlite_ending.open(), ENDED) == 0
    table = sqlite_ending.open(SHORT)
    if told:
        with table.house.installation.database.reading() as db:
            assert len(retention.preview(db, ENDED)) == len(SOON)
    assert run(table, ENDED) == len(SOON)


def test_a_hold_lets_a_case_be_looked_at_each_day(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    with table.writing() as db:
        hold_by_order(db, table.house.people["Ulla"], table.number, "KKO 1", ["private", "notes"])
    assert run(table, WORDS) == 0
    assert noted(table) == WORDS + DAY


def test_who_withdrew_is_looked_at_each_day_until_their_words_are_gone(sqlite_house: House) -> None:
    table = case_in(sqlite_house, "dialogue")
    begun = sqlite_house.clock.at
    with table.writing() as db:
        table.does(db, "Aino", withdraw)
    run(table, begun)
    assert noted(table) == begun + DAY  # they may still write, or come back and leave in another way
    with table.writing() as db:
        table.does(db, "Aino", take_back_withdrawal)
    run(table, begun + DAY)
    assert noted(table) is None


def test_what_nothing_tells_of_is_looked_for_once_a_day(sqlite_ending: Ending) -> None:
    table = sqlite_ending.open()
    database, keyring = table.house.installation.database, table.house.installation.keyring
    table.house.clock.at = ENDED
    assert retention.run_unless_time_is_odd(database)
    keyring.destroy([KeyName(case_id(table), DeletionClock.CONTENT)], ENDED.isoformat())  # as by hand
    table.house.clock.at = ENDED + DAY - MOMENT
    assert retention.run_unless_time_is_odd(database) == retention.Ran(0, 0, 0)
    table.house.clock.at = ENDED + DAY
    assert retention.run_unless_time_is_odd(database) == retention.Ran(1, 1, 0)
    assert gone(table) == {("content", "")}
