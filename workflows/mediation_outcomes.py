"""Why a workplace mediation is suspended, how it ends, and how much of that HR is told (visibility.md rule 1)."""

from mediation.acts.stopping import NOT_THE_WAY
from mediation.case.status import ENDED
from mediation.workflow.declaration import Cause, Outcome
from workflows import guards, standing_guards

CAUSES = {
    "pause": Cause(given=False),
    "withdrawal": Cause((standing_guards.agreed_to_mediate,), given=False),
    "absence": Cause(),
    "impasse": Cause(),
    "process-pending": Cause(),
    "re-screening": Cause((standing_guards.screened_suitable, standing_guards.safeguards_in_place)),
    "tie": Cause((standing_guards.ties_declared, standing_guards.no_open_objection)),
    "other": Cause(),
}

# Everyone agreed. Of every other end HR is told that and no more, and so of one that a party wished to be neutral.
SETTLED = "ended-settled"

OUTCOMES = {
    "agreement-kept": Outcome(SETTLED, reached=True),
    "agreement-unreported": Outcome(SETTLED, reached=True),
    "agreement-lapsed": Outcome(SETTLED, guards.in_force, "no-agreement-in-force"),
    "partial-agreement": Outcome(SETTLED, guards.in_force, "no-agreement-in-force"),
    "understanding": Outcome(SETTLED, guards.understanding_reached, "no-understanding-reached"),
    "understanding-without-text": Outcome(ENDED, reached=True),  # of cases that ended before `understanding` came
    "no-agreement": Outcome(ENDED, guards.nothing_agreed, "agreement-in-force"),
    "withdrawn": Outcome(ENDED),
    "not-suitable": Outcome(ENDED, notice=NOT_THE_WAY),
    "referred": Outcome(ENDED),
    "transferred": Outcome(ENDED),
    "final-date-passed": Outcome(ENDED, guards.final_date_passed, "final-date-ahead"),
}
