"""The guards of a work supervision: pure functions over facts. A guard's name is its code (workflow.md part B)."""

from mediation.workflow.declaration import each, guard
from mediation.workflow.facts import Facts, ParticipantFacts
from workflows.supervision_marks import ATTENDED, TIES_ANSWERED, WANTS_TO_GO_ON
from workflows.supervision_roles import CONSENTING, MANAGER, SUPERVISEE, SUPERVISOR

# Everywhere.


@guard(met_by=["resume"])
def not_suspended(facts: Facts) -> bool:
    return not facts.suspensions


# Of every forward move.


@guard(met_by=["assign-mediator"])
def supervisor_assigned(facts: Facts) -> bool:
    return bool(facts.those_in(SUPERVISOR))


@each(SUPERVISOR, met_by=["declare-ties"])
def ties_declared(supervisor: ParticipantFacts, facts: Facts) -> bool:
    return supervisor.id in facts.declared


@each(SUPERVISEE, MANAGER, met_by=["answer-ties"])
def no_open_objection(one: ParticipantFacts, facts: Facts) -> bool:
    supervisors = {who.id for who in facts.those_in(SUPERVISOR)}
    current = [declaration for who, declaration in facts.declared.items() if who in supervisors]
    return all(one.answer(TIES_ANSWERED, declaration) == "accepted" for declaration in current)


# mapping → contracting


@guard(met_by=["add-participant"])
def somebody_to_supervise(facts: Facts) -> bool:
    return bool(facts.those_in(SUPERVISEE))


@guard(met_by=["begin-session", "end-session"])
def mapping_held(facts: Facts) -> bool:
    return any(one.kind == "mapping" and one.state == "held" for one in facts.sessions)


@each(SUPERVISEE, MANAGER, met_by=["agree-to-mediate"])
def wants_to_go_on(one: ParticipantFacts, facts: Facts) -> bool:
    return any(one.answer(WANTS_TO_GO_ON, text) == "given" for text in facts.binding("terms"))


# contracting → active


@guard(met_by=["send-agreement"])
def contract_sent(facts: Facts) -> bool:
    return facts.agreement is not None and facts.agreement.state in {"sent", "sealed"}


@guard(met_by=["draft-agreement"])
def goal_set(facts: Facts) -> bool:
    goals = facts.agreement.commitments if facts.agreement else ()
    return bool(goals) and not any(one.lacks for one in goals)


@each(*sorted(CONSENTING), met_by=["sign"], implies=["contract-sent"])
def contract_signed(one: ParticipantFacts, facts: Facts) -> bool:
    return facts.agreement is not None and one.id not in facts.yet_to_sign(CONSENTING, frozenset())


# How it ends.


def nothing_agreed(facts: Facts) -> bool:
    """Whether no contract is in force."""
    return facts.in_force is None


def in_force(facts: Facts) -> bool:
    """Whether a contract is in force."""
    return facts.in_force is not None


_THERE = "present", "left"


def was_there(one: ParticipantFacts, session_id: str) -> bool:
    """Whether somebody was at a session, or at a part of it."""
    return one.answer(ATTENDED, session_id) in _THERE


def takes_part(one: ParticipantFacts) -> bool:
    """Whether somebody is supervised, or is the manager."""
    return not one.roles.isdisjoint({SUPERVISEE, MANAGER})
