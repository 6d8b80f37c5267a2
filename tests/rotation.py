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
# What these folders and files test can differ by database (statements, locks, types, time, triggers, keys, what happens at once
# or is deleted), and so can what is marked `both_databases`: it runs on both each time. All else that runs on SQLite and on
# PostgreSQL has its turn on PostgreSQL, and runs there each time in `make test-long`.
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
    on_sqlite = {item.nodeid for item in items if "sqlite" in item.name.rpartition("[")[2]}
    for item in items:
        if (
            "postgresql" in item.name
            and item.nodeid.replace("postgresql", "sqlite") in on_sqlite
            and not _differs(item)
        ):
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


def _differs(item: pytest.Item) -> bool:
    """Whether it runs on both databases each time."""
    folder, file = item.path.parent.name, f"{item.path.parent.name}/{item.path.name}"
    return file in ON_BOTH or folder in ON_BOTH or item.get_closest_marker("both_databases") is not None


def part_of(things: Sequence[Thing], share: int, walk: str) -> list[Thing]:
    """One in `share` of these, at least one, in their order; all of them where the whole is asked for."""
    if _whole() or not things:
        return list(things)
    share = min(share, len(things))
    places = Random(walk).sample(range(len(things)), len(things))
    today = int(os.environ[SEED])
    return [thing for thing, place in zip(things, places, strict=True) if (place + today) % share == 0]
