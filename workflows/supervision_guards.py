"""The guards of a work supervision: pure functions over facts. A guard's name is its code (workflow.md part B)."""

from mediation.acts.agreements import Lack
from mediation.acts.confidentiality import CONFIDENTIALITY
from mediation.acts.frames import FRAME
from mediation.acts.supervision_shapes import OF_ONE
from mediation.workflow.declaration import each, guard
from mediation.workflow.facts import Facts, ParticipantFacts
from workflows.supervision_contract import NOT_IN_SHAPE, SIGNERS, chosen, signers
from workflows.supervision_marks import (
    ASKED_ALONE,
    ATTENDED,
    BOUND_TO_CONFIDENTIALITY,
    CAP,
    EVALUATION_PLANNED,
    FORM,
    SHAPE,
    TIES_ANSWERED,
    WANTS_TO_GO_ON,
)
from workflows.supervision_roles import CONTRACTING, MANAGER, SUPERVISEE, SUPERVISOR

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


@guard(met_by=["choose-form"])
def form_chosen(facts: Facts) -> bool:
    return bool(chosen(facts, FORM))


@each(SUPERVISEE, met_by=["answer-alone"])
def asked_alone(parent: ParticipantFacts, facts: Facts) -> bool:
    """Each parent was asked alone whether they are afraid of the other; nobody else is asked that."""
    return chosen(facts, SHAPE) != "parents" or parent.did(ASKED_ALONE)


# contracting → active


@guard(met_by=["add-participant", "choose-form"])
def manager_takes_part(facts: Facts) -> bool:
    """A work community is not supervised without its manager, who takes part and signs."""
    return chosen(facts, FORM) != "work-community" or (MANAGER in signers(facts) and bool(facts.those_in(MANAGER)))


@guard(met_by=["add-participant", "choose-form"])
def shape_filled(facts: Facts) -> bool:
    """Everybody whom the shape of the contract needs is there, and nobody who has no place in it."""
    shape = chosen(facts, SHAPE)
    return bool(shape) and all(map(facts.those_in, SIGNERS[shape])) and not facts.those_in(*NOT_IN_SHAPE[shape])


@guard(met_by=["add-participant", "choose-form"])
def number_fits_form(facts: Facts) -> bool:
    """One person in a form of one, both parents, in a group at least two, and never more than was agreed."""
    there, most = len(facts.those_in(SUPERVISEE)), int(chosen(facts, CAP) or 0)
    least = 1 if chosen(facts, FORM) in OF_ONE else 2
    return least <= there <= most


@guard(met_by=["write-frame"])
def frame_written(facts: Facts) -> bool:
    return any(one.kind == FRAME for one in facts.texts)


@guard(met_by=["write-frame"])
def evaluation_planned(facts: Facts) -> bool:
    return bool(chosen(facts, EVALUATION_PLANNED))


@each(*sorted(CONTRACTING), met_by=["bind-to-confidentiality"])
def bound_to_confidentiality(one: ParticipantFacts, facts: Facts) -> bool:
    return any(one.did(BOUND_TO_CONFIDENTIALITY, text) for text in facts.binding(CONFIDENTIALITY))


@guard(met_by=["send-agreement"])
def contract_sent(facts: Facts) -> bool:
    return facts.agreement is not None and facts.agreement.state in {"sent", "sealed"}


@guard(met_by=["draft-agreement"], lack=Lack.COMMITMENTS)
def goal_set(facts: Facts) -> bool:
    goals = facts.agreement.commitments if facts.agreement else ()
    return bool(goals) and not any(one.lacks for one in goals)


@guard(met_by=["draft-agreement"], lack=Lack.OWNER_SIGNS)
def owners_sign(facts: Facts) -> bool:
    """Whoever a goal names as theirs signs the contract."""
    return facts.agreement is None or facts.agreement.owners <= facts.signatories(signers(facts), frozenset())


@each(*sorted(CONTRACTING), met_by=["sign"], implies=["contract-sent"])
def contract_signed(one: ParticipantFacts, facts: Facts) -> bool:
    return facts.agreement is not None and one.id not in facts.yet_to_sign(signers(facts), frozenset())


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
