"""Long walks are taken part by part: `make test` takes the part of the day, `make test-long` the whole of each.

    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.part(4)                        # one in four of these; in four days each has had its turn
    def test_every_route_answers_everybody(state): ...

    for step in part_of(steps, 8, "crashes"):   # the same within a test, which then has the mark without a number

The day counts by its date (UTC), or is the number that TEST_SEED names. A test that is asked for by its own name is run.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

import pytest

Thing = TypeVar("Thing")

SEED = "TEST_SEED"
# What these files test is decided without what differs by database (statements, locks, types, time, triggers, keys, what
# happens at once or is deleted), but for what is marked `both_databases`: on PostgreSQL it has its turn, or `make test-long`.
BY_TURNS = {
    "acts/test_exceptions.py",
    "acts/test_rules.py",
    "api/test_bad_input.py",
    "api/test_routes.py",
    "api/test_transitions.py",
    "case/test_statuses.py",
    "case/test_visibility.py",
    "documents/test_scans.py",
    "installation/test_command_line.py",
    "people/test_apart.py",
    "people/test_departures.py",
    "people/test_not_found_out.py",
    "people/test_people.py",
    "people/test_second_factor.py",
    "people/test_sessions_and_tokens.py",
    "people/test_sign_in.py",
    "people/test_ways_in.py",
    "workflow/test_guards.py",
}

_config: list[pytest.Config] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="take the long walks whole, not the part of the day")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the part once, for all workers: midnight may come between two of them."""
    os.environ.setdefault(SEED, str(datetime.now(UTC).toordinal()))
    _config[:] = [config]


def pytest_report_header() -> str:
    return _told()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How to take the same part again, where something failed."""
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(_told())


def _told() -> str:
    if _whole():
        return "long walks: whole"
    return f"long walks: {SEED}={os.environ[SEED]} takes this part again, --whole takes all"


def _whole() -> bool:
    return bool(_config[0].getoption("whole"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has its turn on another day."""
    for item in items:
        by_turns = f"{item.path.parent.name}/{item.path.name}" in BY_TURNS and not item.get_closest_marker(
            "both_databases"
        )
        if by_turns and "postgresql" in item.name.rpartition("[")[2]:
            item.add_marker(pytest.mark.part(7, walk="on PostgreSQL"))
    if any("::" in one for one in config.args):
        return
    walks: dict[tuple[int, str], list[pytest.Item]] = {}
    for item in items:
        for mark in item.iter_markers("part"):
            share, walk = (*mark.args, 1)[0], mark.kwargs.get("walk") or item.nodeid.partition("[")[0]
            walks.setdefault((share, walk), []).append(item)
    taken = {id(item) for (share, walk), mine in walks.items() for item in part_of(mine, share, walk)}
    left = {id(item) for mine in walks.values() for item in mine} - taken
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left])
    items[:] = [item for item in items if id(item) not in left]


def part_of(things: Sequence[Thing], share: int, walk: str) -> list[Thing]:
    """One in `share` of these, at least one, in their order; all of them where the whole is asked for."""
    if _whole() or not things:
        return list(things)
    share = min(share, len(things))
    places = Random(walk).sample(range(len(things)), len(things))
    today = int(os.environ[SEED])
    return [thing for thing, place in zip(things, places, strict=True) if (place + today) % share == 0]
