"""The guards of a work supervision: pure functions over facts. A guard's name is its code (workflow.md part B)."""

from mediation.acts.agreements import Lack
from mediation.acts.confidentiality import CONFIDENTIALITY
from mediation.acts.frames import FRAME
from mediation.acts.summaries import PROPOSED, SETTLED
from mediation.acts.supervision_shapes import OF_ONE, PARENTS
from mediation.workflow.declaration import each, guard
from mediation.workflow.facts import Facts, ParticipantFacts, SessionFacts
from workflows.supervision_contract import NOT_IN_SHAPE, SIGNERS, chosen, signers
from workflows.supervision_marks import (
    ASKED_ALONE,
    ATTENDED,
    BOUND_TO_CONFIDENTIALITY,
    CAP,
    CLOSED_RATING,
    EVALUATION_PLANNED,
    FORM,
    RATED_GOALS,
    SHAPE,
    TIES_ANSWERED,
    WANTS_TO_GO_ON,
    WROTE_EVALUATION,
)
from workflows.supervision_roles import CONTRACTING, MANAGER, PAYING, SUPERIOR, SUPERVISEE, SUPERVISOR
from workflows.supervision_sessions import is_work_community

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


def of_parents(facts: Facts) -> bool:
    """Whether parents are guided: nobody else is asked whether they are afraid of each other."""
    return chosen(facts, SHAPE) == PARENTS


@each(SUPERVISEE, met_by=["answer-alone"], concerns=of_parents)
def asked_alone(parent: ParticipantFacts, facts: Facts) -> bool:
    """Each parent was asked alone whether they are afraid of the other."""
    return parent.did(ASKED_ALONE)


# contracting → active


@guard(met_by=["add-participant", "choose-form"], concerns=is_work_community)
def manager_takes_part(facts: Facts) -> bool:
    """A work community is not supervised without its manager, who takes part and signs."""
    return MANAGER in signers(facts) and bool(facts.those_in(MANAGER))


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


# interim-evaluation → active, closing-evaluation → closed


@guard(met_by=["begin-session"])
def evaluation_held(facts: Facts) -> bool:
    return bool(_evaluations(facts))


@each(SUPERVISEE, MANAGER, met_by=["rate-goals", "close-rating"])
def goals_rated(one: ParticipantFacts, facts: Facts) -> bool:
    """Whoever was at the evaluation has rated the goals; who was not there holds nobody up."""
    there = [session for session in _evaluations(facts) if was_there(one, session.id)]
    return all(one.did(RATED_GOALS, session.id) or _said(facts, CLOSED_RATING, session.id) for session in there)


@guard(met_by=["write-evaluation"], implies=["evaluation-held"])
def evaluation_written(facts: Facts) -> bool:
    held = _evaluations(facts)
    return bool(held) and all(_said(facts, WROTE_EVALUATION, session.id) for session in held)


def somebody_is_told(facts: Facts) -> bool:
    """Whether anybody outside is to read a summary: who asks for supervision for themselves has no orderer."""
    return bool(facts.those_in(*PAYING, SUPERIOR))


@guard(met_by=["write-summary", "approve-summary"], concerns=somebody_is_told)
def summary_settled(facts: Facts) -> bool:
    """What the orderer is told is settled: never who approved it."""
    proposed, settled = _newest(facts, PROPOSED), _newest(facts, SETTLED)
    return settled > 0 and settled == proposed


def _evaluations(facts: Facts) -> list[SessionFacts]:
    """The evaluation sessions of this phase that have begun; one that serves both is of the phase in which it was written up."""
    begun = [one for one in facts.sessions if one.kind == "evaluation" and one.state in {"begun", "held"}]
    other = _EVALUATING - {facts.phase}
    return [one for one in begun if facts.phase in one.serves and not _said(facts, WROTE_EVALUATION, one.id, *other)]


_EVALUATING = frozenset({"interim-evaluation", "closing-evaluation"})


def _said(facts: Facts, kind: str, about: str, *values: str) -> bool:
    """Whether anybody, also somebody who has left, set a mark about something, with one of these values if any are named."""
    said = [one.answer(kind, about) for one in facts.participants]
    return any(one is not None and (not values or one in values) for one in said)


def _newest(facts: Facts, kind: str) -> int:
    return max((one.version for one in facts.texts if one.kind == kind), default=0)


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
