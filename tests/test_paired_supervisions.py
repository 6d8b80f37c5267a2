"""Two work supervisions that are equal in what a reader may know are one and the same to that reader (visibility.md, rule 2).

As in tests/test_paired_cases.py twins are played day by day: along tests/supervision_road.py and tests/supervision_year.py.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, strategies

from mediation.acts.stopping import discontinue
from tests import supervision_detours as detours
from tests import supervision_road as road
from tests.supervision_road import AINOS_SECRET, CONTRACT, KAARINA, KAARINAS_SECRET, SECRET
from tests.test_paired_cases import (
    ASIDE_OF_GROUP,
    BEYOND_GROUP,
    SEEDS,
    THE_YEAR,
    Caller,
    Day,
    Detour,
    _seeded,
    begins,
    compare,
    in_one_pair,
    letters_to,
    of_the_roads,
    on_day,
    pair,
    walk,
)
from tests.twins import AINO, BEFORE, GOES_ON, INNER, NAMES, PEOPLE, SIGNING, TABLE, Twin

SECRETS = frozenset({SECRET, AINOS_SECRET, KAARINAS_SECRET})  # what nobody else reads, whoever leads neither
OF_EACH = SECRETS | {BEFORE, INNER, AINO, KAARINA}  # what is between each and the supervisor, too
OF_GROUP = OF_EACH | {TABLE}  # and what the group says and does together
BEYOND = OF_GROUP | {CONTRACT, SIGNING, PEOPLE}  # and what they agreed, and who they are

# Of each kind of reader, what they may not know and the detours that they may not notice.
READERS: Mapping[tuple[str, ...], tuple[frozenset[str], Sequence[Detour]]] = {
    ("Meri",): (SECRETS | {BEFORE}, ()),
    ("Aino",): (OF_EACH - {AINO, AINOS_SECRET}, ASIDE_OF_GROUP),
    ("Kaarina",): (OF_EACH - {KAARINA, KAARINAS_SECRET}, ASIDE_OF_GROUP),
    ("Timo",): (OF_GROUP, BEYOND_GROUP),
    ("Vilho", "Reetta"): (BEYOND, (*BEYOND_GROUP, detours.go_back)),
    ("Arvo",): (
        BEYOND,
        (*BEYOND_GROUP, detours.go_back, detours.suspend),
    ),  # that it has ended shows in what can be done
}


@pytest.mark.parametrize("readers", READERS, ids=" ".join)
@in_one_pair
@given(SEEDS)
def test_whoever_reads_a_supervision_learns_nothing_that_its_rows_do_not_give(
    sqlite_template: Path, readers: tuple[str, ...], seed: int
) -> None:
    walk(sqlite_template, seed, *READERS[readers], *readers, days=THE_YEAR)


@pytest.mark.parametrize("day", ["contract", "contract again"])
@in_one_pair
@given(SEEDS)
def test_nobody_who_signs_a_contract_learns_before_the_last_has_signed_it_who_has(
    sqlite_template: Path, day: str, seed: int
) -> None:
    """Then the signature page says so, for all who read it."""
    with pair(sqlite_template, seed, frozenset()) as callers:
        lead(callers, _until(day))
        for caller in callers:
            caller.twin.part(frozenset({SIGNING}))
        lead(callers, [_named(day)], first=len(_until(day)))
        compare(callers, ("Aino", "Kaarina", *(["Timo"] if day == "contract again" else [])), doing=True)


@in_one_pair
@given(SEEDS)
def test_who_left_a_supervision_learns_nothing_of_what_comes_after(sqlite_template: Path, seed: int) -> None:
    before = _until("closing evaluation")
    with pair(sqlite_template, seed, OF_EACH) as callers:
        lead(callers, before)
        for caller in callers:
            caller.twin.part(BEYOND | {GOES_ON})
        go_each_their_way(callers, len(before), ("Sari",))


@in_one_pair
@given(SEEDS)
def test_who_waits_led_or_has_no_seat_learns_nothing_of_a_supervision(sqlite_template: Path, seed: int) -> None:
    before = _until("mapping")
    with pair(sqlite_template, seed, BEYOND - {BEFORE} | {GOES_ON}) as callers:
        lead(callers, before)
        go_each_their_way(callers, len(before), ("Iida", "Ilmari", "Outi", "Veikko"))


@in_one_pair
@given(SEEDS)
def test_a_parent_learns_nothing_of_what_the_other_was_asked_alone(sqlite_template: Path, seed: int) -> None:
    with pair(sqlite_template, seed, OF_EACH - {AINO, AINOS_SECRET}) as callers:
        on_day(callers, 0, road.referral, detours.parents_come)
        on_day(callers, 3, detours.parents_asked)
        compare(callers, ("Aino",), doing=True)


@of_the_roads
def test_whoever_takes_part_in_a_supervision_has_letters(sqlite_template: Path) -> None:
    with pair(sqlite_template, 1, frozenset()) as [one, _]:
        lead([one], THE_YEAR)
        had = {who for who in one.twin.at if letters_to(one.twin, who)}
    assert {*NAMES, *road.FURTHER} & set(one.twin.at) - had == {"Iida"}


def lead(callers: Sequence[Caller], days: Sequence[Day], *, first: int = 0) -> None:
    """Let both take some days of the road, of which the first has this number."""
    for number, day in enumerate(days):
        on_day(callers, begins(THE_YEAR, first + number), *day.steps)


def go_each_their_way(callers: Sequence[Caller], first: int, readers: Sequence[str]) -> None:
    """Let one go on and the other stop, somewhere on the road; both may end there. Then everybody looks."""
    ahead = THE_YEAR[first:]
    for caller in callers:
        far = caller.twin.dice[GOES_ON].randrange(len(ahead) + 1)
        lead([caller], ahead[:far], first=first)
        on_day([caller], begins(THE_YEAR, len(THE_YEAR)), _perhaps_breaking_off)
    compare(callers, readers, doing=True)


def _perhaps_breaking_off(twin: Twin) -> None:
    facts = twin.facts()
    if facts.phase != "closed" and twin.chance(GOES_ON):
        twin.does(
            GOES_ON, "Meri", discontinue, "supervision-ended-early" if facts.in_force else "supervision-not-begun"
        )


def _until(name: str) -> Sequence[Day]:
    return THE_YEAR[: THE_YEAR.index(_named(name))]


def _named(name: str) -> Day:
    return next(one for one in THE_YEAR if one.name == name)


@pytest.mark.long
@pytest.mark.timeout(3600)
@_seeded(max_examples=10)
@given(SEEDS, strategies.sampled_from(list(READERS)))
def test_equal_supervisions_stay_equal_in_many_more_pairs(
    sqlite_template: Path, seed: int, readers: tuple[str, ...]
) -> None:
    walk(sqlite_template, seed, *READERS[readers], *readers, days=THE_YEAR)
