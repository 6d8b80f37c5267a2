"""What may be told of many cases, so that nobody learns anything of one: thresholds, complements, and what readers know anyway.

Every rule here is asked once for a reader who knows none of the cases, and once for each who knows some of them by heart: who
leads a case, who ordered it, and the organisation whose case it is (`knowers`). What is left when somebody takes away what
they know has to be as safe as the whole. Whoever knows all of the cases learns nothing of them here.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import NamedTuple, Protocol, TypeVar

LEAST = 5  # cases: fewer are not told, nor what would let them be worked out
BEYOND = 2  # cases beyond a middle value, on each side, that no reader knows


class Known(Protocol):
    """Something of a case, and who knows it without any statistics."""

    @property
    def case(self) -> str: ...
    @property
    def knowers(self) -> frozenset[str]: ...


One = TypeVar("One", bound=Known)


class Valued(NamedTuple):
    """A number of one case."""

    case: str
    knowers: frozenset[str]
    value: int


def _unknown_to(reader: str, some: Iterable[One]) -> list[One]:
    return [one for one in some if reader not in one.knowers]


def _readers(some: Iterable[Known]) -> Iterator[str]:
    """Nobody in particular (""), and everybody who knows some of them but not all."""
    known = list(some)
    yield ""
    for reader in sorted({reader for one in known for reader in one.knowers}):
        if any(reader not in one.knowers for one in known):
            yield reader


def _cases(some: Iterable[Known]) -> int:
    return len({one.case for one in some})


def are_many(some: Sequence[Known]) -> bool:
    """Whether there are at least five cases, to every reader."""
    return all(_cases(_unknown_to(reader, some)) >= LEAST for reader in _readers(some))


def may_split(part: Sequence[One], whole: Sequence[One]) -> bool:
    """Whether it may be told how many of a `whole` are of one `part`: five cases are, and five are not, to every reader.

    So nobody who knows that a case belongs to the whole learns on which side it is.
    """
    chosen = set(part)
    rest = [one for one in whole if one not in chosen]
    return all(
        _cases(_unknown_to(reader, part)) >= LEAST and _cases(_unknown_to(reader, rest)) >= LEAST
        for reader in _readers(whole)
    )


def may_be_among(part: Sequence[Known], whole: Sequence[Known]) -> bool:
    """Whether something may be told of a `part` whose size is not told: of five cases, and there could have been ten.

    So nobody who knows the whole learns whether a case of it is of the part.
    """
    return all(
        _cases(_unknown_to(reader, part)) >= LEAST and _cases(_unknown_to(reader, whole)) >= 2 * LEAST
        for reader in _readers(whole)
    )


def quantile(values: Sequence[Valued], share: float) -> int | None:
    """The value that so large a share of at least five cases does not exceed; None where it would tell of one of them.

    On each side of it there may lie two more values than any reader knows, so nobody can tell of a value that they do not
    know on which side it is: a 90th percentile takes at least twenty.
    """
    if not are_many(values):
        return None
    rank = ceil(share * len(values))
    found = sorted(one.value for one in values)[rank - 1]
    for reader in _readers(values):
        known = [one.value for one in values if reader in one.knowers]
        below, above = sum(one < found for one in known), sum(one > found for one in known)
        if rank - 1 - below < BEYOND or len(values) - rank - above < BEYOND:
            return None
    return found
