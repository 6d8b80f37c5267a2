"""The vocabulary in which a workflow is declared: roles, phases, acts, transitions, guards, sessions, causes, outcomes, contract.

Roles, moves, ends and the contract have modules of their own; a declaration takes all its words from here. The only user
of `transitions`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from transitions import EventData, Machine

from mediation.words.commissioner import SEEN
from mediation.words.workflow_words import WorkflowLanguage
from mediation.workflow.contract import Contract
from mediation.workflow.ends import Cause, Least, Outcome
from mediation.workflow.facts import Facts
from mediation.workflow.moves import (
    DocumentChange,
    Effect,
    Guard,
    Phase,
    Sending,
    Transition,
    backward,
    each,
    forward,
    guard,
    only_after,
    phase,
)
from mediation.workflow.roles import NOBODY, Role, Trait, Way, Who

__all__ = [
    "NOBODY",
    "RESUME",
    "Cause",
    "Contract",
    "DeclarationError",
    "DocumentChange",
    "Effect",
    "Guard",
    "Least",
    "Outcome",
    "Phase",
    "Role",
    "Sending",
    "SessionKind",
    "Trait",
    "Transition",
    "Way",
    "Who",
    "Workflow",
    "backward",
    "each",
    "forward",
    "guard",
    "phase",
]

RESUME = "resume"


class DeclarationError(Exception):
    """A workflow is declared wrongly; raised when its module is imported."""


@dataclass(frozen=True)
class SessionKind:
    """A kind of session: who plans, moves, begins and ends it, and who is called to it.

    Everyone in a role of `calls` is called; of those in `may_call` who is called by name. To one that is `of_some` those who
    consent are called by name, too, at least two of them: nobody else of the table hears of it.
    `serves` are the phases that it is for; if it `may_serve_any`, its planner may choose others. One that is held
    `alone` is with one participant. One that is `opened` begins by an act of its own and is never planned. The clock
    of what was agreed begins with the last one held of a kind that `begins_clock`. Some time after one that is
    `asked_after` those who consent are asked whether it did them harm. Several of a kind that comes `in_series` are planned
    at once, and who joins later is told of those ahead. One that `counts` is one of those that were agreed, and is billed.
    In one that `evaluates` each rates the goals, and the group words an evaluation. Whoever of `may_call` `comes_along`, as
    facts have it, is called to each, whoever else its planner names.
    """

    planned_by: Who
    calls: Who = NOBODY
    may_call: Who = NOBODY
    serves: tuple[str, ...] = ()
    may_serve_any: bool = False
    alone: bool = False
    of_some: bool = False
    opened: bool = False
    begins_clock: bool = False
    asked_after: bool = False
    in_series: bool = False
    counts: bool = False
    evaluates: bool = False
    comes_along: Callable[[Facts], Who] = lambda facts: NOBODY

    @property
    def of_table(self) -> bool:
        """Whether all who consent are called to it, and so know of it."""
        return not self.alone and not self.of_some


@dataclass(frozen=True)
class InRoom:
    """What sign-ins open on screens that others in the room may look at.

    `private` are the acts, rows and kinds of marks of who leads that their screen does not open. `answered` are the acts that
    somebody does with a sign-in that a mediator opened for them, each with those that answer the same; `seen` are the rows
    that it shows. `untold` are the guards that the screen of who leads does not name, whether they are met or not.
    """

    private: frozenset[str] = frozenset()
    answered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Workflow:
    """A whole procedure. What is not declared is closed.

    `everywhere` guards every transition, `forward_guards` every forward one. Acts open in every phase but the last are `always`,
    also in a suspension, or `always_unless_suspended`; a phase's own acts are closed in one. `own_hand` are acts that nobody can
    record for another as said. What an act of `asked_where` asks concerns a case only where its mark of that kind has that value
    (None: any): elsewhere it is offered to nobody. Nobody is in two roles that are `apart`, one of each of a pair. `items` are
    the meanings of the rows of who sees what. `behind_second_factor` are the acts, rows and kinds of marks that are one person's:
    closed to who shares a mailbox until they show a second factor. `in_room` is what opens on screens that others may look at.
    `at_end` are further effects when a case ends early. From the next step on after `neutral_end` is true, who ordered is told
    no more than that the case has ended, once it has. Who drafts an agreement needs a `contract`. `papers` are the documents
    that tell of a case in prose, each with the row of who sees what that says whose it is to read. `words` is a folder of what it
    says in words of its own (mediation/words/workflow_words.py); what is not there is said in those of the product.
    Who consents may ask for what is done by the workflow `leads_to` (its code) for themselves.
    `commissioner_sees` is what who ordered sees, in the order in which it is told (`commissioner-sees.<code>`).
    Where `others_go_on`, a withdrawal suspends nothing and asks nobody to agree again, as long as there are not too few.
    `not_referred` are the fields of a referral that it does not ask (names of `ReferralDetails` and of `refer`).
    In a role of `places` as many take part at once as it says. `hours_by` are the form and the kind by which who leads sums
    their hours. One workflow `takes_inquiries`: what anybody asks an organisation for without an account becomes a case of it.
    """

    code: str
    phases: tuple[Phase, ...]
    everywhere: tuple[Guard, ...]
    forward_guards: tuple[Guard, ...]
    always: Mapping[str, Who]
    always_unless_suspended: Mapping[str, Who]
    own_hand: frozenset[str]
    asked_where: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    apart: tuple[tuple[Who, Who], ...] = ()
    items: Mapping[str, str] = field(default_factory=dict)
    behind_second_factor: frozenset[str] = frozenset()
    in_room: InRoom = InRoom()
    session_kinds: Mapping[str, SessionKind] = field(default_factory=dict)
    causes: Mapping[str, Cause] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    at_end: tuple[Effect, ...] = ()
    neutral_end: Callable[[Facts], bool] = lambda facts: False
    least: Least | None = None
    others_go_on: bool = False
    not_referred: frozenset[str] = frozenset()
    places: Callable[[Facts], Mapping[str, int]] = lambda facts: {}
    hours_by: Callable[[Facts], tuple[str, str]] = lambda facts: ("", "")
    contract: Contract = field(default_factory=Contract)
    papers: Mapping[str, str] = field(default_factory=dict)
    words: Path | None = None
    commissioner_sees: tuple[str, ...] = SEEN
    leads_to: str = ""
    takes_inquiries: bool = False

    def speaking(self, language: str) -> WorkflowLanguage:
        """A language in the words of this workflow, for whatever is said of one of its cases."""
        return WorkflowLanguage(language, self.code)

    @cached_property
    def machine(self) -> Machine:
        """The state machine, made once: the guards are its conditions."""
        states = [one.code for one in self.phases]
        moves: list[dict[str, Any]] = [
            {"trigger": move.code, "source": one.code, "dest": move.to, "conditions": _conditions(self.guards_of(move))}
            for one in self.phases
            for move in one.transitions
        ]
        # Resuming does not move the case: it is a transition of every phase to itself, guarded like any other.
        moves += [{"trigger": RESUME, "source": states[:-1], "dest": None, "conditions": _conditions(self.resume_when)}]
        return Machine(
            model=None, states=states, transitions=moves, initial=None, auto_transitions=False, send_event=True
        )

    @cached_property
    def _roles(self) -> Mapping[str, Role]:
        return {str(one): one for one in self.roles}

    @cached_property
    def _who(self) -> Mapping[Trait, Who]:
        return {trait: frozenset(one for one in self.roles if trait in one.traits) for trait in Trait}

    def roles_of(self, codes: Iterable[str]) -> frozenset[Role]:
        """The roles of these codes; one that is not declared is none."""
        return frozenset(self._roles[one] for one in codes if one in self._roles)

    def who(self, *traits: Trait) -> Who:
        """The roles with any of these traits."""
        return frozenset().union(*(self._who[one] for one in traits))

    def signing(self, facts: Facts) -> Who:
        """The roles in which the whole of the contract is signed."""
        declared = self.contract.signed_by
        return self.who(Trait.CONSENTS) if declared is None else declared(facts)

    def first(self, trait: Trait) -> Role | None:
        """The first role that is declared with a trait: the one in which somebody joins if no role is named."""
        return next((one for one in self.roles if trait in one.traits), None)

    def are_apart(self, roles: Iterable[str]) -> bool:
        """Whether nobody may be in all of these roles at once."""
        held = frozenset(roles)
        return any(one != other for some, others in self.apart for one in held & some for other in held & others)

    def apart_from(self, role: str) -> Who:
        """The roles in which nobody may be who is in `role`."""
        return frozenset(one for one in self.roles if one != role and self.are_apart((one, role)))

    @cached_property
    def resume_when(self) -> tuple[Guard, ...]:
        """The guards of resuming; each applies only while its own cause suspends the case."""
        return tuple(only_after(code, one) for code, cause in self.causes.items() for one in cause.resume_when)

    @property
    def planned_kinds(self) -> tuple[str, ...]:
        """The kinds of sessions that can be planned."""
        return tuple(code for code, one in self.session_kinds.items() if not one.opened)

    @cached_property
    def kinds_of_some(self) -> tuple[str, ...]:
        """The kinds of sessions to which some of those who consent are called by name."""
        return tuple(code for code, one in self.session_kinds.items() if one.of_some)

    @property
    def follow_up_kinds(self) -> tuple[str, ...]:
        """The kinds of sessions at which everyone says what became of what was agreed: its clock begins with the last."""
        return tuple(code for code, one in self.session_kinds.items() if one.begins_clock)

    @property
    def given_causes(self) -> tuple[str, ...]:
        """The causes of a suspension that a leader may name."""
        return tuple(code for code, one in self.causes.items() if one.given)

    @cached_property
    def moves(self) -> tuple[Transition, ...]:
        """The transitions of all phases."""
        return tuple(move for one in self.phases for move in one.transitions)

    @property
    def initial(self) -> Phase:
        """The phase in which a case begins."""
        return self.phases[0]

    @property
    def final(self) -> Phase:
        """The phase in which a case ends; no transition leaves it."""
        return self.phases[-1]

    def phase(self, code: str) -> Phase:
        """The phase `code`."""
        return next(one for one in self.phases if one.code == code)

    def rank(self, code: str) -> int:
        """The position of a phase in the order in which they are declared, from 0."""
        return [one.code for one in self.phases].index(code)

    def open_acts(self, phase_code: str, *, suspended: bool = False) -> Mapping[str, Who]:
        """The acts open in a phase, and to whom."""
        if phase_code == self.final.code:
            return self.final.open_to
        acts = {**self.in_every_phase, **self.phase(phase_code).open_to}  # a phase may open an act to others
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

    @cached_property
    def guards(self) -> Mapping[str, Guard]:
        """The guards that some move asks, by their codes."""
        return {one.code: one for move in self.moves for one in self.guards_of(move)}

    def guards_of(self, transition: Transition) -> tuple[Guard, ...]:
        """All guards of a transition: those of every one, the forward guards it asks if it leads forward, then its own."""
        asked = self.forward_guards if transition.asks is None else transition.asks
        forward_only = asked if transition.forward else ()
        return (*self.everywhere, *forward_only, *transition.when)

    def unmet(self, guards: Iterable[Guard], facts: Facts) -> tuple[Guard, ...]:
        """Every guard that is not met, never only the first."""
        return tuple(one for one in guards if not one.is_met(facts))

    def fire(self, code: str, facts: Facts) -> str | None:
        """Let the state machine take the transition `code`: the new phase, or None where a guard keeps it back."""
        position = _Position(facts.phase)
        moved = self.machine.events[code].trigger(position, facts=facts)
        return position.state if moved else None


@dataclass(slots=True)
class _Position:
    state: str


def _conditions(guards: Iterable[Guard]) -> list[Callable[[EventData], bool]]:
    def condition(is_met: Callable[[Facts], bool]) -> Callable[[EventData], bool]:
        return lambda event: is_met(event.kwargs["facts"])

    return [condition(one.is_met) for one in guards]
