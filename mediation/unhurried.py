"""Long work in the background, done in small parts with rests between, so that who works at the same time goes first."""

from collections.abc import Iterable, Iterator
from time import monotonic, sleep
from typing import TypeVar

Part = TypeVar("Part")

REST = 2.0  # times as long as a part took
LONGEST_REST = 1.0  # seconds


def unhurried(parts: Iterable[Part]) -> Iterator[Part]:
    """These parts in turn; after each but the last a rest twice as long as it took, a second at most.

    On SQLite one transaction writes at a time, and in one process one thread computes: whoever works without a rest makes
    every request wait.
    """
    began: float | None = None
    for one in parts:
        if began is not None:
            sleep(min(REST * (monotonic() - began), LONGEST_REST))
        began = monotonic()
        yield one
