"""The roles of a workplace mediation, and whom a procedure may name by them."""

from collections.abc import Mapping

from mediation.case.visibility import column
from mediation.workflow.declaration import Role, Trait, Who
from workflows.mediation_visibility import ITEMS

MEDIATOR = Role("mediator", Trait.LEADS, Trait.SOLE, sees=column(ITEMS, "M"), leaves_as="former-mediator")
CO_MEDIATOR = Role("co-mediator", Trait.LEADS, Trait.RELEASABLE, sees=column(ITEMS, "C"), leaves_as="former-mediator")
PARTY = Role("party", Trait.CONSENTS, Trait.LASTS, Trait.JOINS, sees=column(ITEMS, "P"), leaves_as="former-party")
SUPPORT_PERSON = Role(
    "support-person", Trait.ACCOMPANIES, Trait.SUPPORTS, Trait.JOINS, Trait.RELEASABLE, sees=column(ITEMS, "S")
)
INTERPRETER = Role("interpreter", Trait.ACCOMPANIES, Trait.JOINS, Trait.RELEASABLE, sees=column(ITEMS, "I"))
EMPLOYER_REPRESENTATIVE = Role(
    "employer-representative", Trait.REPRESENTS, Trait.JOINS, Trait.RELEASABLE, sees=column(ITEMS, "E")
)
COMMISSIONER = Role("commissioner", Trait.ORDERS, Trait.OF_OFFICE, sees=column(ITEMS, "H"))
INITIATOR = Role("initiator", Trait.INFORMED, Trait.INITIATES, Trait.JOINS, sees=column(ITEMS, "N"))
COMMUNITY_MEMBER = Role("community-member", Trait.INFORMED, Trait.JOINS, Trait.RELEASABLE, sees=column(ITEMS, "B"))
FORMER_PARTY = Role("former-party", Trait.LASTS, sees=column(ITEMS, "X"))  # keeps their own, sees nothing made since
FORMER_MEDIATOR = Role("former-mediator", sees=column(ITEMS, "Y"))  # keeps own notes
ADMIN = Role("admin", Trait.ADMINISTERS, sees=column(ITEMS, "A"))

ROLES = (
    MEDIATOR,
    CO_MEDIATOR,
    PARTY,
    SUPPORT_PERSON,
    INTERPRETER,
    EMPLOYER_REPRESENTATIVE,
    COMMISSIONER,
    INITIATOR,
    COMMUNITY_MEMBER,
    FORMER_PARTY,
    FORMER_MEDIATOR,
    ADMIN,
)

MEDIATORS: Who = frozenset({MEDIATOR, CO_MEDIATOR})
PARTIES: Who = frozenset({PARTY})
COMPANIONS: Who = frozenset({SUPPORT_PERSON, INTERPRETER})
FORMER: Who = frozenset({FORMER_PARTY})
TABLE: Who = PARTIES | MEDIATORS
REPRESENTATIVES: Who = frozenset({EMPLOYER_REPRESENTATIVE})
SIGNATORIES: Who = PARTIES | REPRESENTATIVES
ORDERING: Who = frozenset({COMMISSIONER})
EVERYONE: Who = TABLE | SIGNATORIES | ORDERING  # who gets a letter when a case ends

# Who sat on one side of a case does not sit on another (workflow.md rule 10).
APART = (
    (PARTIES | FORMER, PARTIES | FORMER | ORDERING | MEDIATORS | COMPANIONS | SIGNATORIES),
    (MEDIATORS, MEDIATORS | {SUPPORT_PERSON, EMPLOYER_REPRESENTATIVE}),
    (ORDERING, MEDIATORS | {FORMER_MEDIATOR} | COMPANIONS),  # who has a line to see does not sit at the table
)

# What is for persons: open to them in every phase, also when the case has ended.
CARE: Mapping[str, Who] = {
    "correct-participant": frozenset(ROLES) - {ADMIN},
    "keep-quiet": TABLE | FORMER,
    "close-sign-ins": MEDIATORS,
    "answer-wellbeing": PARTIES,
    "answer-leaving": PARTIES,
    "complain": PARTIES | FORMER,
}
