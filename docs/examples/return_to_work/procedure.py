"""Return-to-work talks: the whole procedure, in five phases. What is not declared here is closed."""

from pathlib import Path

from docs.examples.return_to_work import guards
from docs.examples.return_to_work.who import (
    ADMIN,
    APART,
    COMPANIONS,
    COORDINATORS,
    FORMER,
    ITEMS,
    ORDERING,
    ROLES,
    SIDES,
    TABLE,
)
from mediation.acts.agreement_versions import begin_amendment, drop_unsealed, put_in_use, unsend
from mediation.acts.closing import end_all_sessions, end_with
from mediation.case.status import ENDED
from mediation.workflow.declaration import (
    Cause,
    Contract,
    Least,
    Outcome,
    Sending,
    SessionKind,
    Workflow,
    backward,
    forward,
    phase,
)

PHASES = (
    phase(
        "invitation",
        forward(
            "begin-talk",
            to="talk",
            by=COORDINATORS,
            when=[guards.supervisor_named, guards.said_yes_to_talk, guards.talk_planned],
        ),
        open_to={"invite": COORDINATORS},
    ),
    phase(
        "talk",
        forward("write-plan", to="plan", by=COORDINATORS, when=[guards.talk_held]),
        backward("invite-again", to="invitation", by=COORDINATORS),
    ),
    phase(
        "plan",
        forward(
            "begin-follow-up",
            to="follow-up",
            by=COORDINATORS,
            when=[guards.plan_signed, guards.later_talks_planned],
            doing=[put_in_use],
        ),
        backward("talk-again", to="talk", by=COORDINATORS, doing=[unsend]),
        open_to={
            "draft-agreement": COORDINATORS,
            "send-agreement": COORDINATORS,
            "drop-draft": COORDINATORS,
            "sign": SIDES,
            "take-time": SIDES,
            "ask-to-talk": SIDES,
            "decline-to-sign": SIDES,
        },
    ),
    phase(
        "follow-up",
        forward(
            "close",
            to="closed",
            by=COORDINATORS,
            when=[guards.later_talks_held],
            sends=[Sending("case-ended", TABLE | ORDERING)],
            doing=[end_with(lambda facts: "returned")],
        ),
        backward("change-plan", to="plan", by=COORDINATORS, when=[guards.change_wished], doing=[begin_amendment]),
        open_to={"check-in": SIDES},
    ),
    phase("closed"),
)

SESSION_KINDS = {
    "return-talk": SessionKind(planned_by=COORDINATORS, calls=SIDES, may_call=COMPANIONS, serves=("talk",)),
    "later-talk": SessionKind(
        planned_by=TABLE, calls=SIDES, may_call=COMPANIONS, serves=("follow-up",), begins_clock=True
    ),
    "own-talk": SessionKind(planned_by=COORDINATORS, may_call=COMPANIONS, alone=True),
}

HELD = "talks-held"  # all that human resources are told of talks that led somewhere
OUTCOMES = {
    "returned": Outcome(HELD, reached=True),
    "no-plan-needed": Outcome(HELD, guards.no_plan_in_force, "agreement-in-force"),
    "return-called-off": Outcome(ENDED),
    "withdrawn": Outcome(ENDED),
}

RETURN_TO_WORK = Workflow(
    code="return-to-work",
    phases=PHASES,
    everywhere=(guards.not_suspended,),
    forward_guards=(guards.coordinator_named,),
    roles=ROLES,
    apart=APART,
    items={name: one.meaning for name, one in ITEMS.items()},
    always={
        "order-mediation": ORDERING,
        "assign-mediator": ORDERING | {ADMIN},
        "add-participant": COORDINATORS,
        "release-companion": COORDINATORS,
        "agree-to-mediate": SIDES,
        "decline-to-mediate": SIDES,
        "tell-needs": SIDES,
        "speak-privately": SIDES,
        "pause": SIDES,
        "withdraw": SIDES,
        "take-back-withdrawal": frozenset({FORMER}),
        "confirm-withdrawal": frozenset({FORMER}),
        "correct-participant": frozenset(ROLES) - {ADMIN},
        "resume": COORDINATORS,
        "discontinue": COORDINATORS,
    },
    always_unless_suspended={
        "plan-session": TABLE,
        "begin-session": COORDINATORS,
        "end-session": COORDINATORS,
        "mark-attendance": COORDINATORS,
        "suspend": COORDINATORS,
    },
    own_hand=frozenset({"agree-to-mediate", "sign", "take-back-withdrawal"}),
    behind_second_factor=frozenset({"private-statement", "needs", "speak-privately", "tell-needs", "draft"}),
    session_kinds=SESSION_KINDS,
    causes={
        "pause": Cause(given=False),
        "withdrawal": Cause((guards.said_yes_to_talk,), given=False),
        "absence": Cause(),
        "other": Cause(),
    },
    outcomes=OUTCOMES,
    contract=Contract(
        "agreement",
        parts=frozenset({"goals"}),
        commitment_parts=frozenset({"starts_on", "due_on", "rhythm", "measure", "support"}),
        needs=frozenset({"owner", "action", "due"}),
    ),
    at_end=(drop_unsealed, end_all_sessions),
    least=Least(2, "withdrawn"),
    words=Path(__file__).parent / "words",
    commissioner_sees=("progress", "referral"),
)
