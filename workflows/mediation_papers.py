"""The documents of a workplace mediation that tell of it in prose: each with the row of who sees what that opens it."""

PAPERS = {
    "engagement-contract": "order",
    "declaration-of-ties": "declaration",
    "amendment": "agreement",
    "follow-up-report": "check-in",
    "outcome-notice": "notice",
    "status-report": "outcome",
    "destruction-certificate": "retention",
}
