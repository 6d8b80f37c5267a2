"""The kinds of marks that the guards of a work supervision ask for. An act that leaves marks declares their kind."""

from mediation.acts import attendance_marks, evaluations, goals, summaries, terms, ties
from mediation.workflow.mark_kinds import mark_kind

# The nouns whose acts leave marks: imported, they have declared them, and asking for another kind fails here.
LEAVING_MARKS = (attendance_marks, evaluations, goals, summaries, terms, ties)

ATTENDED = mark_kind("attended")
TIES_ANSWERED = mark_kind("ties-answered")
WANTS_TO_GO_ON = mark_kind("agreed-to-mediate")  # to go on is what one agrees to here
RATED_GOALS = mark_kind("rated-goals")  # about the evaluation session
CLOSED_RATING = mark_kind("closed-rating")  # about the evaluation session
WROTE_EVALUATION = mark_kind("wrote-evaluation")  # about the evaluation session, its value the phase that is evaluated
