"""Work supervision (työnohjaus): the whole procedure. What is not declared here is closed.

`supervisee`s examine their own work with a supervisor, for an agreed time (workflow.md part B).
"""

from pathlib import Path

from mediation.acts.agreement_versions import begin_amendment, drop_unsealed, put_in_use, unsend
from mediation.acts.closing import count_settled, end_all_sessions, end_with
from mediation.acts.supervision_shapes import PARENTS, SHAPE
from mediation.workflow.declaration import InRoom, Least, Sending, Workflow, backward, forward, phase
from workflows import supervision_guards as guards
from workflows.supervision_contract import CONTRACT
from workflows.supervision_outcomes import CAUSES, OUTCOMES
from workflows.supervision_papers import PAPERS
from workflows.supervision_roles import (
    ADMIN,
    ALL,
    APART,
    CARE,
    CONSENTING,
    CONTRACTING,
    FORMER,
    ORDERING,
    ROLES,
    SUPERVISEES,
    SUPERVISORS,
    TAKING_PART,
)
from workflows.supervision_sessions import CALLED_TO_SESSIONS, SESSION_KINDS, form_and_kind, places
from workflows.supervision_visibility import BEHIND_SECOND_FACTOR, ITEMS

# Each rates the goals for themselves; what the group says together the supervisor writes down.
EVALUATING = {
    "rate-goals": TAKING_PART,
    "close-rating": SUPERVISORS,
    "write-evaluation": SUPERVISORS,
    "hand-over-copy": SUPERVISORS,
}

