"""The declared workflow of mediation, checked against the page that decides, independent of the engine.

What stands in the tables below is written by hand from that page, not from the declaration: take one guard away from
the declaration, or open one act more, and something here turns red.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import reload
from itertools import combinations
from typing import Any

import pytest
from transitions import MachineError

import workflows
from docs.examples.return_to_work import RETURN_TO_WORK
from mediation.acts.agreement_versions import begin_amendment, put_in_use, unsend
from mediation.acts.understandings import reach_understanding
from mediation.workflow import check as checking
from mediation.workflow import declaration as workflow
from mediation.workflow.check import check, check_words
from mediation.workflow.declaration import (
    RESUME,
    Cause,
    DeclarationError,
    Guard,
    Phase,
    Transition,
    Who,
    Workflow,
    backward,
    each,
    forward,
    guard,
    phase,
)
from mediation.workflow.drawing import mermaid
from mediation.workflow.facts import (
    AgreementFacts,
    CommitmentFacts,
    Facts,
    ParticipantFacts,
    ProblemFacts,
    ScreeningFacts,
    SessionFacts,
    UnderstandingFacts,
)
from tests.role_codes import Role
from tests.workflow.second_workflow import WALKS
from workflows import WORKFLOWS
from workflows.guards import hears_of_follow_up
from workflows.mediation import MEDIATION

# The page, part A: the phases and what each transition needs.

PHASES = ["preparation", "opening", "problem-definition", "dialogue", "solutions", "follow-up", "closed"]

ALWAYS_ASKED = {
    "not-suspended",
    "mediation-ordered",
    "mediator-assigned",
    "ties-declared",
    "no-open-objection",
    "screened-suitable",
    "safeguards-in-place",
    "two-parties",
    "agreed-to-mediate",
    "companions-bound",
    "no-open-caucus",
    "companions-told",
    "no-open-concern",
}

# Forward: from which phase by which transition to which phase, and what has to hold besides.
FORWARD: Mapping[tuple[str, str, str], set[str]] = {
    ("preparation", "open", "opening"): {"met-separately", "joint-session-planned"},
    ("opening", "define-problem", "problem-definition"): {
        "opening-begun",
        "attended-opening",
        "accepted-ground-rules",
        "had-opening-turn",
    },
    ("problem-definition", "start-dialogue", "dialogue"): {
        "stated-view",
        "problem-stated",
        "goal-set",
        "accepted-problem-statement",
    },
    ("dialogue", "seek-solutions", "solutions"): {
        "dialogue-begun",
        "accepted-problem-statement",
        "ready-for-solutions",
    },
    ("solutions", "begin-follow-up", "follow-up"): {
        "agreement-sent",
        "commitments-complete",
        "owners-sign",
        "follow-up-planned",
        "disclosure-decided",
        "everyone-signed",
    },
    ("solutions", "conclude-understanding", "follow-up"): {
        "no-text-out",
        "accepted-understanding",
        "disclosure-decided",
        "follow-up-planned",
    },
    ("follow-up", "close", "closed"): {
        "notice-given",
        "follow-ups-held",
        "reported-on-commitments",
        "no-open-breach",
    },
}
HINDERS = {"not-suspended", "no-open-caucus"}  # wherever the case is to move
# Nobody's silence keeps a finished case open: of what is always asked, an end asks this.
ASKED_AT_THE_END = HINDERS | {"mediator-assigned", "no-open-objection"}

# Backward: nothing but that the case goes on; what is no longer true is done again on the way forward.
BACKWARD: Mapping[tuple[str, str, str], set[str]] = {
    ("opening", "return-to-preparation", "preparation"): HINDERS,
    ("problem-definition", "return-to-preparation", "preparation"): HINDERS,
    ("problem-definition", "return-to-opening", "opening"): HINDERS,
    ("dialogue", "return-to-preparation", "preparation"): HINDERS,
    ("dialogue", "return-to-problem-definition", "problem-definition"): HINDERS,
    ("solutions", "return-to-dialogue", "dialogue"): HINDERS,
    ("solutions", "return-to-problem-definition", "problem-definition"): HINDERS,
    ("follow-up", "return-to-problem-definition", "problem-definition"): HINDERS,
    ("follow-up", "amend", "solutions"): HINDERS | {"breach-or-joint-request"},
}

MOVES: Mapping[tuple[str, str, str], set[str]] = {
    **{move: (ASKED_AT_THE_END if move[1] == "close" else ALWAYS_ASKED) | own for move, own in FORWARD.items()},
    **BACKWARD,
}

RESUMING: Mapping[str, set[str]] = {  # by the cause of the suspension
    "withdrawal": {"agreed-to-mediate"},
    "tie": {"ties-declared", "no-open-objection"},
    "re-screening": {"screened-suitable", "safeguards-in-place"},
}
RESUME_NEEDS = set().union(*RESUMING.values())
ALL_CAUSES = frozenset({*RESUMING, "blisters"})

CANNOT_BE_MET_WITHOUT: Mapping[str, set[str]] = {
    "attended-opening": {"opening-begun"},
    "goal-set": {"problem-stated"},
    "accepted-problem-statement": {"problem-stated"},
    "accepted-understanding": {"disclosure-decided"},
    "everyone-signed": {"agreement-sent"},
}

MEDIATOR, CO_MEDIATOR, PARTY = {Role.MEDIATOR}, {Role.CO_MEDIATOR}, {Role.PARTY}
MEDIATORS = MEDIATOR | CO_MEDIATOR
TABLE = MEDIATORS | PARTY
SIGNATORIES = PARTY | {Role.EMPLOYER_REPRESENTATIVE}
COMPANIONS = {Role.SUPPORT_PERSON, Role.INTERPRETER}
COMMISSIONER = {Role.COMMISSIONER}
LEFT = {Role.FORMER_PARTY}

# Acts, and who may do them: in every phase, for the care of persons; in every phase but the last, …
CARE: Mapping[str, set[Role]] = {
    "keep-quiet": TABLE | LEFT,
    "correct-participant": set(Role) - {Role.ADMIN},
    "close-sign-ins": MEDIATORS,
    "answer-wellbeing": PARTY,
    "answer-leaving": PARTY,
    "complain": PARTY | LEFT,
}
EVERYWHERE: Mapping[str, set[Role]] = {
    **CARE,
    "record-absence": MEDIATORS,
    "advise-support": MEDIATORS,
    "order-mediation": COMMISSIONER,
    "set-attendance-basis": COMMISSIONER,
    "show-own-lines": MEDIATORS,
    "assign-mediator": COMMISSIONER | {Role.ADMIN},
    "hand-over": COMMISSIONER,
    "declare-ties": MEDIATORS,
    "answer-ties": PARTY,
    "screen": MEDIATORS,
    "answer-screening": PARTY | MEDIATORS | COMMISSIONER,
    "permit-clarification": PARTY,
    "tell-needs": PARTY,
    "permit-naming": {Role.INITIATOR},
    "put-safeguard-in-place": MEDIATORS,
    "add-participant": MEDIATORS,
    "replace-party": MEDIATORS,
    "end-employment": MEDIATORS,
    "change-position": MEDIATORS,
    "release-companion": MEDIATORS,
    "confirm-person": MEDIATORS,
    "give-code": MEDIATORS,
    "open-in-room": MEDIATORS,
    "hear-undertaking": MEDIATORS,
    "bind-by-service": MEDIATORS,
    "raise-concern": {Role.PARTY},
    "take-back-concern": {Role.PARTY},
    "settle-concern": MEDIATORS,
    "undertake-confidentiality": COMPANIONS | {Role.EMPLOYER_REPRESENTATIVE},
    "invite": MEDIATORS,
    "agree-to-mediate": PARTY,
    "ask-to-agree": MEDIATORS,
    "decline-to-mediate": PARTY,
    "plan-session": MEDIATORS,
    "keep-session": MEDIATORS,
    "begin-session": MEDIATORS,
    "end-session": MEDIATORS,
    "mark-attendance": MEDIATORS,
    "let-table-go-on": PARTY,
    "ask-for-another-time": SIGNATORIES | COMPANIONS | {Role.COMMUNITY_MEMBER},
    "ask-for-caucus": PARTY,
    "open-caucus": MEDIATORS,
    "close-caucus": MEDIATORS,
    "speak-privately": PARTY,
    "renew-statement": PARTY,
    "enter-time": MEDIATORS,
    "write-note": MEDIATORS,
    "share-note": MEDIATORS,
    "unshare-note": MEDIATORS,
    "attach-scan": MEDIATORS,
    "hand-over-letter": MEDIATORS,
    "mark-issue": MEDIATORS,
    "mark-impasse": MEDIATORS,
    "correct-what-was-recorded": SIGNATORIES | COMPANIONS,
    "pause": PARTY,
    "withdraw": PARTY,
    "take-back-withdrawal": LEFT,
    "confirm-withdrawal": LEFT,
    "suspend": MEDIATORS,
    "resume": MEDIATORS,
    "discontinue": MEDIATOR,
}

# … and in single phases.
IN_PHASE: Mapping[str, Mapping[str, set[Role]]] = {
    "preparation": {"waive-separate-meeting": PARTY, "write-ground-rules": MEDIATORS},
    "opening": {
        "write-ground-rules": MEDIATORS,
        "accept-ground-rules": PARTY,
        "mark-opening-turn": MEDIATORS,
        "speak-to-table": PARTY,
        "release-words": PARTY,
    },
    "problem-definition": {
        "state-view": PARTY,
        "pass-view": PARTY,
        "speak-to-table": PARTY,
        "release-words": PARTY,
        "draft-problem-statement": MEDIATORS,
        "accept-problem-statement": PARTY,
    },
    "dialogue": {
        "say-ready": PARTY,
        "speak-to-table": PARTY,
        "release-words": PARTY,
        "draft-problem-statement": MEDIATORS,
        "accept-problem-statement": PARTY,
    },
    "solutions": {
        "propose-option": TABLE,
        "respond-to-option": PARTY,
        "adopt-option": MEDIATORS,
        "set-aside-option": MEDIATORS,
        "speak-to-table": PARTY,
        "release-words": PARTY,
        "propose-understanding": MEDIATORS,
        "accept-understanding": PARTY,
        "waive-follow-ups": PARTY,
        "ask-for-neutral-end": PARTY,
        "draft-agreement": MEDIATORS,
        "send-agreement": MEDIATORS,
        "extend-signing": MEDIATORS,
        "drop-draft": MEDIATORS,
        "take-time": SIGNATORIES,
        "say-today-suits": PARTY,
        "ask-to-talk": SIGNATORIES,
        "decline-to-sign": SIGNATORIES,
        "sign": SIGNATORIES,
        "hand-over-copy": MEDIATORS,
    },
    "follow-up": {
        "give-notice": MEDIATORS,
        "hand-over-copy": MEDIATORS,
        "plan-session": TABLE,
        "begin-session": TABLE,
        "end-session": TABLE,
        "mark-attendance": TABLE,
        "waive-follow-ups": PARTY,
        "check-in": SIGNATORIES,
        "release-words": PARTY,
        "ask-for-change": SIGNATORIES,
        "ask-for-help": SIGNATORIES,
        "ask-to-report": MEDIATORS,
        "settle-breach": MEDIATORS,
        "ask-for-supervision": PARTY,
    },
    "closed": {
        "hand-over-letter": MEDIATORS,
        "hand-over-copy": MEDIATORS,
        "unshare-note": MEDIATORS,
        "ask-for-supervision": PARTY,
        "answer-survey": PARTY,
        **CARE,
    },
}

# While a case is suspended nothing is open that the table does together. Pausing once more is, and changes nothing:
# a reader who may not know of the suspension would learn of it by a refusal.
SHUT_WHILE_SUSPENDED = {"let-table-go-on", "mark-issue", "mark-impasse", "suspend"}

OWN_HAND = {
    "agree-to-mediate",
    "undertake-confidentiality",
    "permit-clarification",  # rule 7: by the reporter's own leave alone
    "permit-naming",  # of who brought the matter up, by own leave alone
    "release-words",
    "renew-statement",
    "sign",
    "take-back-withdrawal",
}


def open_in(phase_code: str, *, suspended: bool = False) -> Mapping[str, set[Role]]:
    """What the page opens in a phase."""
    if phase_code == "closed":
        return IN_PHASE["closed"]
    if suspended:
        anything = {**EVERYWHERE, **{act: who for act, who in IN_PHASE[phase_code].items() if act in EVERYWHERE}}
        return {act: who for act, who in anything.items() if act not in SHUT_WHILE_SUSPENDED}
    return {**EVERYWHERE, **IN_PHASE[phase_code]}


ALL_ACTS = sorted(set(EVERYWHERE).union(*IN_PHASE.values()))


# The exhaustive check: guards are nothing but true or false, and every combination of them is tried.


@dataclass(frozen=True)
class World:
    """A phase, and the guards that hold."""

    phase: str
    held: frozenset[str]
    suspensions: frozenset[str] = ALL_CAUSES


def abstract(workflow: Workflow) -> Workflow:
    """The same declaration, each of whose guards is true or false in a `World`."""

    def boolean(one: Guard) -> Guard:
        return replace(one, is_met=lambda world: one.code in world.held, missing=lambda world: ())

    def plain(one: Phase) -> Phase:
        return replace(one, transitions=tuple(map(moved, one.transitions)))

    def moved(move: Transition) -> Transition:
        asks = None if move.asks is None else tuple(map(boolean, move.asks))
        return replace(move, when=tuple(map(boolean, move.when)), asks=asks)

    return replace(
        workflow,
        phases=tuple(map(plain, workflow.phases)),
        everywhere=tuple(map(boolean, workflow.everywhere)),
        forward_guards=tuple(map(boolean, workflow.forward_guards)),
        causes={
            code: replace(one, resume_when=tuple(map(boolean, one.resume_when)))
            for code, one in workflow.causes.items()
        },
    )


def fired(workflow: Workflow, code: str, world: World) -> str | None:
    """Where the state machine goes, or None where it stays."""
    try:
        return workflow.fire(code, world)  # type: ignore[arg-type]
    except (KeyError, MachineError):  # no such trigger, or not from here
        return None


EVERYTHING = frozenset().union(*MOVES.values(), RESUME_NEEDS)


def faults(workflow: Workflow, most_missing: int = 99) -> Iterator[str]:
    """Everything in which the state machine of a workflow differs from the tables above.

    Of each transition all combinations of guards are tried in which at most so many are missing: few missing first.
    """
    machine = abstract(workflow)
    declared = {(one.code, move.code, move.to) for one in workflow.phases for move in one.transitions}
    yield from (f"not in the tables: {move}" for move in declared - set(MOVES))
    yield from (f"not declared: {move}" for move in set(MOVES) - declared)
    yield from _by_whom(workflow)
    for missing in range(min(most_missing, max(map(len, MOVES.values()))) + 1):
        for (source, code, target), needed in MOVES.items():
            yield from _moves_on_exactly(machine, World(source, frozenset(needed)), code, target, missing)
        for source in PHASES[:-1]:
            yield from _moves_on_exactly(machine, World(source, frozenset(RESUME_NEEDS)), RESUME, source, missing)
    yield from _paths(machine)


def _by_whom(workflow: Workflow) -> Iterator[str]:
    for one in workflow.phases:
        for move in one.transitions:
            if move.by != (MEDIATOR if move.code == "close" else MEDIATORS):
                yield f"{move.code} is open to {sorted(move.by)}"


def _moves_on_exactly(machine: Workflow, world: World, code: str, target: str, missing: int) -> Iterator[str]:
    for absent in combinations(sorted(world.held), missing):
        there = fired(machine, code, replace(world, held=world.held - set(absent)))
        if there != (None if absent else target):
            yield f"{world.phase}: {code} leads to {there} without {absent}"


def _paths(machine: Workflow) -> Iterator[str]:
    """Where cases get to in a world where everything can be so, and in worlds where one thing never is."""
    for phase_code in PHASES:
        reached = reach(machine, phase_code, EVERYTHING)
        if phase_code == "preparation" and reached != set(PHASES):
            yield f"not every phase can be reached: {reached}"
        if "closed" not in reached:
            yield f"{phase_code} is a trap"
    for source in PHASES[:-1]:
        behind = set(PHASES[: PHASES.index(source) + 1])
        # Where two ways lead on, a case can take either: there is no way past what both ask.
        ways = [own for (start, _, _), own in FORWARD.items() if start == source]
        for fact in (
            ALWAYS_ASKED.union(set.intersection(*ways)) if source != "follow-up" else ASKED_AT_THE_END | ways[0]
        ):
            beyond = reach(machine, "preparation", EVERYTHING - {fact}) - behind
            if beyond:
                yield f"there is a way past {fact} to {beyond}"


def reach(machine: Workflow, start: str, held: frozenset[str]) -> set[str]:
    """Every phase that a case can get to from `start` while these guards, and no others, hold."""
    reached, waiting = {start}, [start]
    while waiting:
        world = World(waiting.pop(), held)
        for code in machine.machine.events:
            target = fired(machine, code, world)
            if target is not None and target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def test_the_machine_moves_on_exactly_what_each_phase_requires_whichever_four_are_missing() -> None:
    assert list(faults(MEDIATION, most_missing=4)) == []


@pytest.mark.long
def test_the_machine_moves_on_exactly_what_each_phase_requires_in_every_combination() -> None:
    assert list(faults(MEDIATION)) == []


@pytest.mark.parametrize("workflow", [*WORKFLOWS.values(), WALKS, RETURN_TO_WORK], ids=lambda one: one.code)
def test_the_machine_of_every_workflow_moves_on_exactly_what_it_declares_and_every_path_ends(
    workflow: Workflow,
) -> None:
    machine, final = abstract(workflow), workflow.final.code
    everything = {one.code for one in workflow.resume_when}
    for one in workflow.phases:
        for move in one.transitions:
            needed = frozenset(guard.code for guard in workflow.guards_of(move))
            everything |= needed
            for missing in (0, 1, 2):
                assert not list(_moves_on_exactly(machine, World(one.code, needed), move.code, move.to, missing))
    for one in workflow.phases:
        reached = reach(machine, one.code, frozenset(everything))
        assert final in reached
        assert one is not workflow.initial or reached == {phase.code for phase in workflow.phases}
    assert check(workflow) is workflow


def test_every_phase_can_be_reached_and_from_every_phase_the_end() -> None:
    assert [one.code for one in MEDIATION.phases] == PHASES
    assert list(_paths(abstract(MEDIATION))) == []


def test_no_transition_can_be_taken_from_a_phase_that_does_not_declare_it() -> None:
    machine = abstract(MEDIATION)
    declared = {(source, code) for source, code, _ in MOVES} | {(source, RESUME) for source in PHASES[:-1]}
    for source in PHASES:
        for code in machine.machine.events:
            moved = fired(machine, code, World(source, EVERYTHING)) is not None
            assert moved == ((source, code) in declared)


# That the check can be trusted: every copy of the declaration with one thing changed is caught.


def without_one_guard() -> Iterator[tuple[str, Workflow]]:
    """Copies of the declaration, each without one of its guards."""
    for gone in MEDIATION.everywhere:
        yield gone.code, replace(MEDIATION, everywhere=_but(MEDIATION.everywhere, gone))
    for gone in MEDIATION.forward_guards:
        yield gone.code, replace(MEDIATION, forward_guards=_but(MEDIATION.forward_guards, gone))
    for code, cause in MEDIATION.causes.items():
        for gone in cause.resume_when:
            less = replace(cause, resume_when=_but(cause.resume_when, gone))
            yield f"{RESUME}-{gone.code}", replace(MEDIATION, causes={**MEDIATION.causes, code: less})
    for one in MEDIATION.phases:
        for move in one.transitions:
            for gone in move.when:
                yield f"{move.code}-{gone.code}", with_move(move, replace(move, when=_but(move.when, gone)))
            for gone in move.asks or ():
                yield f"{move.code}-{gone.code}", with_move(move, replace(move, asks=_but(move.asks or (), gone)))


def _but(guards: Sequence[Guard], gone: Guard) -> tuple[Guard, ...]:
    return tuple(one for one in guards if one is not gone)


def with_move(move: Transition, *changed: Transition, workflow: Workflow = MEDIATION) -> Workflow:
    """A copy of the declaration with other transitions in the place of one."""

    def changed_in(one: Phase) -> Phase:
        moves = [new for old in one.transitions for new in (changed if old is move else (old,))]
        return replace(one, transitions=tuple(moves))

    return replace(workflow, phases=tuple(map(changed_in, workflow.phases)))


def move_of(phase_code: str, code: str) -> Transition:
    return next(move for move in MEDIATION.phase(phase_code).transitions if move.code == code)


MUTANTS = dict(without_one_guard())
CLOSE = move_of("follow-up", "close")
START = move_of("problem-definition", "start-dialogue")
RETURN = move_of("dialogue", "return-to-preparation")
OTHERWISE_WRONG = {
    "an end from the middle": with_move(START, START, forward("give-up", to="closed", by=frozenset(MEDIATORS))),
    "a shortcut": with_move(
        START, replace(START, to="solutions"), forward("talk", to="dialogue", by=frozenset(MEDIATORS))
    ),
    "a way back that is missing": with_move(RETURN),
    "a way back that is guarded": with_move(RETURN, replace(RETURN, when=MEDIATION.forward_guards)),
    "a close that asks all that is asked on the way": with_move(CLOSE, replace(CLOSE, asks=None)),
    "a close by anybody who mediates": with_move(CLOSE, replace(CLOSE, by=frozenset(MEDIATORS))),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_check_turns_red_when_any_one_guard_is_removed(name: str) -> None:
    assert next(faults(MUTANTS[name], most_missing=1), None) is not None


def test_the_copies_lack_each_of_the_guards_once() -> None:
    own = sum(len(needed) for needed in FORWARD.values()) + sum(len(needed - HINDERS) for needed in BACKWARD.values())
    at_the_end = len(ASKED_AT_THE_END - HINDERS)
    assert len(MUTANTS) == len(ALWAYS_ASKED) + len(RESUME_NEEDS) + own + at_the_end


@pytest.mark.parametrize("name", OTHERWISE_WRONG)
def test_the_check_turns_red_when_the_path_is_another(name: str) -> None:
    assert next(faults(OTHERWISE_WRONG[name], most_missing=1), None) is not None


# With the real guards: nothing broken, each one broken, each two broken.


def facts_in(phase_code: str) -> Facts:
    """Facts in which every guard of every transition from this phase holds."""
    follow_up = SessionFacts("s4", "follow-up", frozenset({"follow-up"}), None, "2027-03", "planned")
    if phase_code == "follow-up":
        follow_up = follow_up._replace(state="held")
    marks = {
        ("agreed-to-mediate", ""): "given",
        ("ties-answered", "d1"): "accepted",
        ("attended", "s3"): "caught-up",
        ("accepted-ground-rules", ""): "yes",
        ("had-opening-turn", ""): "yes",
        ("stated-view", ""): "passed",
        ("accepted-problem-statement", "t2"): "yes",
        ("accepted-understanding", "u1"): "yes",
        ("ready-for-solutions", ""): "yes",
        ("asked-for-change", ""): "yes",
    }
    return Facts(
        case_id="case",
        phase=phase_code,
        participants=(
            _participant("meri", Role.MEDIATOR, {("safeguard-in-place", "breaks"): "yes"}),
            _participant("aino", Role.PARTY, {**marks, ("attended", "s1"): "present"}),
            _participant("pekka", Role.PARTY, {**marks, ("attended", "s2"): "present"}),
            _participant("tuula", Role.SUPPORT_PERSON, TUULAS),
            _participant("kaarina", Role.EMPLOYER_REPRESENTATIVE, {}),
        ),
        ordered=True,
        screening=ScreeningFacts("suitable-with-safeguards", frozenset({"breaks"})),
        declared={"meri": "d1"},
        sessions=(
            SessionFacts("s1", "separate", frozenset(), "aino", "2027-01", "held"),
            SessionFacts("s2", "separate", frozenset(), "pekka", "2027-01", "held"),
            SessionFacts("s0", "information", frozenset(), None, "2027-01", "begun"),
            SessionFacts("s3", "joint", frozenset({"opening", "dialogue"}), None, "2027-01", "begun"),
            follow_up,
        ),
        problem=ProblemFacts("t2", 2, 1),
        options=2,
        agreements=(
            AgreementFacts(
                id="a1",
                version=1,
                state="sealed",
                disclosure_decided=True,
                commitments=(
                    CommitmentFacts("c1", "l1", frozenset({"pekka"}), frozenset()),
                    CommitmentFacts("c2", "l2", frozenset({"kaarina"}), frozenset()),
                ),
                signed_by=frozenset({"aino", "pekka", "kaarina"}),
                reported_by=frozenset({"aino", "pekka"}),
                told=frozenset({"commissioner"}),
            ),
        ),
    )


TUULAS = {
    ("undertook-confidentiality", ""): "yes",
    ("called", "s0"): "whole",
    ("called", "s3"): "whole",
    ("attended", "s3"): "present",
}


def facts_for(source: str, code: str) -> Facts:
    """Facts in which every guard of a transition holds."""
    whole = facts_in(source)
    if code != "conclude-understanding":
        return whole
    return replace(whole, agreements=(), understandings=(UnderstandingFacts("u1", 1, reached=False),))


def _participant(name: str, role: Role, marks: Mapping[tuple[str, str], str]) -> ParticipantFacts:
    return ParticipantFacts(name, frozenset({role}), True, None, dict(marks))


Breaking = Callable[[Facts], Facts]


def _person(name: str, **changes: Any) -> Breaking:
    def breaking(facts: Facts) -> Facts:
        people = (replace(one, **changes) if one.id == name else one for one in facts.participants)
        return replace(facts, participants=tuple(people))

    return breaking


def _pekkas(kind: str, about: str = "", value: str | None = None) -> Breaking:
    return _mark_of("pekka", kind, about, value)


def _mark_of(name: str, kind: str, about: str = "", value: str | None = None) -> Breaking:
    def breaking(facts: Facts) -> Facts:
        [whose] = [one for one in facts.participants if one.id == name]
        marks = {key: said for key, said in whose.marks.items() if key != (kind, about)}
        return _person(name, marks=marks | ({(kind, about): value} if value else {}))(facts)

    return breaking


def _serving(phase_code: str) -> Breaking:
    def breaking(facts: Facts) -> Facts:
        sessions = (one._replace(serves=one.serves - {phase_code}) for one in facts.sessions)
        return replace(facts, sessions=tuple(sessions))

    return breaking


def _one_more(session: SessionFacts) -> Breaking:
    return lambda facts: replace(facts, sessions=(*facts.sessions, session))


def _session_is(session_id: str, state: str) -> Breaking:
    def breaking(facts: Facts) -> Facts:
        sessions = (one._replace(state=state) if one.id == session_id else one for one in facts.sessions)
        return replace(facts, sessions=tuple(sessions))

    return breaking


def _agreement(change: Callable[[AgreementFacts], AgreementFacts]) -> Breaking:
    return lambda facts: replace(facts, agreements=tuple(map(change, facts.agreements)))


def _commitment(which: int, **changes: Any) -> Breaking:
    def change(agreement: AgreementFacts) -> AgreementFacts:
        some = list(agreement.commitments)
        some[which] = replace(some[which], **changes)
        return replace(agreement, commitments=tuple(some))

    return _agreement(change)


def _screening(**changes: Any) -> Breaking:
    def breaking(facts: Facts) -> Facts:
        assert facts.screening is not None
        return replace(facts, screening=replace(facts.screening, **changes))

    return breaking


def _a_co_mediator_comes(facts: Facts) -> Facts:
    return replace(facts, participants=(*facts.participants, _participant("ilmari", Role.CO_MEDIATOR, {})))


def _a_text_is_out(facts: Facts) -> Facts:
    decided = facts.understanding is not None
    text = AgreementFacts("a1", 1, "sent", decided, (), frozenset(), frozenset())
    return replace(facts, agreements=(text,))


def _nothing_is_decided(facts: Facts) -> Facts:
    undecided = _agreement(lambda one: replace(one, disclosure_decided=False))(facts)
    return replace(undecided, understandings=())


BREAKING: Mapping[str, Breaking] = {
    "not-suspended": lambda facts: replace(facts, suspensions=frozenset({"pause"})),
    "mediation-ordered": lambda facts: replace(facts, ordered=False),
    "mediator-assigned": _person("meri", roles=frozenset({Role.CO_MEDIATOR})),
    "ties-declared": _a_co_mediator_comes,
    "no-open-objection": _pekkas("ties-answered", "d1", "objected"),
    "screened-suitable": _screening(outcome="postponed"),
    "safeguards-in-place": _screening(safeguards=frozenset({"breaks", "interpreter"})),
    "two-parties": _person("aino", active=False),
    "agreed-to-mediate": _pekkas("agreed-to-mediate", value="declined"),
    "companions-bound": _mark_of("tuula", "undertook-confidentiality"),
    "companions-told": _mark_of("tuula", "called", "s3"),
    "no-open-concern": lambda facts: replace(facts, open_concerns=frozenset({("pekka", "tuula")})),
    "met-separately": _pekkas("attended", "s2", "absent"),
    "joint-session-planned": _session_is("s3", "cancelled"),
    "opening-begun": _serving("opening"),
    "attended-opening": _pekkas("attended", "s3", "absent"),
    "accepted-ground-rules": _pekkas("accepted-ground-rules"),
    "had-opening-turn": _pekkas("had-opening-turn"),
    "stated-view": _pekkas("stated-view"),
    "problem-stated": lambda facts: replace(facts, problem=None),
    "goal-set": lambda facts: replace(facts, problem=facts.problem and replace(facts.problem, goals=0)),
    "accepted-problem-statement": _pekkas("accepted-problem-statement", "t2"),
    "dialogue-begun": _serving("dialogue"),
    "no-open-caucus": _one_more(SessionFacts("s5", "caucus", frozenset(), "aino", "2027-01", "begun")),
    "ready-for-solutions": _pekkas("ready-for-solutions"),
    "agreement-sent": _agreement(lambda one: replace(one, state="draft", signed_by=frozenset())),
    "commitments-complete": _commitment(0, lacks=frozenset({"measure"})),
    "owners-sign": _commitment(1, owners=frozenset({"vilho"})),
    "follow-up-planned": _session_is("s4", "cancelled"),
    "disclosure-decided": _nothing_is_decided,
    "no-text-out": _a_text_is_out,
    "accepted-understanding": _pekkas("accepted-understanding", "u1"),
    "everyone-signed": _agreement(lambda one: replace(one, signed_by=one.signed_by - {"pekka"})),
    "notice-given": _agreement(lambda one: replace(one, told=frozenset())),
    "follow-ups-held": _one_more(SessionFacts("s6", "follow-up", frozenset({"follow-up"}), None, "2027-05", "planned")),
    "reported-on-commitments": _agreement(lambda one: replace(one, reported_by=one.reported_by - {"pekka"})),
    "no-open-breach": lambda facts: replace(facts, open_breaches=frozenset({"l1"})),
    "breach-or-joint-request": _pekkas("asked-for-change"),
}

PATHS = [pytest.param(*move, id=f"{move[0]}-{move[1]}") for move in MOVES]


@pytest.mark.parametrize(("source", "code", "target"), PATHS)
def test_the_real_guards_let_a_case_through_only_together(source: str, code: str, target: str) -> None:
    needed, whole = MOVES[source, code, target], facts_for(source, code)
    assert MEDIATION.fire(code, whole) == target
    guards = MEDIATION.guards_of(move_of(source, code))
    assert MEDIATION.unmet(guards, whole) == ()
    for broken in [*combinations(sorted(needed), 1), *combinations(sorted(needed), 2)]:
        facts = whole
        for one in broken:
            facts = BREAKING[one](facts)
        follows = {one for one in needed if CANNOT_BE_MET_WITHOUT.get(one, set()) & set(broken)}
        assert {one.code for one in MEDIATION.unmet(guards, facts)} == follows | set(broken)
        assert MEDIATION.fire(code, facts) is None


@pytest.mark.parametrize("cause", [*RESUMING, "pause", "absence", "impasse"])
def test_the_real_guards_of_a_resumption_ask_only_what_its_cause_is_about(cause: str) -> None:
    whole = replace(facts_in("dialogue"), suspensions=frozenset({cause}))
    assert MEDIATION.fire(RESUME, whole) == "dialogue"
    for one in sorted(BREAKING):
        facts = BREAKING[one](whole) if one != "not-suspended" else whole
        asked = one in RESUMING.get(cause, set())
        assert [guard.code for guard in MEDIATION.unmet(MEDIATION.resume_when, facts)] == ([one] if asked else [])
        assert (MEDIATION.fire(RESUME, facts) is None) == asked


def test_guards_declare_without_which_others_they_cannot_be_met() -> None:
    declared = {
        one.code: set(one.implies)
        for source in MEDIATION.phases
        for move in source.transitions
        for one in MEDIATION.guards_of(move)
        if one.implies
    }
    assert declared == CANNOT_BE_MET_WITHOUT


def test_the_breakings_are_about_every_guard_and_no_other() -> None:
    assert set(BREAKING) == set().union(*MOVES.values())


# Acts: what is declared is what the page says, and what is not declared is closed.


@pytest.mark.parametrize("suspended", [False, True], ids=["going on", "suspended"])
@pytest.mark.parametrize("phase_code", PHASES)
def test_in_each_phase_exactly_those_acts_are_open_that_the_page_names(phase_code: str, suspended: bool) -> None:
    declared = MEDIATION.open_acts(phase_code, suspended=suspended)
    assert {act: set(who) for act, who in declared.items()} == open_in(phase_code, suspended=suspended)


def test_what_a_move_does_warns_of_and_writes_beside_moving_is_what_the_page_names() -> None:
    moves = [(one.code, move) for one in MEDIATION.phases for move in one.transitions]
    assert {(source, move.code): tuple(move.doing) for source, move in moves if move.doing} == {
        ("solutions", "begin-follow-up"): (put_in_use,),
        ("solutions", "conclude-understanding"): (reach_understanding,),
        ("solutions", "return-to-dialogue"): (unsend,),
        ("solutions", "return-to-problem-definition"): (unsend,),
        ("follow-up", "close"): tuple(move_of("follow-up", "close").doing),
        ("follow-up", "amend"): (begin_amendment,),
    }
    assert {(source, move.code): [one.code for one in move.warns] for source, move in moves if move.warns} == {
        ("preparation", "open"): ["co-mediated-where-many", "support-offered"],
        ("solutions", "begin-follow-up"): ["options-considered"],
    }
    assert {
        (source, move.code): [(one.kind, set(one.to)) for one in move.sends] for source, move in moves if move.sends
    } == {
        ("solutions", "begin-follow-up"): [("reading-waits", {Role.EMPLOYER_REPRESENTATIVE})],
        ("solutions", "conclude-understanding"): [("reading-waits", PARTY)],
        ("follow-up", "close"): [("case-ended", MEDIATORS | SIGNATORIES | COMMISSIONER)],
    }


def test_a_representative_gets_a_letter_about_a_follow_up_only_if_it_concerns_them() -> None:
    [sending] = move_of("solutions", "begin-follow-up").sends
    assert sending.only is hears_of_follow_up


def test_of_an_outcome_the_employer_learns_only_whether_it_was_settled() -> None:
    agreed = {"agreement-kept", "agreement-unreported", "agreement-lapsed", "partial-agreement", "understanding"}
    others = {"understanding-without-text", "no-agreement", "withdrawn", "not-suitable", "referred", "transferred"}
    told = dict.fromkeys(agreed, "ended-settled") | dict.fromkeys({*others, "final-date-passed"}, "ended")
    assert {code: one.coarse for code, one in MEDIATION.outcomes.items()} == told


def test_what_has_to_come_by_own_hand_is_what_the_page_names() -> None:
    assert MEDIATION.own_hand == OWN_HAND


def test_what_has_to_come_by_own_hand_takes_a_second_factor_where_a_mailbox_is_shared() -> None:
    assert MEDIATION.own_hand <= MEDIATION.behind_second_factor | {"sign"}  # signing asks for one by itself


# Guards and acts.


def asked_in() -> list[tuple[str, Transition, Guard]]:
    return [
        (one.code, move, condition)
        for one in MEDIATION.phases
        for move in one.transitions
        for condition in MEDIATION.guards_of(move)
    ]


def test_every_guard_names_an_act_that_somebody_can_do_in_the_phase_where_it_is_asked() -> None:
    assert len(asked_in()) > 80
    for phase_code, move, condition in asked_in():
        acts = [act for act in condition.met_by if open_in(phase_code).get(act)]
        assert acts, f"{phase_code}: {move.code}: {condition.code}"


def test_every_act_that_helps_to_end_a_suspension_is_open_during_it() -> None:
    for phase_code in PHASES[:-1]:
        still = open_in(phase_code, suspended=True)
        assert still[RESUME] == MEDIATORS
        for condition in MEDIATION.resume_when:
            assert any(act in still for act in condition.met_by), condition.code


# Everybody can stop.


def test_stopping_is_declared_in_every_phase_suspended_or_not() -> None:
    for phase_code in PHASES[:-1]:
        for suspended in (False, True):
            acts = MEDIATION.open_acts(phase_code, suspended=suspended)
            assert acts["withdraw"] >= PARTY
            assert acts["pause"] >= PARTY
            assert acts["discontinue"] >= MEDIATOR


# A declaration that is wrong is refused when it is made.

DOORKEEPER, GUEST = workflow.Role("mediator"), workflow.Role("party")
ANYBODY: Who = frozenset({DOORKEEPER})


@guard(met_by=["knock"])
def door_open(facts: Facts) -> bool:
    return True


@guard(met_by=["fly"])
def wings_grown(facts: Facts) -> bool:
    return True


@each(Role.PARTY, met_by=["knock"])
def Knocked_Twice(party: ParticipantFacts, facts: Facts) -> bool:
    return True


def small(
    *phases: Phase,
    forward_guards: tuple[Guard, ...] = (),
    always: Mapping[str, Who] | None = None,
    always_unless_suspended: Mapping[str, Who] | None = None,
    own_hand: frozenset[str] = frozenset(),
    causes: Mapping[str, Cause] | None = None,
    **more: Any,
) -> Workflow:
    """A workflow of these phases (or of three that are right), checked."""
    made = Workflow(
        code="small",
        phases=phases or (BEFORE, INSIDE, AFTER),
        everywhere=(),
        forward_guards=forward_guards,
        always={"knock": ANYBODY} if always is None else always,
        always_unless_suspended=always_unless_suspended or {},
        own_hand=own_hand,
        causes=causes or {},
        **{"roles": (DOORKEEPER, GUEST), **more},
    )
    return check(made)


def enter(to: str = "inside", *when: Guard) -> Transition:
    return forward("enter", to=to, by=ANYBODY, when=when)


BEFORE = phase("before", enter("inside", door_open))
INSIDE = phase("inside", forward("leave", to="after", by=ANYBODY), open_to={"sing": ANYBODY})
AFTER = phase("after")

WRONG: Mapping[str, tuple[str, Callable[[], Workflow]]] = {
    "a phase that is not there": ("no phase", lambda: small(phase("before", enter("outside")), INSIDE, AFTER)),
    "a phase declared twice": ("twice", lambda: small(BEFORE, INSIDE, INSIDE, AFTER)),
    "a phase to which no path leads": ("no path leads to aside", lambda: small(BEFORE, INSIDE, ASIDE, AFTER)),
    "a trap": ("before is a trap", lambda: small(phase("before", enter("inside")), phase("inside"), AFTER)),
    "a ring without a way out": (
        "trap",
        lambda: small(BEFORE, phase("inside", backward("b", to="before", by=ANYBODY)), AFTER),
    ),
    "a way out of the end": ("is the end", lambda: small(BEFORE, INSIDE, phase("after", enter("inside")))),
    "a guard that no act can meet": (
        "wings-grown",
        lambda: small(phase("before", enter("inside", wings_grown)), INSIDE, AFTER),
    ),
    "a guard that only an act of another phase can meet": ("wings-grown", lambda: small(BEFORE, FLYING, AFTER)),
    "a guard of every forward transition that no act can meet": (
        "wings-grown",
        lambda: small(forward_guards=(wings_grown,)),
    ),
    "a guard with a strange code": ("is no code", lambda: small(forward_guards=(Knocked_Twice,))),
    "a way back that leads ahead": (
        "a way back",
        lambda: small(BEFORE, phase("inside", backward("leave", to="after", by=ANYBODY)), AFTER),
    ),
    "the same transition twice in a phase": (
        "twice",
        lambda: small(phase("before", enter("inside"), enter("after")), INSIDE, AFTER),
    ),
    "a suspension that nothing can end": (
        "no act open in a suspension",
        lambda: small(always={}, always_unless_suspended={"knock": ANYBODY}, causes={"pause": Cause((door_open,))}),
    ),
    "a suspension that nobody may end": (
        "a suspended case is a trap, resume",
        lambda: small(always_unless_suspended={RESUME: ANYBODY}),
    ),
    "a suspended case that nobody may give up": (
        "a suspended case is a trap, discontinue",
        lambda: small(always_unless_suspended={"discontinue": ANYBODY}),
    ),
    "an act in both groups": ("in both groups: knock", lambda: small(always_unless_suspended={"knock": ANYBODY})),
    "something unknown behind a second factor": (
        "fly is no act, no row",
        lambda: small(behind_second_factor=frozenset({"fly"})),
    ),
    "an unknown act by own hand": ("no phase opens fly", lambda: small(own_hand=frozenset({"fly"}))),
}
ASIDE = phase("aside", forward("join", to="after", by=ANYBODY))
FLYING = phase("inside", forward("leave", to="after", by=ANYBODY, when=[wings_grown]))


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_declaration_is_refused_when_it_is_made(name: str) -> None:
    words, declare = WRONG[name]
    with pytest.raises(DeclarationError, match=words):
        declare()


def test_a_declaration_without_words_in_every_language_is_refused() -> None:
    check_words(MEDIATION)
    with pytest.raises(DeclarationError, match=r"act\.knock \(en\), act\.knock \(fi\), act\.knock \(sv\)"):
        check_words(small())


def test_no_workflow_without_words_can_even_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "has_words", lambda code, language: False)
    with pytest.raises(DeclarationError, match="mediation: no words for"):
        reload(workflows)


def test_a_right_declaration_is_not_refused() -> None:
    workflow = small(
        forward_guards=(door_open,), always_unless_suspended={"ring": ANYBODY}, own_hand=frozenset({"sing", "ring"})
    )
    assert workflow.fire("enter", Facts("case", "before")) == "inside"
    assert set(workflow.open_acts("inside")) == {"knock", "ring", "sing"}
    assert set(workflow.open_acts("inside", suspended=True)) == {"knock"}
    assert workflow.open_acts("after") == {}
    assert set(workflow.acts()) == {"knock", "ring", "sing"}


def test_a_phase_may_open_an_act_of_every_phase_to_others_and_a_suspension_keeps_to_that() -> None:
    parties: Who = frozenset({Role.PARTY})
    inside = phase("inside", *INSIDE.transitions, open_to={"knock": parties, "ring": parties})
    workflow = small(BEFORE, inside, AFTER, always_unless_suspended={"ring": ANYBODY})
    assert workflow.open_acts("before") == {"knock": ANYBODY, "ring": ANYBODY}
    assert workflow.open_acts("inside") == {"knock": parties, "ring": parties}
    assert workflow.open_acts("inside", suspended=True) == {"knock": parties}


def test_the_drawing_names_what_is_open_in_every_phase_in_either_group() -> None:
    drawn = mermaid(small(always={"knock": ANYBODY, RESUME: ANYBODY}, always_unless_suspended={"suspend": ANYBODY}))
    assert "in every phase: suspend, resume" in drawn


def test_the_declaration_of_mediation_is_refused_with_any_phase_left_out() -> None:
    for gone in MEDIATION.phases:
        with pytest.raises(DeclarationError):
            check(replace(MEDIATION, phases=tuple(one for one in MEDIATION.phases if one is not gone)))
