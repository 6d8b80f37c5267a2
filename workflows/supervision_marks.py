"""The kinds of marks that the guards of a work supervision ask for. An act that leaves marks declares their kind."""

from mediation.acts import (
    attendance_marks,
    confidentiality,
    evaluations,
    frames,
    goals,
    parents,
    summaries,
    supervision_forms,
    terms,
    ties,
)
from mediation.workflow.mark_kinds import mark_kind

# The nouns whose acts leave marks: imported, they have declared them, and asking for another kind fails here.
LEAVING_MARKS = (
    *(attendance_marks, confidentiality, evaluations, frames, goals, parents),
    *(summaries, supervision_forms, terms, ties),
)

ASKED_ALONE = mark_kind("asked-alone")
ATTENDED = mark_kind("attended")
BOUND_TO_CONFIDENTIALITY = mark_kind("bound-to-confidentiality")
CAP = mark_kind("cap-set")
EVALUATION_PLANNED = mark_kind("evaluation-planned")
FORM = mark_kind("form-chosen")
KIND = mark_kind("kind-chosen")
SHAPE = mark_kind("shape-chosen")
TIES_ANSWERED = mark_kind("ties-answered")
WANTS_TO_GO_ON = mark_kind("agreed-to-mediate")  # to go on is what one agrees to here
RATED_GOALS = mark_kind("rated-goals")  # about the evaluation session
CLOSED_RATING = mark_kind("closed-rating")  # about the evaluation session
WROTE_EVALUATION = mark_kind("wrote-evaluation")  # about the evaluation session, its value the phase that is evaluated
