"""Nobody learns anything of a single case or person from all figures ever published, whatever they know of other cases."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from operator import eq

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from mediation.acts.case_facts import CaseFacts, Reached, Report
from mediation.statistics.figures import Answer, Figure, QuarterFacts, Shape, figures
from mediation.words.quarters import Quarter
from tests.statistics.attacker import Attack, Known, Secret, Tell

FIRST = Quarter(2027, 1)
QUARTERS = (FIRST, FIRST.following)
CLASSES = ("ended-settled", "ended", "did-not-begin")
PLAIN = Shape(outcomes=CLASSES, meets=False, agrees=False, reports=False, surveys=False)
EXAMPLES = 12
MOST = 1_000  # worlds that one attack tries out

Make = Callable[[CaseFacts, Secret], tuple[CaseFacts, list[Report], list[Answer]]]


def day_in(number: int | None) -> date:
    """A day in one of the quarters; before all of them for -1."""
    quarter = FIRST
    for _ in range(max(number or 0, 0)):
        quarter = quarter.following
    return quarter.first - timedelta(days=30) if number == -1 else quarter.first + timedelta(days=40)


def publishing(make: Make, shape: Shape = PLAIN) -> Tell:
    """What is published in all quarters together of cases whose secrets make them what they are.

    Figures that do not depend on these secrets are left out of `shape`: they would tell the same in every world.
    """

    def tell(known: Sequence[Known], secrets: Sequence[Secret]) -> list[list[Figure]]:
        cases, reports, answers = list[CaseFacts](), list[Report](), list[Answer]()
        for number, (one, secret) in enumerate(zip(known, secrets, strict=True)):
            ended = None if one.ended is None else Reached(day_in(one.ended), 30)
            outcome = None if ended is None else "ended"
            plain = CaseFacts(str(number), one.knowers, day_in(one.begun), ended=ended, outcome=outcome)
            case, its_reports, its_answers = make(plain, secret)
            cases.append(case)
            reports += its_reports
            answers += its_answers
        tables = []
        for quarter in QUARTERS:
            # An answer is given soon after the end: it counts in that quarter.
            of_quarter = [one for one in answers if quarter.has(_ended_on(cases, one.case))]
            tables.append(list(figures(shape, quarter, QuarterFacts(cases, reports, of_quarter))))
        return tables

    return tell


def _ended_on(cases: Sequence[CaseFacts], case: str) -> date | None:
    ended = cases[int(case)].ended
    return ended.on if ended else None


# What could be secret of a case, and what it makes of it.


def at_most(days: int, secret: int | None) -> bool:
    return secret is not None and secret <= days


def with_outcome(case: CaseFacts, secret: str | None) -> tuple[CaseFacts, list[Report], list[Answer]]:
    return replace(case, outcome=secret if case.ended else None), [], []


def with_days(case: CaseFacts, secret: int | None) -> tuple[CaseFacts, list[Report], list[Answer]]:
    """How long it took, and how many hours were worked: a public outcome does not tell."""
    ended = replace(case, ended=Reached(case.ended.on, secret), minutes=60 * secret) if case.ended and secret else case
    return ended, [], []


def with_agreement(case: CaseFacts, secret: tuple[int, int] | None) -> tuple[CaseFacts, list[Report], list[Answer]]:
    """In which quarter it came to an agreement and after how many days, if at all."""
    if secret is None:
        return case, [], []
    number, days = secret
    on = day_in(number)
    possible = case.begun <= on and (case.ended is None or on <= case.ended.on)
    return (replace(case, agreed=Reached(on, days)) if possible else case), [], []


def with_reports(case: CaseFacts, secret: str) -> tuple[CaseFacts, list[Report], list[Answer]]:
    """What each of two parties reported: `+` kept, `-` not, ` ` nothing."""
    told = [Report(case.case, case.knowers, day_in(0), 3, one == "+") for one in secret if one != " "]
    return case, told, []


def with_answer(case: CaseFacts, secret: int | None) -> tuple[CaseFacts, list[Report], list[Answer]]:
    answers = [Answer(case.case, case.knowers, "fair", secret)] if secret is not None and case.ended else []
    return case, [], answers


DAYS = (10, 20, 30)
NOTHING = (None,)


def of_ended(*secrets: Secret) -> Callable[[Known], Sequence[Secret]]:
    return lambda known: NOTHING if known.ended is None else secrets


ATTACKS = {
    "outcome": Attack(
        of_ended(*CLASSES),
        publishing(with_outcome),
        {f"it ended as {one}": partial(eq, one) for one in CLASSES},
    ),
    "days": Attack(
        of_ended(*DAYS),
        publishing(with_days),
        {f"it took at most {one}": partial(at_most, one) for one in DAYS[:-1]},
    ),
    "agreement": Attack(
        lambda known: (None, (0, 10), (1, 10)),
        publishing(with_agreement, replace(PLAIN, agrees=True)),
        {
            "it came to an agreement": lambda s: s is not None,
            "it did in the first quarter": lambda s: s is not None and s[0] == 0,
        },
    ),
    "days to agreement": Attack(
        lambda known: (None, (0, 10), (0, 30)),
        publishing(with_agreement, replace(PLAIN, agrees=True)),
        {"it came to an agreement": lambda s: s is not None, "it took ten days": lambda s: s == (0, 10)},
    ),
    "report": Attack(
        lambda known: (" ", "+", "-"),
        publishing(with_reports, replace(PLAIN, reports=True)),
        {"it was kept": partial(eq, "+"), "it was not": partial(eq, "-"), "somebody reported": lambda s: s != " "},
    ),
    "reports of two": Attack(
        lambda known: ("  ", "++", "+-", "--"),
        publishing(with_reports, replace(PLAIN, reports=True)),
        {"both said that it was kept": partial(eq, "++"), "somebody reported": lambda s: s != "  "},
    ),
    "answer": Attack(
        of_ended(None, 1, 4),
        publishing(with_answer, replace(PLAIN, surveys=True)),
        {
            "they answered": lambda s: s is not None,
            "they were content": partial(eq, 4),
            "they were not": partial(eq, 1),
        },
    ),
    "answer to the point": Attack(
        of_ended(1, 4, 5),
        publishing(with_answer, replace(PLAIN, surveys=True)),
        {"they were content": lambda s: s in {4, 5}, "they were fully content": partial(eq, 5)},
    ),
}


@st.composite
def caseloads(draw: st.DrawFn, attack: Attack) -> tuple[list[Known], list[Secret]]:
    """Cases of one or two mediators and organisations, often just as many as are needed for something to be told."""
    known, several = list[Known](), draw(st.booleans())
    for number in range(1 + several):
        knowers = frozenset({f"person:m{number}", f"organisation:{draw(st.integers(0, 1))}"})
        for ended in (0, None):
            known += [Known(knowers, ended=ended)] * draw(st.sampled_from((0, 1, 4, 5, 6, 10, 11)))
        if not several:
            known += [Known(knowers)] * draw(st.integers(0, 12))
    many, few = (draw(st.integers(0, 3)) for _ in "ab")
    secrets = []
    for one in known:
        domain = attack.domain(one)
        secrets.append(domain[(many if draw(st.booleans()) else few) % len(domain)])
    return known, secrets


@pytest.mark.seconds
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[*HealthCheck])
@given(data=st.data())
def test_nobody_learns_a_fact_about_a_single_case_or_person(attack: Attack, data: st.DataObject) -> None:
    known, secrets = data.draw(caseloads(attack))
    assume(attack.how_many(known) <= MOST)
    told = attack.tell(known, secrets)
    cells = [cell for table in told for cell in table if cell.part != "all" and cell.value is not None]
    event(f"told: {len(cells)}")
    assert attack.learned(known, secrets) == []


def careless(known: Sequence[Known], secrets: Sequence[Secret]) -> list[list[Figure]]:
    """What is published where only small numbers are left out."""
    ended = [secret for one, secret in zip(known, secrets, strict=True) if one.ended is not None]
    counts = [Figure("ended", one, ended.count(one)) for one in CLASSES]
    return [
        [
            Figure("ended", "all", len(ended)),
            *(one if (one.value or 0) >= 5 else one._replace(value=None) for one in counts),
        ]
    ]


@pytest.mark.parametrize(
    "secrets",
    [
        ["ended-settled"] * 7,  # all of them
        ["ended-settled"] * 6 + ["ended"] * 5 + ["did-not-begin"],  # what is missing is the complement
    ],
)
def test_the_attacker_learns_from_tables_in_which_only_small_numbers_are_left_out(secrets: list[str]) -> None:
    known = [Known(frozenset({"person:m0"})) for _ in secrets]
    attack = ATTACKS["outcome"]
    if "did-not-begin" in secrets:
        # One who knows all the others takes them away.
        known[:-1] = [Known(frozenset({"person:m1"})) for _ in secrets[:-1]]
    assert attack._replace(tell=careless).learned(known, secrets)
    assert not attack.learned(known, secrets)


def test_a_mediator_who_takes_away_the_own_cases_learns_nothing_of_the_one_that_is_left() -> None:
    """All but one case are known by heart: as many as one likes, and they are known in full."""
    others = [Known(frozenset({"person:m0", "organisation:0"}), ended=ended) for ended in (0, None)] * 20
    single = Known(frozenset({"person:m1", "organisation:1"}))
    outcomes = ["ended-settled", "ended"] * 10
    for what in CLASSES:
        secrets = [outcomes.pop() if one.ended == 0 else None for one in others]
        outcomes = [one for one in secrets if one] + outcomes
        assert not ATTACKS["outcome"].learned([*others, single], [*secrets, what])
