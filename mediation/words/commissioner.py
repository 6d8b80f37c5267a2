"""What the person who ordered a mediation sees of it, in words: the invitation, the terms and the agreement say the same."""

from mediation.words.catalogue import say

SEEN = ("order", "referral", "screening", "ties", "progress", "hours", "notice", "outcome")
OUTCOMES = ("ended-settled", "ended")  # besides that it did not begin


def commissioner_sees(language: str) -> list[str]:
    """Everything that the commissioner sees of a case, each as the end of a sentence that begins "they see"."""
    outcomes = " / ".join(say(f"status-line.{one}", language) for one in OUTCOMES)
    return [say(f"commissioner-sees.{one}", language, outcomes=outcomes) for one in SEEN]
