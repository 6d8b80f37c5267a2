"""The vocabulary in which a workflow is declared: phases, acts, transitions and guards. The only user of `transitions`."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from transitions import EventData, Machine

from mediation.words.catalogue import LANGUAGES, has_words
from mediation.workflow.facts import Facts, ParticipantFacts

Who = frozenset[str]
RESUME = "resume"


class Role(StrEnum):
    """What a participant is at a case."""

    MEDIATOR = "mediator"
    CO_MEDIATOR = "co-mediator"
    PARTY = "party"
    SUPPORT_PERSON = "support-person"
    INTERPRETER = "interpreter"
    EMPLOYER_REPRESENTATIVE = "employer-representative"
    COMMISSIONER = "commissioner"
    INITIATOR = "initiator"
    COMMUNITY_MEMBER = "community-member"
    FORMER_PARTY = "former-party"  # who left: keeps what is own, and sees nothing made since
    FORMER_MEDIATOR = "former-mediator"  # keeps own notes
    ADMIN = "admin"  # no participant: whoever manages the installation may assign a mediator, and sees nothing


MEDIATORS: Who = frozenset({Role.MEDIATOR, Role.CO_MEDIATOR})
COMPANIONS: Who = frozenset({Role.SUPPORT_PERSON, Role.INTERPRETER})
EVERYONE: Who = MEDIATORS | {Role.PARTY, Role.EMPLOYER_REPRESENTATIVE, Role.COMMISSIONER}  # to whom an end is told


class Way(StrEnum):
    """How an act came about."""

    OWN_DEVICE = "own-device"
    IN_PERSON = "in-person"  # on the mediator's device, confirmed by the participant
    PAPER = "paper"  # attested by the mediator, with a scan
    SAID = "said"  # said in the room, recorded by the mediator


@dataclass(frozen=True)
class Guard:
    """A fact that must hold before a transition.

    `missing` names the participants who are still waited for (empty where it is not about persons).
    `met_by` are the acts that can make it true; `implies` the guards without which it cannot hold.
    """

    code: str
    holds: Callable[[Facts], bool]
    met_by: tuple[str, ...]
    implies: tuple[str, ...] = ()
    missing: Callable[[Facts], tuple[str, ...]] = lambda facts: ()

    def __call__(self, event: EventData) -> bool:
        """The same question as a condition of the state machine."""
        return self.holds(event.kwargs["facts"])


def guard(*, met_by: Sequence[str], implies: Sequence[str] = ()) -> Callable[[Callable[[Facts], bool]], Guard]:
    """Make a guard of a function over facts; its name becomes the code (`notice_given` → `notice-given`)."""

    def declare(holds: Callable[[Facts], bool]) -> Guard:
        return Guard(_code(holds.__name__), holds, tuple(met_by), tuple(implies))

    return declare


def each(
    *roles: str, met_by: Sequence[str], implies: Sequence[str] = ()
) -> Callable[[Callable[[ParticipantFacts, Facts], bool]], Guard]:
    """Make a guard that must hold for every active participant in `roles`, and that knows for whom it does not."""

    def declare(holds: Callable[[ParticipantFacts, Facts], bool]) -> Guard:
        def missing(facts: Facts) -> tuple[str, ...]:
            return tuple(one.id for one in facts.holding(*roles) if not holds(one, facts))

        return Guard(_code(holds.__name__), lambda facts: not missing(facts), tuple(met_by), tuple(implies), missing)

    return declare


def _code(name: str) -> str:
    return name.replace("_", "-")


class Paper(NamedTuple):
    """What becomes of a document: its kind, its version (None: the next one) and what it will be (`in-use`)."""

    kind: str
    version: int | None
    becomes: str


@dataclass(frozen=True)
class Effect:
    """What a transition does beside moving the case.

    `changes` are further changes to the case row, and `papers` what becomes of documents: both foreseen from facts
    alone, so that a preview tells them too. `write` is called with (db, seat, facts) when the case moves.
    """

    write: Callable[[Any, Any, Facts], None]
    changes: Callable[[Facts], Mapping[str, object]] = lambda facts: {}
    papers: Callable[[Facts], Sequence[Paper]] = lambda facts: ()


@dataclass(frozen=True)
class Sending:
    """A letter of some kind to everyone who holds one of the roles, or to those of them that it concerns (`only`)."""

    kind: str
    to: Who
    only: Callable[[ParticipantFacts, Facts], bool] = lambda one, facts: True


@dataclass(frozen=True)
class Transition:
    """A move between phases. A forward one asks the standing guards too and may raise what HR sees.

    `doing` are its effects, by name; `warns` are guards whose breach is told but does not hinder.
    """

    code: str
    to: str
    by: Who
    when: tuple[Guard, ...] = ()
    warns: tuple[Guard, ...] = ()
    sends: tuple[Sending, ...] = ()
    doing: tuple[Effect, ...] = ()
    forward: bool = True


def forward(
    code: str,
    *,
    to: str,
    by: Who,
    when: Sequence[Guard] = (),
    warns: Sequence[Guard] = (),
    sends: Sequence[Sending] = (),
    doing: Sequence[Effect] = (),
) -> Transition:
    """A transition on the straight road."""
    return Transition(code, to, by, tuple(when), tuple(warns), tuple(sends), tuple(doing))


def backward(
    code: str,
    *,
    to: str,
    by: Who,
    when: Sequence[Guard] = (),
    sends: Sequence[Sending] = (),
    doing: Sequence[Effect] = (),
) -> Transition:
    """A way back: what was done is kept, what is no longer true must be done again."""
    return Transition(code, to, by, tuple(when), (), tuple(sends), tuple(doing), forward=False)


@dataclass(frozen=True)
class Phase:
    """Where a case stands: the acts open in it and to whom, and the transitions that leave it."""

    code: str
    transitions: tuple[Transition, ...] = ()
    open_to: Mapping[str, Who] = field(default_factory=dict)


def phase(code: str, *transitions: Transition, open_to: Mapping[str, Who] | None = None) -> Phase:
    """Declare a phase."""
    return Phase(code, transitions, open_to or {})


class DeclarationError(Exception):
    """A workflow is declared wrongly; raised when its module is imported."""


@dataclass(frozen=True)
class Workflow:
    """A whole procedure. What is not declared is closed.

    `everywhere` guards every transition, `standing` every forward one. Acts open in every phase but the last are `always`,
    also in a suspension, or `always_unless_suspended`; a phase's own acts stop in one. `resume_when` guards its end;
    `own_hand` are acts that nobody can do for another by saying so; `outcomes` give the coarse class HR sees.
    """

    code: str
    phases: tuple[Phase, ...]
    everywhere: tuple[Guard, ...]
    standing: tuple[Guard, ...]
    always: Mapping[str, Who]
    always_unless_suspended: Mapping[str, Who]
    own_hand: frozenset[str]
    resume_when: tuple[Guard, ...]
    outcomes: Mapping[str, str]
    machine: Machine = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "machine", _machine(self))

    @property
    def initial(self) -> Phase:
        """Where a case begins."""
        return self.phases[0]

    @property
    def final(self) -> Phase:
        """Where a case ends; nothing leads out of it."""
        return self.phases[-1]

    def phase(self, code: str) -> Phase:
        """The phase `code`."""
        return next(one for one in self.phases if one.code == code)

    def rank(self, code: str) -> int:
        """How far along the straight road a phase is, from 0."""
        return [one.code for one in self.phases].index(code)

    def open_acts(self, phase_code: str, *, suspended: bool = False) -> Mapping[str, Who]:
        """The acts open in a phase, and to whom."""
        if phase_code == self.final.code:
            return self.final.open_to
        acts = {**self.in_every_phase, **self.phase(phase_code).open_to}  # a phase may say anew to whom
        return {act: who for act, who in acts.items() if act in self.always} if suspended else acts

    @property
    def in_every_phase(self) -> Mapping[str, Who]:
        """The acts of both groups that no phase but the last closes, and to whom."""
        return {**self.always, **self.always_unless_suspended}

    def acts(self) -> dict[str, Who]:
        """Every act of the workflow with all who may do it somewhere."""
        everything: dict[str, Who] = dict(self.in_every_phase)
        for one in self.phases:
            for act, who in one.open_to.items():
                everything[act] = everything.get(act, frozenset()) | who
        return everything

    def guards_of(self, transition: Transition) -> tuple[Guard, ...]:
        """All guards of a transition: those of every one, the standing ones where it leads forward, then its own."""
        standing = self.standing if transition.forward else ()
        return (*self.everywhere, *standing, *transition.when)

    def unmet(self, guards: Iterable[Guard], facts: Facts) -> tuple[Guard, ...]:
        """Every guard that does not hold, never only the first."""
        return tuple(one for one in guards if not one.holds(facts))

    def fire(self, code: str, facts: Facts) -> str | None:
        """Let the state machine take the transition `code`: the new phase, or None where a guard holds it back."""
        place = _Place(facts.phase)
        moved = self.machine.events[code].trigger(place, facts=facts)
        return place.state if moved else None


@dataclass(slots=True)
class _Place:
    state: str


def check_words(workflow: Workflow) -> None:
    """Raise `DeclarationError` where a phase, act, transition, guard or outcome has no words in one of the languages."""
    codes = [f"phase.{one.code}" for one in workflow.phases]
    codes += [f"act.{act}" for act in workflow.acts()] + [f"outcome.{code}" for code in workflow.outcomes]
    moves = [move for one in workflow.phases for move in one.transitions]
    codes += [f"transition.{move.code}" for move in moves]
    guards = {one.code for move in moves for one in (*workflow.guards_of(move), *workflow.resume_when)}
    codes += [f"guard.{code}" for code in guards] + [f"guard.{code}.unmet" for code in guards]
    silent = [f"{code} ({language})" for code in codes for language in LANGUAGES if not has_words(code, language)]
    if silent:
        raise DeclarationError(f"{workflow.code}: no words for {', '.join(sorted(set(silent)))}")


def _machine(workflow: Workflow) -> Machine:
    moves: list[dict[str, Any]] = [
        {"trigger": move.code, "source": one.code, "dest": move.to, "conditions": list(workflow.guards_of(move))}
        for one in workflow.phases
        for move in one.transitions
    ]
    states = [one.code for one in workflow.phases]
    # Resuming moves nothing: a transition of every phase to itself, guarded like any other.
    resume: dict[str, Any] = {
        "trigger": RESUME,
        "source": states[:-1],
        "dest": None,
        "conditions": list(workflow.resume_when),
    }
    moves.append(resume)
    return Machine(model=None, states=states, transitions=moves, initial=None, auto_transitions=False, send_event=True)


def _check(workflow: Workflow) -> None:
    codes = [one.code for one in workflow.phases]
    if len(set(codes)) != len(codes):
        raise DeclarationError(f"{workflow.code}: a phase is declared twice")
    for one in workflow.phases:
        for move in one.transitions:
            where = f"{workflow.code}: {one.code}: {move.code}"
            if move.to not in codes:
                raise DeclarationError(f"{where} leads to {move.to!r}, which is no phase")
            if not move.forward and codes.index(move.to) >= codes.index(one.code):
                raise DeclarationError(f"{where} is declared as a way back, yet leads to {move.to}")
            _check_guards(workflow, one, move, where)
        if len({move.code for move in one.transitions}) != len(one.transitions):
            raise DeclarationError(f"{workflow.code}: {one.code} declares a transition twice")
    _check_roads(workflow)
    _check_suspension(workflow)
    unknown = workflow.own_hand - set(workflow.acts())
    if unknown:
        raise DeclarationError(f"{workflow.code}: no phase opens {', '.join(sorted(unknown))}")


def _check_guards(workflow: Workflow, one: Phase, move: Transition, where: str) -> None:
    open_here = workflow.open_acts(one.code)
    for condition in workflow.guards_of(move):
        if not re.fullmatch(r"[a-z][a-z-]*", condition.code):
            raise DeclarationError(f"{where}: {condition.code!r} is no code")
        if not any(act in open_here for act in condition.met_by):
            raise DeclarationError(f"{where} waits for {condition.code}, but no act open in {one.code} can meet it")


def _check_suspension(workflow: Workflow) -> None:
    both = set(workflow.always) & set(workflow.always_unless_suspended)
    if both:
        raise DeclarationError(f"{workflow.code}: in both groups: {', '.join(sorted(both))}")
    for act in (RESUME, "discontinue"):
        if act in workflow.always_unless_suspended:
            raise DeclarationError(f"{workflow.code}: a suspended case is a trap, {act} is not open in it")
    for condition in workflow.resume_when:
        if not set(condition.met_by) & set(workflow.always):
            raise DeclarationError(f"{workflow.code}: no act open in a suspension can meet {condition.code}")


def _check_roads(workflow: Workflow) -> None:
    leads = {one.code: {move.to for move in one.transitions} for one in workflow.phases}
    for one in workflow.phases:
        if one.code not in _reach(leads, workflow.initial.code):
            raise DeclarationError(f"{workflow.code}: no road leads to {one.code}")
        if workflow.final.code not in _reach(leads, one.code):
            raise DeclarationError(
                f"{workflow.code}: {one.code} is a trap, no road leads from it to {workflow.final.code}"
            )
    if workflow.final.transitions:
        raise DeclarationError(f"{workflow.code}: {workflow.final.code} is the end, yet a transition leaves it")


def _reach(leads: Mapping[str, set[str]], start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        for target in leads[waiting.pop()] - reached:
            reached.add(target)
            waiting.append(target)
    return reached
