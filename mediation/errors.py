"""Refusals: each has a kind (its class, which decides the HTTP status) and a code (the key of its text)."""

from typing import Self


class MediationError(Exception):
    """A refusal. `code` is in kebab-case; `details` fill the blanks of its text and contain no secret.

    Raise one of the subclasses, never this class.
    """

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.kept = False

    def keeping(self) -> Self:
        """This refusal, which does not roll back its transaction: what counts a failed try stays written."""
        self.kept = True
        return self


class Malformed(MediationError):
    """The input is not valid, for any caller at any time."""


class TooLarge(MediationError):
    """The input is larger than the limit."""


class NotSignedIn(MediationError):
    """The caller is not signed in."""


class NotPermitted(MediationError):
    """The caller may not do this in any state of the case."""


class TooOften(MediationError):
    """A rate limit is reached; later it is possible again."""


class NotFound(MediationError):
    """It does not exist, or not for this caller; both look the same."""


class NotYet(MediationError):
    """The caller may do this, but not in the present state of the case."""


class CaseChanged(MediationError):
    """The case was changed after it was read."""


class Outdated(CaseChanged):
    """What was prepared before the transaction no longer fits the case; the route prepares it again and retries."""


class PreconditionMissing(MediationError):
    """The request has to name the version that it read (`If-Match`)."""


class Unavailable(MediationError):
    """The installation cannot do this now; nothing was changed."""


class BadSetup(MediationError):
    """The installation is set up wrongly; its administrator has to act."""
