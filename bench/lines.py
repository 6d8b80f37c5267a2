"""Lines of the table: what was measured, beside what we aim at."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Goal:
    """A bound of shared goals: `at_least` or `at_most`, in the line's own unit."""

    at_least: float | None = None
    at_most: float | None = None

    def met_by(self, value: float) -> bool:
        """Whether `value` keeps the bound."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


@dataclass(frozen=True)
class Line:
    """One line: what, how much of which unit, what we aim at, and what the figure is made of."""

    what: str
    value: float
    unit: str = "of the floor"
    goal: Goal | None = None
    made_of: str = ""

    def __str__(self) -> str:
        aim = f"goal {self.goal}" if self.goal else ""
        verdict = "" if self.goal is None else "met" if self.goal.met_by(self.value) else "MISSED"
        return (
            f"  {self.what:<52} {_short(self.value):>7} {self.unit:<16} {aim:<12} {verdict:<7} {self.made_of}".rstrip()
        )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio_of(floors: Sequence[float], ours: Sequence[float]) -> float:
    """The median, over rounds, of the floor's time to ours: 1 is as fast as the floor, 0.5 takes twice as long."""
    return median(floor / own for floor, own in zip(floors, ours, strict=True))


def milliseconds(seconds: Sequence[float], percent: int = 50) -> float:
    """A percentile of durations, in milliseconds."""
    return quantiles(seconds, n=100)[percent - 1] * 1000
