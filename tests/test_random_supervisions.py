"""Random people do random things at whole work supervisions, permitted and forbidden, and after each act all has to be right.

What each act must mean is kept in a second book, written from the page that decides and not from the product
(`tests/supervision_book.py`). The people, their acts and what is checked after each are in `tests/supervised_players.py`.
"""

from collections import Counter
from random import Random

import pytest

from tests.houses import House
from tests.supervised_players import ROAD, SupervisedPlayers
from tests.supervision_book import GUARDS, MAY
from workflows.supervision import SUPERVISION


def play(house: House, seed: str, steps: int, seen: Counter[str]) -> None:
    """Let random people play one supervision, a few of whose steps lead on."""
    chance = Random(seed)
    players = SupervisedPlayers(house, chance.randrange, group=1 + chance.randrange(6), seen=seen)
    for _ in range(steps):
        if players.book.outcome is not None:
            break
        here = [code for phase, code in ROAD if phase == players.book.phase]
        kind = chance.random()
        if kind < 0.3:
            players.help_along(chance.choice(here))
        elif kind < 0.75:
            players.try_what_is_theirs()
        elif kind < 0.85:
            players.try_to_move()
        elif kind < 0.9:
            players.time_passes(chance.choice((1, 8, 15)))
        else:
            players.try_anything()


def walk(house: House, seen: Counter[str]) -> None:
    """Lead one supervision of six with their manager to its end by every transition, with nothing astray."""
    players = SupervisedPlayers(house, Random(3).randrange, group=6, seen=seen)
    for code in (
        *("begin-mapping", "draw-up-contract", "return-to-mapping", "draw-up-contract", "begin-supervision"),
        *("renew-contract", "begin-supervision", "begin-interim-evaluation", "renew-contract", "begin-supervision"),
        *("begin-interim-evaluation", "go-on", "begin-closing-evaluation", "return-to-supervision"),
        *("begin-interim-evaluation", "begin-closing-evaluation", "close"),
    ):
        while (players.book.phase, code) in ROAD and not seen[f"tried {code}"] > 400:
            before = players.book.phase
            players.help_along(code)
            seen[f"tried {code}"] += 1
            if players.book.phase != before:
                break
    assert players.book.outcome == "supervision-completed"


def test_the_second_book_knows_every_guard_and_only_acts_that_there_are() -> None:
    assert set(GUARDS) == set(SUPERVISION.guards)
    assert set(MAY) <= set(SUPERVISION.acts())


@pytest.mark.seconds
def test_a_supervision_led_to_its_end_takes_every_transition(sqlite_house: House) -> None:
    seen = Counter[str]()
    walk(sqlite_house, seen)
    assert {f"{phase}: {code}" for phase, code in ROAD} <= set(seen)
    assert {"rate-goals", "close-rating", "spread told"} <= set(seen)


@pytest.mark.parametrize("seed", ["spring", "summer", "autumn", "winter"])
@pytest.mark.part(2)
def test_after_any_acts_of_random_people_at_a_supervision_everything_is_right(sqlite_house: House, seed: str) -> None:
    seen = Counter[str]()
    for number in range(3):
        play(sqlite_house, f"{seed} {number}", 40, seen)
    assert sum(count for what, count in seen.items() if what in SUPERVISION.acts()) > 40
    assert sum(count for what, count in seen.items() if what.startswith("refused")) > 15


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_after_any_acts_of_hundreds_of_random_people_at_supervisions_everything_is_right(house: House) -> None:
    seen = Counter[str]()
    for number in range(150):
        play(house, f"many {number}", 60, seen)
    assert set(MAY) <= set(seen), "an act that nobody ever did"
