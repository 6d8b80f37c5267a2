"""Who sees what in a work supervision (domain.md 7.7, workflow.md part B). What is in no row is not seen at all.

S supervisor, E supervisee, M manager (party to the contract; takes part in a work community), U the manager's superior,
O orderer (pays, and sees totals), C another orderer (pays a share, and sees totals), W somebody on the waiting list,
F former supervisee (keeps what is their own), Y former supervisor, A administrator.
"""

from mediation.case.visibility import item

ITEMS = {
    "case": item(
        "that it exists (waiting list: that there is a place to wait for; administrator: the number alone)",
        full="SEMUOC",
        own="FY",
        fact="WA",
    ),
    "phase": item("where the supervision stands (coarse: the highest rung ever reached)", full="SEMU", status="OC"),
    "participants": item("who takes part, and who signs the contract", full="SEMU"),
    "waiting-list": item("who waits for a place (own: that one does)", full="S", own="W"),
    "own-language": item("the language of one's own, into which a text is interpreted", full="S", own="EMUF"),
    "attendance": item("attendance, absence, leaving: one's own alone", full="S", own="EM"),
    "quiet-time": item("when somebody is not to be written to", full="S", own="EF"),
    "separate-meeting": item("a meeting with one person alone", full="S", own="EMU"),
    "session-plan": item("when sessions are held, and where", full="SEMUOC"),
    "time-choice": item("times to choose from, and who can come when", full="S", shared="EM"),
    "private-statement": item("words for the supervisor only", full="S", own="EMF"),
    "table-statement": item("what was said: one's own, and to the supervisor what is for them", full="S", own="EMF"),
    "complaint": item("a complaint about a supervisor, for whoever the provider named", own="EMF"),
    "note": item("a supervisor's private notes (each author's own)", own="SY"),
    "draft": item("what somebody is writing and has not sent yet", own="SEMUOCF"),
    "own-ties": item("whom of those at it one knows from cases that one leads oneself", full="S"),
    "declaration": item("a supervisor's declaration of ties", full="SEM"),
    "order": item("what is between orderer and supervisor: price, cancellation rule, billing", full="SO"),
    "inquiry": item(
        "the inquiry: need, form, how many, wished times (who asked: own words)", full="S", own="E", released="O"
    ),
    "referral": item("what supervision is needed for, as it was asked (orderer: own words)", full="S", released="O"),
    "referral-rest": item("the rest of what was asked (orderer: own words)", full="S", released="O"),
    "needs": item("what somebody tells the supervisor of taking part: phone, access needs", full="S", own="EMF"),
    "frame": item("form, kind, length, interval, number of sessions, place, methods, evaluation", full="SEMUOC"),
    "confidentiality": item("the words in which everyone is bound to confidentiality", full="SEMU"),
    "agreement": item("the contract and its files (who left: what they signed)", full="SEMU", own="F"),
    "signature-state": item(
        "who has signed (own, and what is for all: all or not all)", full="S", shared="EMU", own="F"
    ),
    "signature-evidence": item("the evidence of one's own signature", own="SEMUF"),
    "goal": item("the goals that were agreed together", full="SEMU", own="F"),
    "goal-rating": item("how one rates the goals oneself; nobody else sees it", own="EMF"),
    "goal-spread": item("how the group rates the goals, from five besides the manager", full="SEM"),
    "evaluation": item("the interim and the closing evaluation, in the group's own words", full="SEM"),
    "summary": item("the summary to the orderer (orderer: as settled)", full="SEM", released="OCU"),
    "budget": item("sessions agreed, held, cancelled late and left", full="SOC", status="EM"),
    "unmet-guard": item(
        "why it cannot go on yet (own: own part; coarse: in progress)", full="S", own="EMU", status="OC"
    ),
    "suspension": item("that it stands still (all: and why)", full="S", fact="EMUOC"),
    "outcome": item("how it ended (coarse: did not begin; ended)", full="SEMU", status="OC"),
    "mark": item("what somebody said, attended or was bound to", full="S", own="EMUF"),
    "hours": item("hours for billing (coarse: one total for each closed billing period)", full="S", status="OC"),
    "time-entry": item("time worked beside sessions (own: one's own)", full="S", own="Y"),
    "record": item("the record (own: who opened own words, and when)", full="S", own="EMF"),
    "retention": item("when what is deleted, and what already was", full="S", shared="EMU", own="FY"),
}

# What is one person's alone: whoever shares a mailbox with somebody shows a second factor first (workflow.md rule 21).
BEHIND_SECOND_FACTOR = frozenset(
    {
        "private-statement",
        "note",
        "draft",
        "needs",
        "tell-needs",
        "complaint",
        "complain",
        "own-language",
        "signature-evidence",
        "quiet-time",
        "keep-quiet",
        "referral-rest",
        "goal-rating",
        "rate-goals",
        "approved-summary",
        "speak-privately",
        "answer-alone",
        "write-note",
        "agree-to-mediate",
        "take-time",
        "ask-to-talk",
        "decline-to-sign",
        "answer-survey",
        "take-back-withdrawal",
        "confirm-withdrawal",
        "correct-participant",
        "confirm-person",
        "give-code",
        "took-time",
    }
)
