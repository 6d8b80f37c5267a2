"""The documents of a work supervision that tell of it in prose: each with the row of who sees what that opens it."""

PAPERS = {
    "engagement-contract": "order",
    "interim-evaluation": "evaluation",
    "closing-evaluation": "evaluation",
    "summary-to-orderer": "summary",
}
