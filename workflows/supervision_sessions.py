"""The kinds of sessions of a work supervision: who plans one, who is called to it, which phases it serves."""

from collections.abc import Mapping

from mediation.workflow.declaration import NOBODY, SessionKind, Who
from mediation.workflow.facts import Facts
from workflows.supervision_roles import CONSENTING, MANAGER, SUPERIOR, SUPERVISEE, SUPERVISEES, SUPERVISORS, TAKING_PART

CALLED_TO_SESSIONS = CONSENTING
FORM_CHOSEN = "form-chosen"  # the kind of mark that says in which form people are supervised
KIND_CHOSEN, CAP = "kind-chosen", "cap"  # those that say for what kind of work, and how many places there are
WORK_COMMUNITY = "work-community"


def is_work_community(facts: Facts) -> bool:
    """Whether a whole work community is supervised: then its manager always takes part."""
    return any(one.answer(FORM_CHOSEN) == WORK_COMMUNITY for one in facts.participants)


def form_and_kind(facts: Facts) -> tuple[str, str]:
    """In which form, and for what kind of work, people are supervised: "" before it was chosen."""
    chosen = [[one.answer(kind) for one in facts.participants] for kind in (FORM_CHOSEN, KIND_CHOSEN)]
    form, kind = (next((value for value in values if value), "") for values in chosen)
    return form, kind


def places(facts: Facts) -> Mapping[str, int]:
    """As many are supervised at once as the group has places, once that was chosen."""
    said = [one.answer(CAP) or "" for one in facts.participants]
    caps = [int(cap) for cap in said if cap.isdecimal()]
    return {SUPERVISEE: caps[-1]} if caps else {}


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
        comes_along=manager_of_a_work_community,
    ),
    "separate": SessionKind(planned_by=SUPERVISORS, alone=True),
}
