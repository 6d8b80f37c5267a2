"""Case numbers: drawn, so that two of them say nothing of how many cases lie between; unique in an installation."""

import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from inspect import signature

import pytest
from sqlalchemy import inspect

from mediation.acts.cases import refer
from mediation.acts.new_cases import DIGITS
from mediation.acts.participants import Someone
from mediation.errors import Unavailable
from mediation.installation.installation import open_installation
from mediation.store.database import Db
from mediation.store.models import Case
from tests.houses import House
from workflows.mediation import MEDIATION


def refer_one(db: Db, house: House) -> Case:
    return refer(
        db,
        MEDIATION,
        house.people["Vilho"],
        organisation_id=house.organisation("Esimerkkilä"),
        language="fi",
        subject="Vuoronvaihto",
        parties=[Someone(person_id=house.people[name]) for name in ("Aino", "Pekka")],
    )


def drawing(house: House, lots: Iterable[int]) -> list[int]:
    """Let the house draw these lots; gives the bounds that it asked for."""
    bounds, left = [], iter(lots)

    def draw(bound: int) -> int:
        bounds.append(bound)
        return next(left)

    house.installation.database.draw = draw
    return bounds


@pytest.fixture
def staffed(house: House) -> House:
    house.person("Vilho", office="hr")
    for name in ("Aino", "Pekka"):
        house.person(name)
    return house


def test_numbers_are_drawn_not_counted(staffed: House) -> None:
    """H12. From two numbers of hers a commissioner learns nothing of the cases between them."""
    bounds = drawing(staffed, [8312, 77])
    with staffed.installation.database.writing() as db:
        assert [refer_one(db, staffed).number for _ in range(2)] == ["2027-8312", "2027-0077"]
    assert bounds == [10_000, 10_000]
    assert "case_numbers" not in inspect(staffed.installation.database.engine).get_table_names()


def test_a_number_that_is_taken_is_drawn_again_and_then_gets_longer(staffed: House) -> None:
    """H12. Nothing of the try is left."""
    bounds = drawing(staffed, [5, 5, 9, 5, 5, 5, 31])
    with staffed.installation.database.writing() as db:
        assert [refer_one(db, staffed).number for _ in range(3)] == ["2027-0005", "2027-0009", "2027-00031"]
    assert bounds == [10_000] * 6 + [100_000]
    assert sorted(cases(staffed)) == ["2027-00031", "2027-0005", "2027-0009"]


def test_where_no_number_is_free_nothing_is_done(staffed: House) -> None:
    """H12. It says to try again: another time other numbers are drawn."""
    for digits in sorted(set(DIGITS)):
        drawing(staffed, [1] * len(DIGITS))
        with staffed.installation.database.writing() as db:
            assert refer_one(db, staffed).number == f"2027-{1:0{digits}}"
    drawing(staffed, [1] * len(DIGITS))
    with pytest.raises(Unavailable, match="database-busy"), staffed.installation.database.writing() as db:
        refer_one(db, staffed)
    assert len(cases(staffed)) == len(set(DIGITS))


def test_two_who_draw_the_same_number_at_once_both_get_one(staffed: House) -> None:
    """H12. The second draws again."""
    database = staffed.installation.database
    lots = {"one": iter([4, 6]), "other": iter([4, 7])}

    def one_of(name: str) -> str:
        with database.writing() as db:
            db.draw = lambda bound: next(lots[name])
            return refer_one(db, staffed).number

    with ThreadPoolExecutor(2) as pool:
        numbers = set(pool.map(one_of, lots))
    assert "2027-0004" in numbers
    assert numbers & {"2027-0006", "2027-0007"}


def test_an_installation_draws_by_chance_that_nobody_can_guess() -> None:
    """H12. Independent of what the tests and the demonstration inject."""
    assert signature(open_installation).parameters["draw"].default is secrets.randbelow


def cases(house: House) -> list[str]:
    with house.installation.database.reading() as db:
        return [one.number for one in db.query(Case)]
