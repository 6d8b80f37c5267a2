"""Refusals: every one has a kind (what sort of no it is) and a code (which no, and the key of its words)."""

from typing import Self


class MediationError(Exception):
    """A refusal. `code` names it in kebab-case; `details` fill the blanks of its words and hold no secret.

    Raise one of the kinds below, never this class: the door decides by the kind how to answer.
    """

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.kept = False

    def keeping(self) -> Self:
        """This refusal, after which what was written before it stays: a try that has to count."""
        self.kept = True
        return self


class Malformed(MediationError):
    """What was sent cannot be understood, whoever sends it and whenever."""


class TooLarge(MediationError):
    """More was sent than the stated limit."""


class NotSignedIn(MediationError):
    """Nobody is known to be asking."""


class NotPermitted(MediationError):
    """This person may not do this, whatever the state of the case."""


class TooOften(MediationError):
    """The same was asked too often in a short time; later it is possible again."""


class NotFound(MediationError):
    """There is no such thing, or not for this person: the two are told alike."""


class NotYet(MediationError):
    """Permitted to this person, but not as the case stands now."""


class CaseChanged(MediationError):
    """Somebody changed the case after it was read."""


class Outdated(CaseChanged):
    """What was made ready for an act before its transaction no longer fits the case: to be made again, and tried again."""


class PreconditionMissing(MediationError):
    """The request has to say which reading of the case it builds on."""


class Unavailable(MediationError):
    """The installation cannot do this now; nothing was done."""


class BadSetup(MediationError):
    """The installation is set up wrongly; whoever runs it has to act."""
