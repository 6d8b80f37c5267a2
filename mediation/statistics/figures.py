"""The figures of one workflow in one quarter: a fixed table, whatever there is to tell."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mediation.acts.case_facts import MONTHS, CaseFacts, Reached, Report
from mediation.acts.hours import half_hours
from mediation.acts.surveys import QUESTIONS, SURVEY
from mediation.case.status import coarse_classes
from mediation.statistics.disclosure import Valued, are_many, may_be_among, may_split, quantile
from mediation.words.quarters import Quarter
from mediation.workflow.declaration import Workflow

SHARES = {"median": 0.5, "p90": 0.9}
GOOD = 4  # of 1 to 5: an answer from here on is a yes


class Figure(NamedTuple):
    """One cell: how many, how many days, half hours or points; None where it is not told."""

    measure: str
    part: str
    value: int | None


class Answer(NamedTuple):
    """What somebody answered to a question of the survey."""

    case: str
    knowers: frozenset[str]
    question: str
    points: int


@dataclass(frozen=True)
class Shape:
    """Which figures a workflow has at all, as it is declared."""

    outcomes: tuple[str, ...]
    meets: bool
    agrees: bool
    reports: bool
    surveys: bool


@dataclass(frozen=True)
class QuarterFacts:
    """All that the figures of a quarter are made of: the cases that were open in it, and what was reported and answered."""

    cases: Sequence[CaseFacts]
    reports: Sequence[Report] = ()
    answers: Sequence[Answer] = ()


def shape_of(workflow: Workflow) -> Shape:
    """Which figures a workflow has."""
    acts = workflow.acts()
    return Shape(
        outcomes=coarse_classes(workflow),
        meets=bool(workflow.planned_kinds),
        agrees=bool(acts.keys() & {"sign", "accept-understanding"}),
        reports="check-in" in acts,
        surveys=SURVEY in acts,
    )


def figures(shape: Shape, quarter: Quarter, facts: QuarterFacts) -> Iterator[Figure]:
    """The cells in their order, the same in every quarter. Nothing is told of fewer than five cases, nor of all of them."""
    # A set of its own for each quarter: each case is counted once as taken up, met, agreed and ended.
    begun = [one for one in facts.cases if quarter.has(one.begun)]
    there = [one for one in facts.cases if one.begun <= quarter.last]
    there = [one for one in there if one.ended is None or one.ended.on >= quarter.first]
    ended = [one for one in there if one.ended is not None and quarter.has(one.ended.on)]
    told = may_split(ended, there)
    yield Figure("taken-up", "all", len(begun) if are_many(begun) else None)
    yield Figure("ended", "all", len(ended) if told else None)
    yield from _outcomes(shape.outcomes, ended if told else [])
    if shape.meets:
        yield from _event("first-meeting", quarter, there, lambda one: one.met)
    if shape.agrees:
        yield from _event("agreement", quarter, there, lambda one: one.agreed)
    days = [Valued(one.case, one.knowers, one.ended.days) for one in ended if one.ended is not None]
    worked = [Valued(one.case, one.knowers, half_hours(one.minutes)) for one in ended]
    yield from _middle("close", days if told else [])
    yield from _middle("hours", worked if told else [])
    if shape.reports:
        yield from _durability([one for one in facts.reports if quarter.has(one.on)], there)
    if shape.surveys:
        yield from _survey(facts.answers, ended)


def _outcomes(classes: Sequence[str], ended: Sequence[CaseFacts]) -> Iterator[Figure]:
    """How many ended in each class: one is told after the other as long as those that are left may be split."""
    left, told = ended, bool(ended)
    for one in classes[:-1]:
        these = [case for case in left if case.outcome == one]
        told = told and may_split(these, left)
        yield Figure("ended", one, len(these) if told else None)
        left = [case for case in left if case.outcome != one]
    yield Figure("ended", classes[-1], len(left) if told else None)


def _event(
    measure: str, quarter: Quarter, there: Sequence[CaseFacts], when: Callable[[CaseFacts], Reached | None]
) -> Iterator[Figure]:
    """After how many days the cases came to something that did so in this quarter; how many these were is not told."""
    reached = {one.case: moment for one in there if (moment := when(one)) is not None}
    could = [one for one in there if one.case not in reached or reached[one.case][0] >= quarter.first]
    did = [one for one in could if one.case in reached and quarter.has(reached[one.case][0])]
    days = [Valued(one.case, one.knowers, reached[one.case][1]) for one in did]
    yield from _middle(measure, days if may_be_among(did, could) else [])


def _middle(measure: str, values: Sequence[Valued]) -> Iterator[Figure]:
    for part, share in SHARES.items():
        yield Figure(measure, part, quantile(values, share))


def _may_count(
    those: Sequence[Report] | Sequence[Answer], good: Sequence[Report] | Sequence[Answer], whole: Sequence[CaseFacts]
) -> bool:
    """Whether it may be told how many of those who said something were content: also of five cases nobody said anything."""
    said = {one.case for one in those}
    return may_split([one for one in whole if one.case in said], whole) and may_split(good, those)


def _durability(reports: Sequence[Report], there: Sequence[CaseFacts]) -> Iterator[Figure]:
    for month in MONTHS:
        these = [one for one in reports if one.month == month]
        kept = [one for one in these if one.kept]
        told = _may_count(these, kept, there)
        yield Figure(f"kept-{month}", "yes", len(kept) if told else None)
        yield Figure(f"kept-{month}", "no", len(these) - len(kept) if told else None)


def _survey(answers: Sequence[Answer], ended: Sequence[CaseFacts]) -> Iterator[Figure]:
    for question in QUESTIONS:
        these = [one for one in answers if one.question == question]
        good = [one for one in these if one.points >= GOOD]
        told = _may_count(these, good, ended)
        points = [Valued(one.case, one.knowers, one.points) for one in these]
        yield Figure(question, "median", quantile(points, 0.5) if may_be_among(these, ended) else None)
        yield Figure(question, "yes", len(good) if told else None)
        yield Figure(question, "no", len(these) - len(good) if told else None)
