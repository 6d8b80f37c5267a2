"""What of a mediation opens on screens that others in the room may look at (visibility.md rule 6)."""

from mediation.workflow.declaration import InRoom
from workflows.mediation_visibility import BEHIND_SECOND_FACTOR

# What is one person's alone, who was met alone, and what is between the employer and the mediators.
_PRIVATE = BEHIND_SECOND_FACTOR | {
    "separate-meeting",
    "order",
    "hours",
    "time-entry",
    "enter-time",
    "record",
    "retention",
    "hand-over-letter",
    "settle-concern",
    "screen",
    "advise-support",
    "close-sign-ins",
    "ask-for-another-time",  # who could not come tells the mediators alone
}
_ALONE = frozenset[str]()  # an act that nothing else answers
_ANSWERED = {
    "answer-ties": _ALONE,
    "agree-to-mediate": frozenset({"decline-to-mediate"}),
    "undertake-confidentiality": _ALONE,
    "accept-ground-rules": _ALONE,
    "state-view": frozenset({"pass-view"}),
    "accept-problem-statement": _ALONE,
    "say-ready": _ALONE,
    "respond-to-option": _ALONE,
    "accept-understanding": _ALONE,
    "sign": frozenset({"take-time", "ask-to-talk", "decline-to-sign"}),
    "check-in": _ALONE,
    "answer-leaving": _ALONE,
}
_SEEN = frozenset(
    {
        "case",
        "phase",
        "participants",
        "session-plan",
        "undertaking",
        "declaration",
        "terms",
        "ground-rules",
        "problem-statement",
        "option",
        "agreement",
        "signature-state",
        "understanding",
        "check-in",
        "unmet-guard",
        "suspension",
        "outcome",
        "mark",
    }
)
# Guards that wait for the answer of one person alone, or for what was heard of them alone.
_UNTOLD = frozenset({"met-separately", "screened-suitable", "safeguards-in-place", "no-open-concern"})
IN_ROOM = InRoom(private=_PRIVATE, answered=_ANSWERED, seen=_SEEN, untold=_UNTOLD)
