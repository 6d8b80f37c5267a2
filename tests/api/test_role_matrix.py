"""Every role and every outsider at every route, in every phase, at the own case and at another's (visibility.md).

What they are answered stands on a page, which people read: tests/role_matrix.txt for the mediation, and one more for the
second workflow, which the house does not know. What the application answers is compared with that.
"""

from dataclasses import replace

import pytest

from mediation.workflow.declaration import Role
from tests.asking import described
from tests.houses import House, application
from tests.role_matrix import (
    ANOTHER,
    MEDIATING,
    NO_PHASE,
    ONCE,
    OUTSIDERS,
    OWN,
    ROLES,
    WALKERS,
    Cell,
    Cells,
    Walker,
    at_work,
    cells_of,
    matrix_of,
    page_of,
    routes,
    unwalked,
)
from tests.walked_routes import walk_routes
from tests.workflow.second_workflow import WALKS
from workflows import WORKFLOWS

CELLS = cells_of(MEDIATING)
PAGES = {"/api/openapi.json", "/api/docs"}  # for a browser
OF_A_CASE = "/api/cases/{number}"


def told(cells: Cells) -> list[str]:
    """Cells as lines, for whoever reads a failure."""
    return [
        f"{' '.join(route)}: {whose} {state}: {role}: {cells[route, whose, state, role]}"
        for route, whose, state, role in cells
    ]


def of_state(cell: Cell, state: str) -> bool:
    return cell[2] == state or (cell[2] == NO_PHASE and state == ONCE)


of_each_workflow = pytest.mark.parametrize("walker", WALKERS.values(), ids=WALKERS)


@pytest.mark.part(20)
@pytest.mark.parametrize(
    ("walker", "state"),
    [pytest.param(one, state, id=f"{code}-{state}") for code, one in WALKERS.items() for state in one.states],
)
def test_every_route_answers_everybody_as_the_page_says(sqlite_house: House, walker: Walker, state: str) -> None:
    scene = matrix_of(sqlite_house, walker, state)
    assert not scene.faults, "\n".join(["", *scene.faults])
    expected = {cell: answer for cell, answer in cells_of(walker).items() if of_state(cell, state)}
    apart = {cell for cell in expected.keys() | scene.found if expected.get(cell) != scene.found.get(cell)}
    differences = {
        cell: f"{scene.found.get(cell, 'gone')}, on the page {expected.get(cell, 'nothing')}" for cell in apart
    }
    assert not differences, "\n".join(
        ["`python -m tests.role_matrix` writes the page anew:", *sorted(told(differences))]
    )


@of_each_workflow
def test_the_page_is_as_it_is_written(walker: Walker) -> None:
    assert page_of(cells_of(walker), walker) == walker.page.read_text("utf-8")


@of_each_workflow
def test_every_route_has_a_row_for_everybody(walker: Walker) -> None:
    cells = cells_of(walker)
    on_page = {route for route, *_ in cells}
    assert on_page == {route for route in routes() if "{number}" in route[1] or ONCE in walker.states}
    assert len(on_page) > 80
    for route in on_page:
        states = walker.states if "{number}" in route[1] else (NO_PHASE,)
        assert {(route, OWN, state, role) for state in states for role in walker.knocking.values()} <= cells.keys()
        if "{number}" in route[1]:
            others = {(route, ANOTHER, state, role) for state in walker.states for role in walker.roles.values()}
            assert others <= cells.keys()


def test_every_declared_workflow_is_walked_in_every_phase_role_and_act() -> None:
    assert unwalked({**WORKFLOWS, WALKS.code: WALKS}) == []


def test_a_workflow_that_nobody_walks_is_told_of() -> None:
    [told] = unwalked({**WORKFLOWS, "strolls": WALKS})
    assert told == "nobody walks the workflow strolls: give it a walker in tests/role_matrix.py"
    walked = WORKFLOWS["mediation"]
    assert unwalked({"mediation": replace(walked, roles=(*walked.roles, Role("scribe")))}) == [
        "nobody knocks as scribe of mediation"
    ]


def test_the_walk_and_the_description_know_the_same_routes() -> None:
    described_routes = {(method.upper(), path) for path, methods in described()["paths"].items() for method in methods}
    assert {route for route in routes() if route[1] not in PAGES} == described_routes


# What the page may say, whoever has read it (visibility.md, rule 3).


def test_without_a_token_only_what_is_public_is_answered() -> None:
    public = {one.path for one in walk_routes(application()) if one.authority in ("public", None)}
    mine = {
        (route, answer) for (route, *_, role), answer in CELLS.items() if role == "nobody" and route[1] not in public
    }
    assert {answer for _, answer in mine} == {"401 token-missing"}


@of_each_workflow
def test_to_whoever_has_no_seat_there_is_no_case(walker: Walker) -> None:
    assigning = {("administrator", ("POST", f"{OF_A_CASE}/mediators"))}  # knows the number, and nothing else
    mine = {
        (role, route): answer
        for (route, whose, _, role), answer in cells_of(walker).items()
        if route[1].startswith(OF_A_CASE) and (whose == ANOTHER or role in OUTSIDERS.values())
    }
    assert {answer for cell, answer in mine.items() if cell not in assigning} == {"404 case-not-found"}
    assert len(mine) > 800


def test_the_commissioner_has_a_seat_for_little_else_than_orders_papers_and_the_status() -> None:
    done = {
        " ".join(route).replace(OF_A_CASE, "")
        for (route, whose, _, role), answer in CELLS.items()
        if (whose, role) == (OWN, "commissioner") and route[1].startswith(OF_A_CASE) and answer.startswith("2")
    }
    answers = {"GET /screenings/questions", "POST /screenings/answers"}  # on the employer's own investigation and duty
    drafts = {"GET /drafts", "PUT /drafts"}  # of what one writes oneself
    orders = {"POST /order", "POST /attendance-bases", "POST /mediators", "POST /hand-overs"}
    papers = {"GET /papers"}  # lists the contract and the status report
    assert done == orders | {"GET /transitions", "GET /own-copy"} | answers | drafts | papers
    assert {CELLS[("GET", OF_A_CASE), OWN, state, "commissioner"] for state in MEDIATING.states} == {
        "404 case-not-found"
    }


# Who is only informed, and HR: visibility.md, rules 1, 3 and 12.

TAKEN_UP = {"number", "you", "taken_up", "notices", "sessions"}  # of a community member, the information meeting alone
# Who is named in one's own copy by one's own words: the commissioner's referral names its parties.
WRITTEN = {("Vilho", f"{OF_A_CASE}/own-copy"): ["Aino"]}


@pytest.mark.parametrize(("name", "whole"), [("Irma", 200), ("Kaisa", 200), ("Vilho", 404)])
def test_who_is_not_at_the_table_reads_no_name_and_no_phase(sqlite_house: House, name: str, whole: int) -> None:
    desk = at_work(sqlite_house, "opening")
    names = [one for one in ROLES if one != name]
    for method, path in routes():
        if OF_A_CASE in path and method == "GET":
            text = desk.client(name).get(path.replace("{number}", desk.number)).text
            named = [one for one in names if one in text]
            assert named == WRITTEN.get((name, path), []), f"{path}: {text[:300]}"
    read = desk.ask(name, "GET")
    assert read.status_code == whole
    assert whole == 404 or read.json().keys() <= TAKEN_UP
