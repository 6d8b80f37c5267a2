"""Why a work supervision is suspended, how it ends, and how much of that the orderer is told."""

from mediation.case.status import ENDED
from mediation.workflow.declaration import Cause, Outcome
from workflows import supervision_guards as guards

CAUSES = {
    "absence": Cause(),
    "tie": Cause((guards.ties_declared, guards.no_open_objection)),
    "withdrawal": Cause(given=False),
    "other": Cause(),
}

OUTCOMES = {
    "supervision-completed": Outcome(ENDED, reached=True),
    "supervision-ended-early": Outcome(ENDED, guards.in_force, "no-agreement-in-force"),
    "supervision-not-begun": Outcome(ENDED, guards.nothing_agreed, "agreement-in-force"),
    "withdrawn": Outcome(ENDED),
    "transferred": Outcome(ENDED),
}
