"""The kinds of sessions of a work supervision: who plans one, who is called to it, which phases it serves."""

from collections.abc import Mapping

from mediation.acts.supervision_shapes import WORK_COMMUNITY
from mediation.workflow.declaration import NOBODY, SessionKind, Who
from mediation.workflow.facts import Facts
from workflows.supervision_contract import chosen
from workflows.supervision_marks import CAP, FORM, KIND
from workflows.supervision_roles import CONSENTING, MANAGER, SUPERIOR, SUPERVISEE, SUPERVISEES, SUPERVISORS, TAKING_PART

CALLED_TO_SESSIONS = CONSENTING


def is_work_community(facts: Facts) -> bool:
    """Whether a whole work community is supervised: then its manager always takes part."""
    return chosen(facts, FORM) == WORK_COMMUNITY


def form_and_kind(facts: Facts) -> tuple[str, str]:
    """In which form, and for what kind of work, people are supervised: "" before it was chosen."""
    return chosen(facts, FORM), chosen(facts, KIND)


def places(facts: Facts) -> Mapping[str, int]:
    """As many are supervised at once as the group has places, once that was chosen."""
    cap = chosen(facts, CAP)
    return {SUPERVISEE: int(cap)} if cap else {}


def manager_of_a_work_community(facts: Facts) -> Who:
    """In a work community the manager is called to every session."""
    return frozenset({MANAGER}) if is_work_community(facts) else NOBODY


SESSION_KINDS = {
    "mapping": SessionKind(
        planned_by=SUPERVISORS, calls=TAKING_PART, may_call=frozenset({SUPERIOR}), serves=("mapping",)
    ),
    "supervision": SessionKind(
        planned_by=SUPERVISORS,
        calls=SUPERVISEES,
        may_call=frozenset({MANAGER}),
        serves=("active",),
        in_series=True,
        counts=True,
        comes_along=manager_of_a_work_community,
    ),
    "evaluation": SessionKind(
        planned_by=SUPERVISORS,
        calls=SUPERVISEES,
        may_call=frozenset({MANAGER, SUPERIOR}),
        serves=("interim-evaluation", "closing-evaluation"),
        may_serve_any=True,
        counts=True,
        evaluates=True,
        comes_along=manager_of_a_work_community,
    ),
    "separate": SessionKind(planned_by=SUPERVISORS, alone=True),
}
