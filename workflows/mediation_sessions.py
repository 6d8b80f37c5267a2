"""The kinds of sessions of a workplace mediation: who plans one, who is called to it, which phases it serves."""

from mediation.workflow.declaration import SessionKind, Who
from workflows.mediation_roles import COMMUNITY_MEMBER, COMPANIONS, EMPLOYER_REPRESENTATIVE, MEDIATORS, PARTIES, TABLE

CALLED_TO_SESSIONS: Who = PARTIES | COMPANIONS | {EMPLOYER_REPRESENTATIVE, COMMUNITY_MEMBER}
BY_NAME: Who = COMPANIONS | {EMPLOYER_REPRESENTATIVE}  # who comes to a session of several parties when called to it

SESSION_KINDS = {
    "information": SessionKind(planned_by=MEDIATORS, calls=PARTIES | {COMMUNITY_MEMBER}, may_call=COMPANIONS),
    "separate": SessionKind(planned_by=MEDIATORS, may_call=COMPANIONS, alone=True),
    "pair": SessionKind(planned_by=MEDIATORS, may_call=PARTIES | BY_NAME, of_some=True),
    "joint": SessionKind(
        planned_by=MEDIATORS,
        calls=PARTIES,
        may_call=BY_NAME,
        serves=("opening", "problem-definition", "dialogue", "solutions"),
        may_serve_any=True,
        asked_after=True,
    ),
    "follow-up": SessionKind(
        planned_by=TABLE, calls=PARTIES, may_call=BY_NAME, serves=("follow-up",), begins_clock=True
    ),
    "caucus": SessionKind(planned_by=MEDIATORS, alone=True, opened=True),
}
