"""What the person who ordered a case sees of it, in words: the invitation, the terms and the agreement say the same."""

from collections.abc import Sequence

from mediation.words.catalogue import say
from mediation.words.workflow_words import WorkflowLanguage

SEEN = ("order", "referral", "screening", "ties", "progress", "hours", "notice", "outcome")
OUTCOMES = ("ended-settled", "ended")  # besides that it did not begin
_OF_WORKFLOW: dict[str, tuple[Sequence[str], Sequence[str]]] = {}  # by its code, where it tells other than these


def tell_commissioner(workflow: str, seen: Sequence[str], outcomes: Sequence[str]) -> None:
    """Let a workflow tell its commissioner these things, worded as `commissioner-sees.<code>`, and these ends."""
    _OF_WORKFLOW[workflow] = seen, outcomes


def tell_commissioner_no_more(workflow: str) -> None:
    """Let nothing be known any more of what a workflow tells its commissioner."""
    _OF_WORKFLOW.pop(workflow, None)


def told_of(language: str) -> tuple[Sequence[str], Sequence[str]]:
    """What the commissioner is told in the workflow in whose words a language is spoken: the codes, and those of the ends."""
    workflow = language.workflow if isinstance(language, WorkflowLanguage) else ""
    return _OF_WORKFLOW.get(workflow, (SEEN, OUTCOMES))


def commissioner_sees(language: str, outcome: str | None = None) -> list[str]:
    """Everything that the commissioner sees of a case, each as the end of a sentence that begins "they see".

    `outcome` is what they see of how a case ended (`coarse_outcome`); before that every one that it may be is named. What is
    told is what the workflow declares in whose words the language is spoken.
    """
    seen, ends = told_of(language)
    outcomes = " / ".join(say(f"status-line.{one}", language) for one in ends)
    lines = {one: say(f"commissioner-sees.{one}", language, outcomes=outcomes) for one in seen}
    if outcome is not None:
        ended = say(f"status-line.{outcome}", language)
        lines["outcome"] = say("commissioner-sees.outcome-told", language, outcome=ended)
    return list(lines.values())
