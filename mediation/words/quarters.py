"""Quarters of a year, by which figures are published: `2027-q1` is January to March of 2027."""

from datetime import date, timedelta
from typing import NamedTuple

from mediation.words.dates import months_after

MONTHS = 3


class Quarter(NamedTuple):
    """A quarter of a year, numbered from 1."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """How it is written, in an order that is that of time: `2027-q1`."""
        return f"{self.year:04}-q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * MONTHS + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return months_after(self.first, MONTHS) - timedelta(days=1)

    @property
    def following(self) -> "Quarter":
        """The next one."""
        return quarter_of(months_after(self.first, MONTHS))

    @property
    def before(self) -> "Quarter":
        """The one before."""
        return quarter_of(self.first - timedelta(days=1))

    def has(self, day: date | None) -> bool:
        """Whether a day is in it."""
        return day is not None and self.first <= day <= self.last


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day is."""
    return Quarter(day.year, (day.month - 1) // MONTHS + 1)


def quarter_named(code: str) -> Quarter:
    """The quarter of a code such as `2027-q1`."""
    year, _, number = code.partition("-q")
    return Quarter(int(year), int(number))
