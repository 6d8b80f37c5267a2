"""Long walks are taken part by part: `make test` takes the part of the day, `make test-long` the whole of each.

    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.part(4)                        # one in four of these; in four days each has had its turn
    def test_every_route_answers_everybody(state): ...

    @pytest.mark.part(4, walk="whole programs", together="the demonstration")  # one in four of what is named, each as one
    for step in part_of(steps, 8, "crashes"):   # the same within a test, which then has the mark without a number

Where all tests are asked for, as `make test` does, the examples of one test in houses, programs or documents of their own take
turns, too, one in six of them a day: so every sentence is looked at every day, with one example at least. A test that takes
some seconds is marked so, and then has its turn on every fourth day.

The day counts by its date (UTC), or is the number that TEST_SEED names. Whoever names a file runs all of it but the long walks;
a test that is asked for by its own name is run.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

import pytest

Thing = TypeVar("Thing")

SEED = "TEST_SEED"
ON_POSTGRESQL = "on PostgreSQL"
# What these folders and files test can differ by database (statements, locks, types, time, triggers, keys, what happens at once
# or is deleted): one in three of each has its turn on PostgreSQL where all tests are asked for, and all of it where its file is
# named. What is marked `both_databases` runs on both each time. All else that runs on SQLite and on PostgreSQL has its turn on
# PostgreSQL less often. In `make test-long` everything runs on both.
ON_BOTH = set(
    str.split(
        "golden keys retention store acts/test_concurrency.py acts/test_crashes.py api/test_health.py api/test_idempotency.py "
        "api/test_slow_work.py api/test_statement_counts.py case/test_case_numbers.py case/test_record.py "
        "documents/test_odd_texts.py installation/test_backups.py installation/test_copies.py installation/test_doctor.py "
        "installation/test_hard_times.py installation/test_installation.py installation/test_restored.py "
        "installation/test_settings.py letters/test_outbox.py people/test_sign_in_clock.py "
        "tests/test_random_cases.py tests/test_snapshots.py"
    )
)
# What takes time: a house or a browser for each test, programs, printed documents.
TAKES_TIME = set(str.split("house sqlite_house scene ending sqlite_ending browser fresh_postgres postgres_url"))
TAKE_TIME = set(str.split("documents golden installation keys pages retention sealing store stories"))
MANY = 3  # examples of one test
TURNS = 6  # days until each has had its turn
TURNS_OF_SECONDS = 4

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


def _all_asked_for() -> bool:
    """Whether no file is named, nor a folder."""
    return _config[0].args_source is pytest.Config.ArgsSource.TESTPATHS


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has its turn on another day."""
    _turns_on_postgresql(items)
    if _all_asked_for():
        _turns_among_all(items)
    if any("::" in one for one in config.args):
        return
    walks: dict[tuple[int, str], dict[str, list[pytest.Item]]] = {}
    for item in items:
        for mark in item.iter_markers("part"):
            share, walk = (*mark.args, 1)[0], mark.kwargs.get("walk") or item.nodeid.partition("[")[0]
            things = walks.setdefault((share, walk), {})
            things.setdefault(mark.kwargs.get("together") or item.nodeid, []).append(item)
    left = set[int]()
    for (share, walk), things in walks.items():
        others = things.keys() - part_of([*things], share, walk)
        left |= {id(item) for thing in others for item in things[thing]}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left])
    items[:] = [item for item in items if id(item) not in left]


def _turns_on_postgresql(items: Sequence[pytest.Item]) -> None:
    on_sqlite = {item.nodeid for item in items if "sqlite" in item.name.rpartition("[")[2]}
    for item in items:
        twin = "postgresql" in item.name and item.nodeid.replace("postgresql", "sqlite") in on_sqlite
        # Where the test itself has turns, its twins are examples of it.
        as_examples = any(mark.args and "walk" not in mark.kwargs for mark in item.iter_markers("part"))
        if not twin or as_examples or item.get_closest_marker("both_databases"):
            continue
        folder, file = _place_of(item)
        if not {folder, file} & ON_BOTH:
            item.add_marker(pytest.mark.part(7, walk=ON_POSTGRESQL, together=file))
        elif _all_asked_for():
            item.add_marker(pytest.mark.part(3, walk=f"{file} {ON_POSTGRESQL}"))


def _turns_among_all(items: Sequence[pytest.Item]) -> None:
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if "seconds" in marks:
            item.add_marker(pytest.mark.part(TURNS_OF_SECONDS, walk="what takes seconds"))
        elif not marks & {"part", "long", "both_databases"} and _takes_time(item):
            tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for examples in tests.values():
        for item in examples if len(examples) >= MANY else ():
            item.add_marker(pytest.mark.part(TURNS))


def _takes_time(item: pytest.Item) -> bool:
    folder, _ = _place_of(item)
    return folder in TAKE_TIME or bool(TAKES_TIME & set(getattr(item, "fixturenames", ())))


def _place_of(item: pytest.Item) -> tuple[str, str]:
    """Its folder, and its file there."""
    return item.path.parent.name, f"{item.path.parent.name}/{item.path.name}"


def part_of(things: Sequence[Thing], share: int, walk: str) -> list[Thing]:
    """One in `share` of these, at least one, in their order; all of them where the whole is asked for."""
    if _whole() or not things:
        return list(things)
    share = min(share, len(things))
    places = Random(walk).sample(range(len(things)), len(things))
    today = int(os.environ[SEED])
    return [thing for thing, place in zip(things, places, strict=True) if (place + today) % share == 0]
