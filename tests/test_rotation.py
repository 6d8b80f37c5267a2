"""In as many days as a long walk has parts, all of it is walked."""

import os

import pytest

from tests.rotation import SEED, part_of


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