SUPERVISION = Workflow(
    code="supervision",
    words=Path(__file__).parent / "words" / "supervision",
    phases=(
        phase("inquiry", forward("begin-mapping", to="mapping", by=SUPERVISORS)),
        phase(
            "mapping",
            forward(
                "draw-up-contract",
                to="contracting",
                by=SUPERVISORS,
                when=[
                    guards.somebody_to_supervise,
                    guards.mapping_held,
                    guards.form_chosen,
                    guards.asked_alone,
                    guards.wants_to_go_on,
                ],
            ),
            open_to={"choose-form": SUPERVISORS, "write-frame": SUPERVISORS},
        ),
        phase(
            "contracting",
            forward(
                "begin-supervision",
                to="active",
                by=SUPERVISORS,
                when=[
                    guards.manager_takes_part,
                    guards.shape_filled,
                    guards.number_fits_form,
                    guards.asked_alone,
                    guards.wants_to_go_on,
                    guards.bound_to_confidentiality,
                    guards.frame_written,
                    guards.evaluation_planned,
                    guards.goal_set,
                    guards.owners_sign,
                    guards.contract_sent,
                    guards.contract_signed,
                ],
                doing=[put_in_use],
            ),
            backward("return-to-mapping", to="mapping", by=SUPERVISORS, doing=[unsend]),
            open_to={
                "choose-form": SUPERVISORS,
                "write-frame": SUPERVISORS,
                "draft-agreement": SUPERVISORS,
                "send-agreement": SUPERVISORS,
                "drop-draft": SUPERVISORS,
                "extend-signing": SUPERVISORS,
                "take-time": CONSENTING,
                "ask-to-talk": CONSENTING,
                "decline-to-sign": CONSENTING,
                "sign": CONTRACTING,
                "hand-over-copy": SUPERVISORS,
            },
        ),
        phase(
            "active",
            forward("begin-interim-evaluation", to="interim-evaluation", by=SUPERVISORS),
            forward("begin-closing-evaluation", to="closing-evaluation", by=SUPERVISORS),
            # Themes that drift, a new member and a new period: a new version that all sign. Sessions go on meanwhile.
            backward("renew-contract", to="contracting", by=SUPERVISORS, doing=[begin_amendment]),
            open_to={"hand-over-copy": SUPERVISORS, "rate-goals": TAKING_PART},
        ),
        phase(
            "interim-evaluation",
            forward("begin-closing-evaluation", to="closing-evaluation", by=SUPERVISORS),
            backward(
                "go-on",
                to="active",
                by=SUPERVISORS,
                comes_next=True,
                when=[guards.evaluation_held, guards.goals_rated, guards.evaluation_written],
            ),
            backward("renew-contract", to="contracting", by=SUPERVISORS, doing=[begin_amendment]),
            open_to=EVALUATING,
        ),
        phase(
            "closing-evaluation",
            forward(
                "close",
                to="closed",
                by=SUPERVISORS,
                when=[
                    guards.evaluation_held,
                    guards.goals_rated,
                    guards.evaluation_written,
                    guards.summary_settled,
                ],
                sends=[Sending("case-ended", ALL)],
                doing=[end_with(lambda facts: "supervision-completed")],
            ),
            backward("return-to-supervision", to="active", by=SUPERVISORS),
            open_to={**EVALUATING, "write-summary": SUPERVISORS, "approve-summary": TAKING_PART},
        ),
        phase(
            "closed",
            open_to={
                "hand-over-letter": SUPERVISORS,
                "hand-over-copy": SUPERVISORS,
                "answer-survey": TAKING_PART,
                **CARE,
            },
        ),
    ),
    everywhere=(guards.not_suspended,),
    forward_guards=(guards.supervisor_assigned, guards.ties_declared, guards.no_open_objection),
    always={
        "order-mediation": ORDERING,
        "assign-mediator": ORDERING | {ADMIN},
        "hand-over": ORDERING,
        "declare-ties": SUPERVISORS,
        "answer-ties": TAKING_PART,
        "add-participant": SUPERVISORS,
        "release-companion": SUPERVISORS,
        "invite": SUPERVISORS,
        "confirm-person": SUPERVISORS,
        "give-code": SUPERVISORS,
        "open-in-room": SUPERVISORS,
        **CARE,
        "tell-needs": TAKING_PART,
        "agree-to-mediate": TAKING_PART,
        "ask-to-agree": SUPERVISORS,
        "decline-to-mediate": TAKING_PART,
        "bind-to-confidentiality": CONTRACTING,
        "answer-alone": SUPERVISEES,
        "plan-session": SUPERVISORS,
        "offer-times": SUPERVISORS,
        "settle-times": SUPERVISORS,
        "answer-times": TAKING_PART,
        "give-place": SUPERVISORS,
        "set-shares": ORDERING | SUPERVISORS,
        "keep-session": SUPERVISORS,
        "begin-session": SUPERVISORS,
        "end-session": SUPERVISORS,
        "mark-attendance": SUPERVISORS,
        "ask-for-another-time": CALLED_TO_SESSIONS,
        "speak-privately": TAKING_PART,
        "enter-time": SUPERVISORS,
        "write-note": SUPERVISORS,
        "attach-scan": SUPERVISORS,
        "hand-over-letter": SUPERVISORS,
        "correct-what-was-recorded": CONSENTING,
        "end-employment": SUPERVISORS,
        "change-position": SUPERVISORS,
        "withdraw": CONSENTING,
        "take-back-withdrawal": FORMER,
        "confirm-withdrawal": FORMER,
        "resume": SUPERVISORS,
        "discontinue": SUPERVISORS,
    },
    always_unless_suspended={"suspend": SUPERVISORS, "plan-series": SUPERVISORS},
    own_hand=frozenset({"agree-to-mediate", "answer-alone", "bind-to-confidentiality", "sign", "take-back-withdrawal"}),
    asked_where={"answer-alone": (SHAPE, PARENTS), "bind-to-confidentiality": (SHAPE, None)},
    roles=ROLES,
    apart=APART,
    items={name: one.meaning for name, one in ITEMS.items()},
    behind_second_factor=BEHIND_SECOND_FACTOR,
    in_room=InRoom(
        private=BEHIND_SECOND_FACTOR
        | {"own-ties", "separate-meeting", "order", "hours", "time-entry", "enter-time", "record"},
        answered={
            "answer-ties": frozenset(),
            "agree-to-mediate": frozenset({"decline-to-mediate"}),
            "bind-to-confidentiality": frozenset(),
            "sign": frozenset({"take-time", "ask-to-talk", "decline-to-sign"}),
        },
        seen=frozenset(
            {
                *("case", "phase", "participants", "session-plan", "declaration", "frame", "confidentiality", "goal"),
                *("agreement", "signature-state", "unmet-guard", "suspension", "outcome", "mark"),
            }
        ),
        untold=frozenset({"asked-alone"}),
    ),
    session_kinds=SESSION_KINDS,
    causes=CAUSES,
    outcomes=OUTCOMES,
    contract=CONTRACT,
    papers=PAPERS,
    at_end=(drop_unsealed, end_all_sessions, count_settled),
    least=Least(1, "withdrawn"),
    commissioner_sees=("order", "referral", "ties", "progress", "schedule", "sessions", "hours", "summary", "outcome"),
    others_go_on=True,  # who leaves a group suspends nothing
    # Whom it is for each says at the mapping, and nobody is made to attend.
    not_referred=frozenset(
        {"parties", "parties_know", "attendance_basis", "initiator", "consulted", "done_so_far", "after"}
    ),
    places=places,
    hours_by=form_and_kind,
    takes_inquiries=True,
)
