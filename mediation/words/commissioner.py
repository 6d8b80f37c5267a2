"""What the person who ordered a mediation sees of it, in words: the invitation, the terms and the agreement say the same."""

from mediation.words.catalogue import has_words, say

SEEN = ("order", "referral", "screening", "ties", "progress", "hours", "notice", "outcome")
EVERYTHING = "commissioner-sees.all"
OUTCOMES = ("ended-settled", "ended")  # besides that it did not begin


def commissioner_sees(language: str, outcome: str | None = None) -> list[str]:
    """Everything that the commissioner sees of a case, each as the end of a sentence that begins "they see".

    `outcome` is what they see of how a case ended (`coarse_outcome`); before that every one that it may be is named. A workflow
    in which they see other things says so in lines of its own (`commissioner-sees.all`).
    """
    if has_words(EVERYTHING, language):
        return say(EVERYTHING, language).splitlines()
    outcomes = " / ".join(say(f"status-line.{one}", language) for one in OUTCOMES)
    lines = {one: say(f"commissioner-sees.{one}", language, outcomes=outcomes) for one in SEEN}
    if outcome is not None:
        ended = say(f"status-line.{outcome}", language)
        lines["outcome"] = say("commissioner-sees.outcome-told", language, outcome=ended)
    return list(lines.values())
