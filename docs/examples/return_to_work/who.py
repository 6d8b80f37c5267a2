"""Who takes part in return-to-work talks, and who sees what of them."""

from mediation.case.visibility import column, item
from mediation.workflow.declaration import Role, Trait, Who

# C coordinator, E employee, S supervisor, O occupational health, T shop steward, H who asks for the talks (human resources),
# F who was the employee or the supervisor, A administrator. What is in no row is seen by nobody.
ITEMS = {
    "case": item("that it exists (administrator: the number alone)", full="CESOTH", own="F", fact="A"),
    "phase": item("where it stands (coarse: how far it has come)", full="CES", status="OTH"),
    "participants": item("who takes part", full="CESOT", released="H"),
    "order": item("what was asked for", full="CH"),
    "terms": item("the text to which one says yes", full="CES", released="H"),
    "session-plan": item("when they meet (companions: of what they are called to)", full="CES", fact="OT"),
    "separate-meeting": item("a talk of the coordinator with one of them", full="C", own="ES"),
    "private-statement": item("words for the coordinator alone", full="C", own="ESF"),
    "needs": item("what would make it easier to take part", full="C", own="ESF"),
    "draft": item("what somebody is writing and has not sent yet", own="CESOTHF"),
    "agreement": item("the plan and its files", full="CES", own="F"),
    "signature-state": item("who has signed the plan", full="C", shared="ES", own="F"),
    "signature-evidence": item("the evidence of one’s own signature", own="ESF"),
    "check-in": item("how each says that the plan works", full="C", shared="ES", own="F"),
    "mark": item("what somebody said yes to", full="C", own="ESOTF"),
    "unmet-guard": item("what the talks wait for", full="C", own="ES", status="H"),
    "suspension": item("that the talks rest", full="C", fact="ES"),
    "outcome": item("how they ended (coarse: held, or not)", full="CES", status="H"),
    "notice": item("what is told of their end", released="H"),
    "record": item("the record of the case (own: who opened own words)", full="C", own="ESF"),
    "retention": item("when what is deleted", full="C", shared="ES", own="F"),
}

COORDINATOR = Role("coordinator", Trait.LEADS, Trait.SOLE, sees=column(ITEMS, "C"))
EMPLOYEE = Role("employee", Trait.CONSENTS, Trait.LASTS, Trait.JOINS, sees=column(ITEMS, "E"), leaves_as="former-side")
SUPERVISOR = Role("supervisor", Trait.CONSENTS, Trait.JOINS, sees=column(ITEMS, "S"), leaves_as="former-side")
OCCUPATIONAL_HEALTH = Role(
    "occupational-health", Trait.ACCOMPANIES, Trait.JOINS, Trait.RELEASABLE, sees=column(ITEMS, "O")
)
SHOP_STEWARD = Role(
    "shop-steward", Trait.ACCOMPANIES, Trait.SUPPORTS, Trait.JOINS, Trait.RELEASABLE, sees=column(ITEMS, "T")
)
ASKS_FOR_TALKS = Role("talks-orderer", Trait.ORDERS, sees=column(ITEMS, "H"))
FORMER = Role("former-side", Trait.LASTS, sees=column(ITEMS, "F"))
ADMIN = Role("admin", Trait.ADMINISTERS, sees=column(ITEMS, "A"))

ROLES = (COORDINATOR, EMPLOYEE, SUPERVISOR, OCCUPATIONAL_HEALTH, SHOP_STEWARD, ASKS_FOR_TALKS, FORMER, ADMIN)

COORDINATORS: Who = frozenset({COORDINATOR})
SIDES: Who = frozenset({EMPLOYEE, SUPERVISOR})
COMPANIONS: Who = frozenset({OCCUPATIONAL_HEALTH, SHOP_STEWARD})
ORDERING: Who = frozenset({ASKS_FOR_TALKS})
TABLE: Who = COORDINATORS | SIDES

# Nobody is on two sides of the same talks.
APART = ((SIDES | frozenset({FORMER}), SIDES | COORDINATORS | COMPANIONS | ORDERING), (COORDINATORS, ORDERING))
