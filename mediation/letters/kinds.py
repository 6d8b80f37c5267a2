"""The kinds of letters, and what the words of each may hold."""

from collections.abc import Mapping

_TIME = frozenset({"moment", "minutes", "form"})
# The params that the words of each kind may contain, besides the recipient's own name, the address of the front page, and
# how to reach the organisation whose letter it is (visibility.md rule 7). No other reaches a template. `invitation-paper` is
# the full invitation, for print and the page.
BLANKS: Mapping[str, frozenset[str]] = {
    "invitation": frozenset(),
    "invitation-paper": frozenset(
        {"mediator", "attendance_basis", "moment", "minutes", "form", "place", "payer", "provider"}
    ),
    "session-planned": _TIME,
    "session-moved": _TIME,
    "session-cancelled": frozenset({"moment"}),
    "series-planned": frozenset({"times"}),
    "series-moved": frozenset({"times"}),
    "series-cancelled": frozenset({"times"}),
    "something-waits": frozenset(),
    "reading-waits": frozenset(),
    "answer-waits": frozenset({"by"}),
    "decision-waits": frozenset({"by"}),
    "needed-now": frozenset(),
    "notice": frozenset({"words", "case"}),
    "reminder": _TIME | {"by"},
    "review-due": frozenset(),
    "withdrawal-recorded": frozenset({"until", "deleted"}),
    "question-waits": frozenset(),
    "case-ended": frozenset(),
    "paper-code": frozenset({"code"}),
    "copy-code": frozenset({"code"}),
}
KINDS = frozenset(BLANKS) - {"invitation-paper"}
LASTING = ("question-waits",)  # the kinds that are sent also when the case has ended meanwhile
WORDED_AS: Mapping[str, str] = {"decision-waits": "answer-waits"}  # alike, so that neither tells which it is
# Letters to a person, of no case: about their own sign-in, or about what no mediator is to know of.
# `secret` is that of a one-time link; it follows a `#`, so that it is never sent to a server or proxy as part of an address.
SIGN_IN_BLANKS: Mapping[str, frozenset[str]] = {
    "sign-in-link": frozenset({"secret", "code", "until"}),
    "sign-in-link-shared": frozenset({"secret", "code", "until"}),  # to a mailbox that others read, too
    "staff-invitation": frozenset({"secret", "code", "until", "code_until"}),
    "own-address": frozenset({"secret", "until"}),
    "new-address": frozenset({"secret", "code", "until"}),
    "address-change-asked": frozenset(),  # to the address that another is to replace
    "second-factor-code": frozenset({"code", "until"}),
    "sign-in-changed": frozenset(),
    "complaint-waits": frozenset(),
    "complaint-received": frozenset({"moment"}),
    "inquiry-asked": frozenset({"secret", "until"}),  # to an address of which nobody is known yet
    "inquiry-waits": frozenset(),
    "sign-ins-closed": frozenset(),
    "way-suspended": frozenset({"secret", "until"}),
    "wrong-codes": frozenset(),
}
