"""In as many days as a long walk has parts, all of it is walked."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.rotation import SEED, TURNS, part_of

HOUSE = Path(__file__).parent.parent


@pytest.mark.parametrize(("things", "share"), [(60, 12), (61, 12), (5, 12), (1, 4), (8, 1)])
def test_each_has_its_turn_once_and_every_day_has_some(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, things: int, share: int
) -> None:
    if pytestconfig.getoption("whole"):
        assert part_of(range(things), share, "walk") == [*range(things)]
        return
    parts = []
    for day in range(min(things, share)):
        monkeypatch.setenv(SEED, str(day))
        parts.append(part_of(range(things), share, "walk"))
        assert parts[-1] == sorted(parts[-1]) != []
    assert sorted(one for part in parts for one in part) == [*range(things)]


def test_the_same_day_gives_the_same_part() -> None:
    assert os.environ[SEED]
    assert part_of(range(1000), 4, "walk") == part_of(range(1000), 4, "walk")
    assert part_of([], 4, "walk") == []


SUITE = """
import pytest

@pytest.fixture(params=["sqlite", "postgresql"])
def house(request): ...
@pytest.fixture
def sqlite_house(): ...

@pytest.mark.parametrize("number", range(8))
def test_of_many_examples_nobody_sees_more(sqlite_house, number): ...
@pytest.mark.parametrize("number", range(8))
def test_what_takes_no_time(number): ...
def test_nobody_sees_it(sqlite_house): ...
@pytest.mark.seconds
@pytest.mark.parametrize("number", range(3))
def test_what_takes_seconds(number): ...
@pytest.mark.both_databases
def test_two_at_once(house): ...
def test_it_is_told_alike(house): ...
@pytest.mark.part(2, walk="programs", together="one")
@pytest.mark.parametrize("number", range(3))
def test_one_program(number): ...
@pytest.mark.part(2, walk="programs", together="other")
@pytest.mark.parametrize("number", range(3))
def test_another_program(number): ...
"""


def run(folder: Path, day: int, *options: str) -> Counter[str]:
    """How many examples of each test of `SUITE` run on a day."""
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "tests.rotation", *options]
    alone = {"PYTHONPATH": str(HOUSE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment = {**os.environ, SEED: str(day), **alone}
    told = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout
    return Counter(re.findall(r"::(\w+)", told))


def test_of_many_examples_a_part_runs_each_day_and_of_a_named_file_all(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    suite = tmp_path / "tests" / "test_suite.py"
    suite.write_text(SUITE, "utf-8")
    marks = ["both_databases: x", "part: x", "seconds: x"]
    (tmp_path / "pytest.toml").write_text(f'[pytest]\ntestpaths = ["tests"]\nmarkers = {marks}\n', "utf-8")
    days = [run(tmp_path, day) for day in range(TURNS)]
    for day in days:
        assert day["test_of_many_examples_nobody_sees_more"] in {8 // TURNS, 8 // TURNS + 1}
        assert (day["test_what_takes_no_time"], day["test_nobody_sees_it"], day["test_two_at_once"]) == (8, 1, 2)
        assert day["test_what_takes_seconds"] == 1
        assert {day["test_one_program"], day["test_another_program"]} == {0, 3}
    whole = run(tmp_path, 0, "--whole")
    every = sum(days, Counter[str]())
    assert all(every[test] >= number for test, number in whole.items() if test != "test_it_is_told_alike")
    assert whole["test_it_is_told_alike"] == 2
    assert sum(whole.values()) == 8 + 8 + 1 + 3 + 2 + 2 + 3 + 3
    named = run(tmp_path, 0, str(suite))
    assert (named["test_of_many_examples_nobody_sees_more"], named["test_what_takes_seconds"]) == (8, 3)
    in_part = run(tmp_path, 0, "--whole", "-m", "part")
    assert in_part.keys() == whole.keys() - {"test_what_takes_no_time", "test_nobody_sees_it", "test_two_at_once"}
