"""A case that was copied is as good as one that was led there, and nobody else's."""

import pytest

from mediation.case import record
from tests.cases import case_in
from tests.houses import House


@pytest.mark.parametrize("turn", ["led there or copied", "copied", "copied again"])
def test_a_copied_case_goes_on_like_one_that_was_led_there(house: House, turn: str) -> None:
    early = house.client()
    assert early.get("/api/cases").status_code == 401  # connections and clients from before the copy stay good
    table = case_in(house, "dialogue")
    meri = house.client("Meri")
    assert meri.get(f"/api/cases/{table.number}").json()["phase"] == "dialogue"
    with table.writing() as db:
        table.advance(db, "seek-solutions")
        assert record.verify(db, table.seat(db, "Meri").case.id).holds
    assert meri.get(f"/api/cases/{table.number}").json()["phase"] == "solutions"
    assert [table.number, case_in(house, "preparation").number] == ["2027-0001", "2027-0002"]


def test_a_house_in_which_something_was_done_stays_as_it_is(sqlite_house: House) -> None:
    outi = sqlite_house.person("Outi")
    table = case_in(sqlite_house, "opening")
    assert sqlite_house.people["Outi"] == outi
    assert sqlite_house.client("Outi").get(f"/api/cases/{table.number}").status_code == 404
