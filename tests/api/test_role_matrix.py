"""Every role and every outsider at every door, in every phase, at the own case and at another's (visibility.md).

What they are answered stands on a page, tests/role_matrix.txt, which people read: what the application answers is
compared with that.
"""

from dataclasses import replace

import pytest

from mediation.workflow.declaration import Role
from tests.asking import described
from tests.houses import House, application
from tests.role_matrix import (
    ANOTHER,
    NO_PHASE,
    ONCE,
    OUTSIDERS,
    OWN,
    PAGE,
    ROLES,
    STATES,
    Cell,
    Cells,
    at_work,
    cells_of,
    doors,
    matrix_of,
    page_of,
    unwalked,
)
from tests.walked_routes import walk_routes
from tests.workflow.second_workflow import WALKS
from workflows import WORKFLOWS

CELLS = cells_of(PAGE.read_text("utf-8"))
PAGES = {
    "/api/openapi.json",
    "/api/docs",
    "/sign-in",
    "/own-address",
    "/opening",
    "/stop",
}  # for a browser, not for a client
OF_A_CASE = "/api/cases/{number}"


def told(cells: Cells) -> list[str]:
    """Cells as lines, for whoever reads a failure."""
    return [
        f"{' '.join(door)}: {whose} {state}: {role}: {cells[door, whose, state, role]}"
        for door, whose, state, role in cells
    ]


def of_state(cell: Cell, state: str) -> bool:
    return cell[2] == state or (cell[2] == NO_PHASE and state == ONCE)


@pytest.mark.part(4)
@pytest.mark.parametrize("state", STATES)
def test_every_door_answers_everybody_as_the_page_says(sqlite_house: House, state: str) -> None:
    scene = matrix_of(sqlite_house, state)
    assert not scene.faults, "\n".join(["", *scene.faults])
    expected = {cell: answer for cell, answer in CELLS.items() if of_state(cell, state)}
    apart = {cell for cell in expected.keys() | scene.found if expected.get(cell) != scene.found.get(cell)}
    differences = {
        cell: f"{scene.found.get(cell, 'gone')}, on the page {expected.get(cell, 'nothing')}" for cell in apart
    }
    assert not differences, "\n".join(
        ["`python -m tests.role_matrix` writes the page anew:", *sorted(told(differences))]
    )


def test_the_page_is_as_it_is_written() -> None:
    assert page_of(CELLS) == PAGE.read_text("utf-8")


def test_every_door_has_a_row_for_everybody() -> None:
    on_page = {door for door, *_ in CELLS}
    assert on_page == set(doors())
    assert len(on_page) > 100
    for door in on_page:
        states = STATES if "{number}" in door[1] else (NO_PHASE,)
        roles = [*ROLES.values(), *OUTSIDERS.values(), "nobody"]
        assert {(door, OWN, state, role) for state in states for role in roles} <= CELLS.keys()
        if "{number}" in door[1]:
            assert {(door, ANOTHER, state, role) for state in STATES for role in ROLES.values()} <= CELLS.keys()


def test_every_declared_workflow_is_walked_in_every_phase_role_and_act() -> None:
    assert unwalked(WORKFLOWS) == []


def test_a_workflow_that_nobody_walks_is_told_of() -> None:
    [told] = unwalked({**WORKFLOWS, WALKS.code: WALKS})
    assert told == f"nobody walks the workflow {WALKS.code}: give it a walker in tests/role_matrix.py"
    walked = WORKFLOWS["mediation"]
    assert unwalked({"mediation": replace(walked, roles=(*walked.roles, Role("scribe")))}) == [
        "nobody knocks as scribe of mediation"
    ]


def test_the_walk_and_the_description_know_the_same_doors() -> None:
    described_doors = {(method.upper(), path) for path, methods in described()["paths"].items() for method in methods}
    assert {door for door in doors() if door[1] not in PAGES} == described_doors


# What the page may say, whoever has read it (visibility.md, rule 3).


def test_without_a_token_only_what_is_public_is_answered() -> None:
    public = {one.path for one in walk_routes(application()) if one.authority in ("public", None)}
    mine = {(door, answer) for (door, *_, role), answer in CELLS.items() if role == "nobody" and door[1] not in public}
    assert {answer for _, answer in mine} == {"401 token-missing"}


def test_to_whoever_has_no_seat_there_is_no_case() -> None:
    assigning = {("administrator", ("POST", f"{OF_A_CASE}/mediators"))}  # knows the number, and nothing else
    mine = {
        (role, door): answer
        for (door, whose, _, role), answer in CELLS.items()
        if door[1].startswith(OF_A_CASE) and (whose == ANOTHER or role in OUTSIDERS.values())
    }
    assert {answer for cell, answer in mine.items() if cell not in assigning} == {"404 case-not-found"}
    assert len(mine) > 1000


def test_the_commissioner_has_a_seat_for_little_else_than_orders_and_the_status() -> None:
    done = {
        " ".join(door).replace(OF_A_CASE, "")
        for (door, whose, _, role), answer in CELLS.items()
        if (whose, role) == (OWN, "commissioner") and door[1].startswith(OF_A_CASE) and answer.startswith("2")
    }
    answers = {"GET /screenings/questions", "POST /screenings/answers"}  # on the employer's own investigation and duty
    assert done == {"POST /order", "POST /mediators", "POST /hand-overs", "GET /transitions"} | answers
    assert {CELLS[("GET", OF_A_CASE), OWN, state, "commissioner"] for state in STATES} == {"404 case-not-found"}


# Who is only informed, and HR: visibility.md, rules 1, 3 and 12.

TAKEN_UP = {"number", "you", "taken_up", "notices", "sessions"}  # of a community member, the information meeting alone


@pytest.mark.parametrize(("name", "whole"), [("Irma", 200), ("Kaisa", 200), ("Vilho", 404)])
def test_who_is_not_at_the_table_reads_no_name_and_no_phase(sqlite_house: House, name: str, whole: int) -> None:
    desk = at_work(sqlite_house, "opening")
    names = [one for one in ROLES if one != name]
    for method, path in doors():
        if OF_A_CASE in path and method == "GET":
            text = desk.client(name).get(path.replace("{number}", desk.number)).text
            assert not any(one in text for one in names), f"{path}: {text[:300]}"
    read = desk.ask(name, "GET")
    assert read.status_code == whole
    assert whole == 404 or read.json().keys() <= TAKEN_UP
