"""Moves: the phases of a workflow, the transitions between them, the guards that they ask and the effects that they have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from mediation.workflow.facts import Facts, ParticipantFacts
from mediation.workflow.roles import Who


def _every(_: Facts) -> bool:
    return True


@dataclass(frozen=True)
class Guard:
    """A fact that must be so before a transition.

    `missing` names the participants who are still waited for (empty where it is not about persons).
    `met_by` are the acts that can make it true; `implies` the guards without which it cannot be met. `lack` is what a draft of
    the agreement lacks while the guard is not met: if the transition that follows has the guard, the draft is not sent.
    Where it does not concern a case, such as a summary that nobody is to read, it is met and shown to nobody.
    """

    code: str
    is_met: Callable[[Facts], bool]
    met_by: tuple[str, ...]
    implies: tuple[str, ...] = ()
    missing: Callable[[Facts], tuple[str, ...]] = lambda facts: ()
    lack: StrEnum | None = None
    concerns: Callable[[Facts], bool] = _every


def guard(
    *,
    met_by: Sequence[str],
    implies: Sequence[str] = (),
    lack: StrEnum | None = None,
    concerns: Callable[[Facts], bool] = _every,
) -> Callable[[Callable[[Facts], bool]], Guard]:
    """Make a guard of a function over facts; its name becomes the code (`notice_given` → `notice-given`)."""

    def declare(is_met: Callable[[Facts], bool]) -> Guard:
        code = is_met.__name__.replace("_", "-")
        asked = is_met if concerns is _every else lambda facts: not concerns(facts) or is_met(facts)
        return Guard(code, asked, tuple(met_by), tuple(implies), lack=lack, concerns=concerns)

    return declare


def each(
    *roles: str,
    met_by: Sequence[str],
    implies: Sequence[str] = (),
    code: str = "",
    concerns: Callable[[Facts], bool] = _every,
) -> Callable[[Callable[[ParticipantFacts, Facts], bool]], Guard]:
    """Make a guard that every active participant in `roles` must meet; `missing` names those who do not."""

    def declare(is_met: Callable[[ParticipantFacts, Facts], bool]) -> Guard:
        def missing(facts: Facts) -> tuple[str, ...]:
            if missing not in facts.waited_for:  # several transitions have the same guards
                those = facts.those_in(*roles) if concerns(facts) else ()
                facts.waited_for[missing] = tuple([one.id for one in those if not is_met(one, facts)])
            return facts.waited_for[missing]

        name = code or is_met.__name__.replace("_", "-")
        return Guard(name, lambda facts: not missing(facts), tuple(met_by), tuple(implies), missing, concerns=concerns)

    return declare


def only_after(cause: str, inner: Guard) -> Guard:
    """The same guard, asked only while this cause suspends the case."""

    def is_met(facts: Facts) -> bool:
        return cause not in facts.suspensions or inner.is_met(facts)

    def missing(facts: Facts) -> tuple[str, ...]:
        return inner.missing(facts) if cause in facts.suspensions else ()

    return replace(inner, is_met=is_met, missing=missing)


class DocumentChange(NamedTuple):
    """The change of a document: its kind, its version (None: the next one) and its new state (`in-use`)."""

    kind: str
    version: int | None
    becomes: str


@dataclass(frozen=True)
class Effect:
    """What a transition does beside moving the case.

    `changes` are further changes to the case row, `document_changes` those of documents. Both are computed from
    facts alone, so that a preview can show them. `write` is called with (db, seat, facts) when the case moves; it may give
    letters (`outbox.NewLetter`), which go with those of the transition.
    """

    write: Callable[[Any, Any, Facts], Sequence[Any] | None] = lambda db, seat, facts: None
    changes: Callable[[Facts], Mapping[str, object]] = lambda facts: {}
    document_changes: Callable[[Facts], Sequence[DocumentChange]] = lambda facts: ()


@dataclass(frozen=True)
class Sending:
    """A letter of some kind to everyone in one of the roles, or to those of them that it concerns (`only`)."""

    kind: str
    to: Who
    only: Callable[[ParticipantFacts, Facts], bool] = lambda one, facts: True


@dataclass(frozen=True)
class Transition:
    """A move between phases. A forward one asks the forward guards too and may raise what HR sees.

    `asks` are the forward guards that it asks, all of them if left out. `doing` are its effects, by name; `warns` are guards
    that only give a warning. One that `comes_next` is what the phase works towards, also where it leads back.
    """

    code: str
    _: KW_ONLY
    to: str
    by: Who
    when: Sequence[Guard] = ()
    asks: Sequence[Guard] | None = None
    warns: Sequence[Guard] = ()
    sends: Sequence[Sending] = ()
    doing: Sequence[Effect] = ()
    forward: bool = True
    comes_next: bool = False


forward = Transition  # towards the last phase
backward = partial(Transition, forward=False)  # what was done is kept, what is no longer true must be done again


@dataclass(frozen=True)
class Phase:
    """A phase of a case: the acts open in it and to whom, and the transitions that leave it."""

    code: str
    transitions: tuple[Transition, ...] = ()
    open_to: Mapping[str, Who] = field(default_factory=dict)

    @property
    def ways_on(self) -> list[Transition]:
        """The moves that the phase works towards: those forward, and before them one that comes next all the same."""
        next_ones = [one for one in self.transitions if one.comes_next]
        return next_ones + [one for one in self.transitions if one.forward and not one.comes_next]


def phase(code: str, *transitions: Transition, open_to: Mapping[str, Who] | None = None) -> Phase:
    """Declare a phase."""
    return Phase(code, transitions, open_to or {})
