"""The figures of an example, calculated by hand; they are published once, and stay whatever becomes of the cases."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete, select

from mediation.acts.unpublished import keep_case, keep_fact, keep_reports
from mediation.installation.due import do_what_is_due
from mediation.keys.keyring import DeletionClock
from mediation.statistics.figures import figures, shape_of
from mediation.statistics.publishing import due_quarters, facts_of, publish_due
from mediation.store.models import Base, Case, PublishedStatistics, UnpublishedFact
from mediation.words.quarters import Quarter, quarter_of
from tests.houses import House
from tests.statistics.caseload import MEDIATORS, Made, at
from tests.store.test_query_plans import asked_of, walks
from tests.workflow.second_workflow import WALKS, walks_declared
from tests.world import case_at
from workflows import WORKFLOWS

FIRST = Quarter(2027, 1)
Told = Mapping[tuple[str, str], float | None]

# Three mediators with about as many cases each, in turn. Twenty cases were taken up on 1 December, met ten days later for
# 60, 90, 120 … minutes, rested for two days, and ended on 11, 12, 13 … January: 41, 42, 43 … days later, two of them rested.
# The first twelve had agreed on 5 January (35 days later), and everybody reported on 10 February: of the first three all
# had been kept; of the other nine one said so, and one did not. Ten cases were taken up on 10 January and are open.
KEPT, MIXED = ("2027-02-10", "kept", "kept"), ("2027-02-10", "kept", "partly")
ENDED = [
    Made(
        MEDIATORS[number % 3],
        "2026-12-01",
        f"2027-01-{11 + number}",
        "agreement-kept" if number < 12 else "no-agreement",
        "2026-12-11",
        60 + 30 * number,
        "2027-01-05" if number < 12 else "",
        ("2026-12-20", "2026-12-22"),
        (KEPT if number < 3 else MIXED) if number < 12 else None,
    )
    for number in range(20)
]
OPEN = [Made(MEDIATORS[number % 3], "2027-01-10", met="2027-01-20") for number in range(10)]
ANSWERS = [3, 3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5]  # to one question, by a party of each of the first twelve


def load(house: House) -> list[str]:
    """Put the example into a house; returns the ids of its cases."""
    for name in (*MEDIATORS, "Aino", "Pekka", "Vilho", "Ari"):
        office = {"Vilho": "hr", "Ari": "admin"}.get(name, "mediator" if name in MEDIATORS else None)
        house.person(name, office=office, organisation="Sovittelijat" if name in MEDIATORS else "Esimerkkilä")
    house.clock.at = at("2027-03-01")
    with house.installation.database.writing() as db:
        cases = [one.add(db, house, number + 1) for number, one in enumerate([*ENDED, *OPEN])]
        for number, points in enumerate(ANSWERS):
            fact = {"case": cases[number], "knowers": [f"person:{number % 3}"], "answers": {"fair": points}}
            keep_fact(db, quarter_of(db.today()), "mediation", "answer", fact)
    return cases


def on_day(house: House, day: str) -> None:
    house.clock.at = at(day)
    do_what_is_due(house.installation.database, WORKFLOWS)


def told(house: House, quarter: str = "2027-q1", name: str = "Vilho", workflow: str = "mediation") -> Told:
    """What somebody reads of a quarter."""
    answer = house.client(name).get("/api/statistics").json()
    [table] = [one for one in answer["tables"] if (one["quarter"], one["workflow"]) == (quarter, workflow)]
    return {(one["measure"], one["part"]): one["value"] for one in table["figures"]}


BY_HAND: Told = {
    ("taken-up", "all"): 10,  # those of January
    ("ended", "all"): 20,
    ("ended", "ended-settled"): 12,
    ("ended", "ended"): None,  # of the other eight none did not begin, so neither is told
    ("ended", "did-not-begin"): None,
    ("first-meeting", "median"): None,  # only ten had not met before; three or four of them are one mediator's own
    ("first-meeting", "p90"): None,
    ("agreement", "median"): 33,  # 35 days without two
    ("agreement", "p90"): None,  # twelve are too few for it
    ("close", "median"): 48,  # the tenth of 39, 40, 41 …
    ("close", "p90"): None,  # the eighteenth is 56; of the two beyond it one or none is left to each mediator
    ("hours", "median"): 5.5,  # the tenth of 1, 1.5, 2 …
    ("hours", "p90"): None,
    ("kept-1", "yes"): 15,  # three pairs, and one of each of nine
    ("kept-1", "no"): 9,
    **{(f"kept-{month}", part): None for month in (3, 6) for part in ("yes", "no")},
    ("fair", "median"): 5,  # the sixth of twelve
    **{("fair", part): None for part in ("yes", "no")},  # only four were not content
    **{(one, part): None for one in ("listened", "helped", "again") for part in ("median", "yes", "no")},
}


def test_the_figures_of_an_example_are_those_that_are_calculated_by_hand(house: House) -> None:
    load(house)
    on_day(house, "2027-04-15")
    assert told(house) == BY_HAND


def test_the_tables_are_fixed_and_published_two_weeks_after_a_quarter_for_three_offices(sqlite_house: House) -> None:
    house = sqlite_house
    load(house)
    on_day(house, "2027-04-14")
    years = house.client("Vilho").get("/api/statistics").json()
    assert {one["workflow"]: one["quarter"] for one in years["tables"]} == dict.fromkeys(WORKFLOWS, "2026-q4")
    assert years["years"] == [2026]
    on_day(house, "2027-04-15")
    for name in ("Vilho", "Meri", "Ari"):
        assert told(house, name=name) == BY_HAND
    of_before = house.client("Ari").get("/api/statistics", params={"year": 2026}).json()
    [table] = [one for one in of_before["tables"] if one["workflow"] == "mediation"]
    assert (table["quarter"], of_before["years"]) == ("2026-q4", [2026, 2027])
    shown = {(one["measure"], one["part"]): one["value"] for one in table["figures"] if one["value"] is not None}
    # All twenty met, but that is not told: a median says of how many cases it is to nobody.
    assert shown == {("taken-up", "all"): 20, ("first-meeting", "median"): 10, ("first-meeting", "p90"): 10}
    assert {(one["measure"], one["part"]) for one in table["figures"]} == BY_HAND.keys()
    assert house.client("Aino").get("/api/statistics").status_code == 403
    assert house.client().get("/api/statistics").status_code == 401


def test_what_is_published_stays_as_it_is_when_cases_change_and_are_deleted(sqlite_house: House) -> None:
    house = sqlite_house
    cases = load(house)
    on_day(house, "2027-04-15")
    published = rows(house)
    with house.installation.database.writing() as db:
        OPEN[0].add(db, house, 99)
        for case_id in cases:
            remove(db, case_id)
    for day in ("2027-04-15", "2027-04-16", "2027-07-13"):
        on_day(house, day)
        assert rows(house) == published
    on_day(house, "2027-07-15")
    assert rows(house).items() > published.items()
    assert ("2027-q2", "mediation") in rows(house)


def rows(house: House) -> dict[tuple[str, str], tuple[str, Any]]:
    with house.installation.database.reading() as db:
        return {(one.quarter, one.workflow): (one.figures, one.at) for one in db.scalars(select(PublishedStatistics))}


def remove(db: Any, case_id: str) -> None:
    """Delete the rows of a case, as retention does at last."""
    for table in reversed(Base.metadata.sorted_tables):
        if "case_id" in table.c:
            db.execute(delete(table).where(table.c.case_id == case_id))
    db.execute(delete(Case).where(Case.id == case_id))


def test_cases_that_are_deleted_before_a_quarter_is_published_are_counted(sqlite_house: House) -> None:
    house = sqlite_house
    cases = load(house)
    with house.installation.database.writing() as db:
        for case_id in cases[: len(ENDED)]:
            case = db.get_one(Case, case_id)
            keep_reports(db, WORKFLOWS, case)
            keep_case(db, WORKFLOWS, case)
            db.expunge_all()
            remove(db, case_id)
    on_day(house, "2027-04-15")
    assert told(house) == BY_HAND


def test_nothing_is_published_while_the_clock_may_be_wrong(sqlite_house: House) -> None:
    house = sqlite_house
    case_at(house, "opening")  # something is recorded now
    house.clock.at = at("2027-09-15")
    do_what_is_due(house.installation.database, WORKFLOWS)
    assert rows(house) == {}


def test_what_was_kept_of_a_quarter_cannot_be_read_once_it_is_published(sqlite_house: House) -> None:
    house = sqlite_house
    load(house)
    with house.installation.database.reading() as db:
        [kept, *_] = db.scalars(select(UnpublishedFact).order_by(UnpublishedFact.id)).all()
        assert b"fair" not in kept.words
        assert b"person" not in kept.words
    on_day(house, "2027-04-15")
    keyring = house.installation.keyring
    ours = {name: gone for name, gone in keyring.destroyed("").items() if name.clock == DeletionClock.STATISTICS}
    assert {name.owner for name, gone in ours.items() if gone} == {"2027-q1"} == {name.owner for name in ours}
    with house.installation.database.reading() as db:
        assert db.scalars(select(UnpublishedFact)).all() == []


@pytest.mark.seconds
def test_the_csv_has_the_same_cells(sqlite_house: House) -> None:
    house = sqlite_house
    load(house)
    on_day(house, "2027-04-15")
    answer = house.client("Vilho").get("/api/statistics/csv", params={"year": 2027})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="statistics-2027.csv"'
    head, *lines = answer.text.splitlines()
    assert head == "quarter,workflow,measure,part,value"
    cells = [line.split(",") for line in lines]
    assert {one[1] for one in cells} == {*WORKFLOWS}
    cells = [one for one in cells if one[1] == "mediation"]
    assert {(one[2], one[3]): float(one[4]) if one[4] else None for one in cells} == BY_HAND
    assert house.client("Vilho").get("/api/statistics", params={"year": 1999}).status_code == 422


def test_a_second_workflow_has_tables_of_its_own_without_a_word_about_it(sqlite_house: House) -> None:
    house = sqlite_house
    load(house)
    with walks_declared(), house.installation.database.writing() as db:
        for number, case in enumerate(db.scalars(select(Case).order_by(Case.number)).all()):
            case.workflow, case.rung = WALKS.code, "walking"
            case.outcome = None if case.outcome is None else ("talked-over" if number < 12 else "rained-off")
        db.flush()
        table = list(figures(shape_of(WALKS), FIRST, facts_of(db, WALKS, FIRST)))
    shown = {(one.measure, one.part): one.value for one in table}
    assert (shown["ended", "heard"], shown["ended", "all"]) == (12, 20)
    assert {measure for measure, _ in shown} == {"taken-up", "ended", "first-meeting", "agreement", "close", "hours"}
    with house.installation.database.reading() as db:
        assert due_quarters(db) == ["2026-q4"]


@pytest.mark.seconds
def test_nobody_stands_in_what_is_published(sqlite_house: House) -> None:
    house = sqlite_house
    cases = load(house)
    on_day(house, "2027-04-15")
    published = json.dumps([told for told, _ in rows(house).values()])
    assert not any(one in published for one in [*cases, *house.people.values(), "Meri", "Esimerkkil"])


@pytest.mark.parametrize(
    ("day", "code"), [("2027-01-01", "2027-q1"), ("2028-02-29", "2028-q1"), ("2027-12-31", "2027-q4")]
)
def test_every_day_is_in_one_quarter(day: str, code: str) -> None:
    quarter = quarter_of(at(day).date())
    assert quarter.code == code
    assert quarter.has(at(day).date())
    assert quarter.following.before == quarter
    assert not quarter.following.has(at(day).date())


def test_publishing_and_reading_walk_through_no_table_that_grows(house: House) -> None:
    load(house)
    engine = house.installation.database.engine
    with asked_of(engine) as asked:
        house.clock.at = at("2027-04-15")
        assert [publish_due(house.installation.database, WORKFLOWS) for _ in range(2)] == [2, 0]
        assert told(house) == BY_HAND
    assert len(asked) > 20
    assert walks(engine, asked) == {}
