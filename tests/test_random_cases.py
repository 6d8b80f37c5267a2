"""Random people do random things at whole cases, permitted and forbidden, and after each of them all has to be right.

What each act must mean is kept in a second book, written from the page that decides and not from the product
(`tests/bookkeeping.py`). The people and their acts are in `tests/players.py`, and so is what is checked after each act.
"""

from collections import Counter
from random import Random
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, event, settings, target
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from mediation.workflow.declaration import Phase
from tests.bookkeeping import GUARDS
from tests.houses import House
from tests.players import ANYTHING, BY_CODE, EVERYBODY, MEETING, MOVES, STOPPING, Players
from workflows.mediation import MEDIATION

SEEDS = st.integers(0, 2**16)

# What leaves no entry, and so is not counted.
# What waits for all to say yes to one option, or for a text that was sent and is not signed: other tests see to these.
SELDOM = {
    "complain",
    "ask-for-supervision",
    "answer-survey",
    "adopt-option",
    "take-time",
    "say-today-suits",
    "ask-to-talk",
    "decline-to-sign",
}


class RandomPeople(RuleBasedStateMachine):
    """One case, and what random people do there."""

    house: ClassVar[House]
    seen: ClassVar[Counter[str]]

    @initialize(seed=SEEDS, parties=st.sampled_from([2, 3, 3, 4]), phase=st.sampled_from(MEDIATION.phases[:-1]))
    def a_matter_is_referred(self, seed: int, parties: int, phase: Phase) -> None:
        """A case in some phase, led there without detours."""
        self.steps = 0
        self.players = Players(self.house, Random(seed).randrange, parties=parties, seen=self.seen)
        self.players.come_together()
        while self.players.book.phase != phase.code:
            self.players.help_along()

    def _chance(self, seed: int) -> Players:
        self.steps += 1
        self.players.chance = Random(f"{seed} at step {self.steps}").randrange
        return self.players

    def _goes_on(self) -> bool:
        return self.players.book.outcome is None

    @precondition(_goes_on)
    @rule(seed=SEEDS, times=st.integers(1, 6), straight=st.booleans())
    def help_along(self, seed: int, times: int, *, straight: bool) -> None:
        """What still hinders a transition is done, piece by piece, and the transition taken."""
        players = self._chance(seed)
        here = sorted(code for phase, code in MOVES if phase == players.book.phase)
        towards = None if straight else players.pick(here)
        for _ in range(times):
            players.help_along(
                towards if towards in {code for phase, code in MOVES if phase == players.book.phase} else None
            )

    @precondition(_goes_on)
    @rule(seed=SEEDS, times=st.integers(1, 4))
    def try_what_is_theirs(self, seed: int, times: int) -> None:
        """Somebody does what their role may do."""
        players = self._chance(seed)
        for _ in range(times):
            players.try_what_is_theirs()

    @precondition(_goes_on)
    @rule(seed=SEEDS, times=st.integers(1, 3))
    def try_what_upsets(self, seed: int, times: int) -> None:
        """Somebody does what changes the case for all."""
        players = self._chance(seed)
        for _ in range(times):
            players.try_what_upsets()

    @rule(seed=SEEDS)
    def try_anything(self, seed: int) -> None:
        """Anybody tries anything."""
        self._chance(seed).try_anything()

    @rule(seed=SEEDS)
    def try_to_move(self, seed: int) -> None:
        """Somebody tries to move the case."""
        self._chance(seed).try_to_move()

    @rule(seed=SEEDS, days=st.sampled_from([1, 3, 8, 15]))
    def time_passes(self, seed: int, days: int) -> None:
        """Days go by."""
        self._chance(seed).time_passes(days)

    def teardown(self) -> None:
        """Nothing that was stored has changed; and the more acts a case has, the better."""
        if hasattr(self, "players"):
            self.players.check_the_end()
            event(f"ended in {self.players.book.phase}")
            target(float(self.players.look().version))


def play(house: House, *, cases: int, steps: int, random: bool = False) -> Counter[str]:
    """Let random people play so many cases with so many steps each; what was seen, and how often."""
    seen: Counter[str] = Counter()
    machine = type("RandomCase", (RandomPeople,), {"house": house, "seen": seen})
    # A failure is not made smaller: its steps can be read as they are, and each try is a whole case.
    of_a_run = settings(
        max_examples=cases,
        stateful_step_count=steps,
        derandomize=not random,
        deadline=None,
        database=None,
        phases=[Stage.generate, Stage.target],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=of_a_run)
    return seen


def test_the_second_book_knows_every_guard_and_how_it_is_met() -> None:
    assert set(GUARDS) == set(BY_CODE) == set(MEETING)


@pytest.mark.part(2)
def test_after_any_acts_of_random_people_everything_is_right(house: House) -> None:
    seen = play(house, cases=3, steps=80)
    acts = sum(count for what, count in seen.items() if what in MEDIATION.acts())
    refused = sum(count for what, count in seen.items() if what.startswith("refused"))
    assert acts > 80
    assert refused > 15


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_after_any_acts_of_thousands_of_random_people_everything_is_right(house: House) -> None:
    seen = play(house, cases=250, steps=50, random=True)
    for phase in MEDIATION.phases[:-1]:  # for what is seldom open to a case that random people upset
        everybody_tries_everything(house, phase.code, seen)
    take_every_transition(house, seen)
    assert set(MEDIATION.acts()) - SELDOM <= set(seen), "an act that nobody ever did"
    assert {f"{phase}: {code}" for phase, code in MOVES} <= set(seen)


@pytest.mark.part(2)
def test_random_people_reach_every_phase_and_take_every_transition(house: House) -> None:
    seen = Counter[str]()
    take_every_transition(house, seen)
    assert {f"{phase}: {code}" for phase, code in MOVES} <= set(seen)
    assert {f"phase {one.code}" for one in MEDIATION.phases} <= set(seen)


def take_every_transition(house: House, seen: Counter[str]) -> None:
    """Lead cases to their ends until every transition was taken, six at most."""
    chance, wanted = Random(7), {f"{phase}: {code}" for phase, code in MOVES}
    for _ in range(6):
        players = Players(house, chance.randrange, parties=2 + chance.randrange(2), seen=seen)
        players.come_together()
        walk(players, chance, wanted - set(seen))
        if wanted <= set(seen):
            break


def everybody_tries_everything(house: House, phase: str, seen: Counter[str]) -> None:
    """In a case in this phase, everybody tries all that does not stop it, again and again and each time in another order."""
    chance = Random(phase)
    players = Players(house, chance.randrange, parties=2, seen=seen)
    players.come_together()
    while players.book.phase != phase:
        players.help_along()
    acts = [one for one in ANYTHING if one not in STOPPING]
    for act in [act for _ in range(5) for act in chance.sample(acts, len(acts))]:
        for name in EVERYBODY:
            getattr(players, act)(name)
            while players.book.suspended:
                players.help_along()
    players.check_the_end()


def walk(players: Players, chance: Random, wanted: set[str]) -> None:
    """Lead a case to its end, by transitions that were not taken before; now and then somebody upsets it."""
    for _ in range(250):
        phase = players.book.phase
        if phase == MEDIATION.final.code:
            break
        new = [code for one, code in MOVES if one == phase and f"{one}: {code}" in wanted and code != "close"]
        untaken = [code for code in new if not players.seen[f"{phase}: {code}"]]
        players.help_along(untaken[0] if untaken else None)
        if chance.random() < 0.1:
            players.try_what_upsets()
    players.check_the_end()
