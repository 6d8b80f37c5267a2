"""The kinds of sessions of a work supervision: who plans one, who is called to it, which phases it serves."""

from mediation.workflow.declaration import SessionKind
from workflows.supervision_roles import CONSENTING, MANAGER, SUPERIOR, SUPERVISEES, SUPERVISORS, TAKING_PART

CALLED_TO_SESSIONS = CONSENTING

SESSION_KINDS = {
    "mapping": SessionKind(
        planned_by=SUPERVISORS, calls=TAKING_PART, may_call=frozenset({SUPERIOR}), serves=("mapping",)
    ),
    "supervision": SessionKind(
        planned_by=SUPERVISORS,
        calls=SUPERVISEES,
        may_call=frozenset({MANAGER}),
        serves=("active",),
    ),
    "evaluation": SessionKind(
        planned_by=SUPERVISORS,
        calls=SUPERVISEES,
        may_call=frozenset({MANAGER, SUPERIOR}),
        serves=("interim-evaluation", "closing-evaluation"),
        may_serve_any=True,
    ),
    "separate": SessionKind(planned_by=SUPERVISORS, alone=True),
}
