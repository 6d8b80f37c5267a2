"""Who sees what in a workplace mediation: the table of visibility.md. What is in no row is not seen at all.

M mediator, C co-mediator, P party, S support person, I interpreter, E employer representative, H commissioner, N initiator,
B community member, X former party (keeps what is their own, and nothing made since), Y former mediator, A administrator.
"""

from mediation.case.visibility import item

ITEMS = {
    "case": item(
        "that it exists (initiator, community member: that the matter was taken up; administrator: the number alone)",
        full="MCPSIEH",
        own="XY",
        fact="NBA",
    ),
    "phase": item(
        "where the case stands (coarse: the highest rung of the ladder ever reached)", full="MCP", status="SEH"
    ),
    "participants": item(
        "who takes part (who brought the matter up by own leave alone; commissioner: what the referral itself said)",
        full="MCPSIE",
        released="H",
    ),
    "own-language": item(
        "the language of one's own, into which a text is interpreted (interpreter: also of a party whom they are called with)",
        full="MC",
        shared="I",
        own="PSEX",
    ),
    "attendance": item("attendance, no-show, pause, withdrawal", full="MC", shared="P"),
    "quiet-time": item("when somebody is not to be written to", full="MC", own="PX"),
    "separate-meeting": item("a separate meeting or a caucus", full="MC", own="P"),
    "session-plan": item(
        "when the table meets (companions, representative: when and where, of what they are called to; community member: the "
        "information meeting)",
        full="MCP",
        fact="SIEB",
    ),
    "private-statement": item(
        "words for the mediator only, the reason of a withdrawal and how one left a session among them",
        full="MC",
        own="PX",
    ),
    "concern": item("a concern about somebody who is to join, for the mediator alone", full="MC", own="PX"),
    "undertaking": item("the words in which one undertakes confidentiality", full="MC", own="SIE"),
    "table-statement": item("words to the table, and sentences that a party released", full="MC", shared="P", own="X"),
    "linked-process": item("that one asked for work supervision afterwards: nobody else sees it", own="P"),
    "complaint": item("a complaint about a mediator, for whoever the provider named", own="PX"),
    "note": item(
        "a mediator's private notes (each author's own, and what one mediator shared with the other)", own="MCY"
    ),
    "draft": item("what somebody is writing and has not sent yet", own="MCPSIEHX"),
    "screening": item("answers to the screening (coarse: suitable, or not now)", full="MC", own="P", status="H"),
    "declaration": item("a mediator's declaration of ties (commissioner: that it was made)", full="MCP", fact="H"),
    "order": item("what is between employer and mediator: price and engagement", full="MCH"),
    "terms": item(
        "the terms: who takes part, payer, scope, final date, what happens if it fails (commissioner: what they ordered)",
        full="MCP",
        released="H",
    ),
    "attendance-basis": item(
        "on what a party's attendance rests (commissioner: for those whom the referral named)",
        full="MC",
        own="P",
        released="H",
    ),
    "referral": item(
        "what the referral says: its subject and the outcome wished for (commissioner: own words)",
        full="MCP",
        released="H",
    ),
    "referral-rest": item(
        "the rest of the referral (own: what is about oneself; commissioner: own words)",
        full="MC",
        own="P",
        released="H",
    ),
    "ground-rules": item("the ground rules of the table", full="MCPSI"),
    "needs": item(
        "what a party tells the mediators of taking part: phone, access needs and the like", full="MC", own="PX"
    ),
    "problem-statement": item("the joint problem statement and the common goals", full="MCP"),
    "option": item("ways out that somebody proposed", full="MCP"),
    "agreement": item(
        "the text of the agreement and its files (own: own lines and the own annex; who left: what they signed)",
        full="MCP",
        own="EX",
        released="H",
    ),
    "signature-state": item(
        "who has signed (own, and what is for the table: all or not all)", full="MC", shared="P", own="EX"
    ),
    "signature-evidence": item(
        "the evidence of one's own signature: its exact moment, what was read, and how it is known who signed",
        own="PEX",
    ),
    "understanding": item("what the table agreed without a text, and what others are told of it", full="MCP"),
    "check-in": item("reports on the commitments, or on the understanding", full="MC", shared="P", own="EX"),
    "breach": item("what was not carried out as agreed", full="MCP"),
    "unmet-guard": item(
        "why the case cannot go on yet (own: own part; coarse: in progress)", full="MC", own="PE", status="H"
    ),
    "suspension": item("that the case stands still (all: and why)", full="MC", fact="P"),
    "outcome": item("how the case ended (coarse: did not begin; ended, settled; ended)", full="MCP", status="H"),
    "notice": item("the notices given (own: the one to that audience)", full="MCP", own="NB", released="H"),
    "mark": item("what a participant accepted, attended or said to be ready for", full="MC", own="PSIEX"),
    "hours": item("hours for billing (coarse: one total for each closed billing period)", full="MC", status="H"),
    "time-entry": item("time that a mediator worked beside sessions (own: one's own)", full="M", own="CY"),
    "record": item("the record of the case (own: who opened own words, and when)", full="MC", own="PX"),
    "retention": item("when what is deleted, and what already was", full="MC", shared="P", own="XY"),
}

# What is one person's alone: rows, acts, and kinds of marks that betray it. Whoever shares a mailbox with somebody shows a
# second factor first, set up in person (workflow.md rule 21); signing asks for it by itself.
BEHIND_SECOND_FACTOR = frozenset(
    {
        "private-statement",
        "note",
        "draft",
        "screening",
        "needs",
        "tell-needs",
        "complaint",
        "complain",
        "linked-process",
        "ask-for-supervision",
        "own-language",
        "signature-evidence",
        "quiet-time",
        "keep-quiet",
        "attendance-basis",
        "referral-rest",
        "speak-privately",
        "answer-screening",
        "write-note",
        "share-note",
        "unshare-note",
        "release-words",
        "renew-statement",
        "agree-to-mediate",
        "waive-separate-meeting",
        "permit-clarification",
        "permit-naming",
        "undertake-confidentiality",
        "concern",
        "raise-concern",
        "take-back-concern",
        "ask-for-caucus",
        "ask-for-neutral-end",
        "take-time",
        "say-today-suits",
        "ask-to-talk",
        "decline-to-sign",
        "answer-wellbeing",
        "answer-leaving",
        "answer-survey",
        "take-back-withdrawal",
        "confirm-withdrawal",
        "correct-participant",
        "confirm-person",
        "give-code",
        "permitted-clarification",
        "support-to-offer",
        "asked-for-neutral-end",
        "waived-separate-meeting",
        "took-time",
        "today-suits",
    }
)
