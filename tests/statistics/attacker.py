"""Somebody who wants to learn of single cases from published figures, and knows how they are made.

They hold every table ever published, know the rules by which figures are left out (they run our own code), know of every
case when it was taken up and when it ended, and of some cases all there is to know. They try out everything that the other
cases could have been, and keep what would have led to the same tables.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product
from math import comb, prod
from typing import Any, NamedTuple

from mediation.statistics.figures import Figure

Secret = Any
Tell = Callable[[Sequence["Known"], Sequence[Secret]], Sequence[Sequence[Figure]]]
Facts = Mapping[str, Callable[[Secret], bool]]


class Known(NamedTuple):
    """What everybody may know of a case: who knows it by heart, and in which of the quarters it was taken up and ended.

    -1 is a quarter before all of them; None says that it has not ended.
    """

    knowers: frozenset[str]
    begun: int = -1
    ended: int | None = 0


class Attack(NamedTuple):
    """What is secret of a case: everything that it could be, what is then published, and the facts that one wants to learn.

    `domain` is for a case of which this much is known; `facts` are by their names.
    """

    domain: Callable[[Known], Sequence[Secret]]
    tell: Tell
    facts: Facts

    def worlds(self, known: Sequence[Known], unknown: Sequence[int]) -> Iterator[dict[int, Secret]]:
        """Everything that the unknown cases could have been; those of which the same is known are alike."""
        groups = _groups(known, unknown)
        alike = [combinations_with_replacement(self.domain(known[one[0]]), len(one)) for one in groups]
        for chosen in product(*alike):
            pairs = zip(groups, chosen, strict=True)
            yield {one: secret for group, secrets in pairs for one, secret in zip(group, secrets, strict=True)}

    def how_many(self, known: Sequence[Known]) -> int:
        """How many worlds somebody who knows no case has to try."""
        groups = [(len(one), len(self.domain(known[one[0]]))) for one in _groups(known, range(len(known)))]
        return prod(comb(cases + kinds - 1, kinds - 1) for cases, kinds in groups)

    def learned(self, known: Sequence[Known], secrets: Sequence[Secret]) -> list[str]:
        """What anybody learns for certain of a case that they do not know; a sentence each."""
        tell = _once(self.tell, known)
        readers = ["", *sorted({reader for one in known for reader in one.knowers})]
        return [one for reader in readers for one in self._by(reader, known, secrets, tell)]

    def _by(self, reader: str, known: Sequence[Known], secrets: Sequence[Secret], tell: Tell) -> Iterator[str]:
        unknown = [number for number, one in enumerate(known) if reader not in one.knowers]
        groups, published = _groups(known, unknown), tell(known, secrets)
        found = [set[Secret]() for _ in groups]
        for world in self.worlds(known, unknown):
            if tell(known, [world.get(number, secret) for number, secret in enumerate(secrets)]) == published:
                for group, seen in zip(groups, found, strict=True):
                    seen.update(world[one] for one in group)
        for group, seen in zip(groups, found, strict=True):
            for name, is_so in self.facts.items():
                before = {is_so(one) for one in self.domain(known[group[0]])}
                if len(told := {is_so(one) for one in seen}) < len(before):
                    yield f"{reader or 'anybody'} learns of {len(group)} cases {known[group[0]]} whether {name}: {told}"


def _groups(known: Sequence[Known], unknown: Sequence[int]) -> list[list[int]]:
    groups: dict[Known, list[int]] = {}
    for one in unknown:
        groups.setdefault(known[one], []).append(one)
    return list(groups.values())


def _once(tell: Tell, known: Sequence[Known]) -> Tell:
    """The same, asked once of cases that differ in nothing but their numbers."""
    told: dict[Any, Any] = {}
    groups = _groups(known, range(len(known)))

    def remembered(known: Sequence[Known], secrets: Sequence[Secret]) -> Any:
        key = tuple(tuple(sorted(repr(secrets[one]) for one in group)) for group in groups)
        if key not in told:
            told[key] = tell(known, secrets)
        return told[key]

    return remembered
