"""The roles of a work supervision, and whom a procedure may name by them (workflow.md part B)."""

from collections.abc import Mapping

from mediation.case.visibility import column
from mediation.workflow.declaration import Role, Trait, Who
from workflows.supervision_visibility import ITEMS

SUPERVISOR = Role("supervisor", Trait.LEADS, Trait.SOLE, sees=column(ITEMS, "S"), leaves_as="former-supervisor")
SUPERVISEE = Role(
    "supervisee", Trait.CONSENTS, Trait.LASTS, Trait.JOINS, sees=column(ITEMS, "E"), leaves_as="former-supervisee"
)
MANAGER = Role("manager", Trait.CONSENTS, Trait.JOINS, sees=column(ITEMS, "M"), leaves_as="former-supervisee")
SUPERIOR = Role("superior", Trait.CONSENTS, Trait.JOINS, sees=column(ITEMS, "U"), leaves_as="former-supervisee")
ORDERER = Role("orderer", Trait.ORDERS, sees=column(ITEMS, "O"))
# Another organisation that pays its share of a group: its people come, too, and nobody there ordered it.
CO_ORDERER = Role("co-orderer", Trait.ORDERS, Trait.JOINS, Trait.RELEASABLE, sees=column(ITEMS, "C"))
WAITING = Role("waiting", Trait.JOINS, Trait.RELEASABLE, Trait.WAITS, sees=column(ITEMS, "W"))
FORMER_SUPERVISEE = Role("former-supervisee", Trait.LASTS, sees=column(ITEMS, "F"))  # keeps what is their own
FORMER_SUPERVISOR = Role("former-supervisor", sees=column(ITEMS, "Y"))  # keeps own notes
ADMIN = Role("admin", Trait.ADMINISTERS, sees=column(ITEMS, "A"))

ROLES = (
    SUPERVISOR,
    SUPERVISEE,
    MANAGER,
    SUPERIOR,
    ORDERER,
    CO_ORDERER,
    WAITING,
    FORMER_SUPERVISEE,
    FORMER_SUPERVISOR,
    ADMIN,
)

SUPERVISORS: Who = frozenset({SUPERVISOR})
SUPERVISEES: Who = frozenset({SUPERVISEE})
TAKING_PART: Who = frozenset({SUPERVISEE, MANAGER})  # the manager in a work community
CONSENTING: Who = frozenset({SUPERVISEE, MANAGER, SUPERIOR})
CONTRACTING: Who = CONSENTING | SUPERVISORS
ORDERING: Who = frozenset({ORDERER})
PAYING: Who = ORDERING | {CO_ORDERER}
FORMER: Who = frozenset({FORMER_SUPERVISEE})
ALL: Who = CONTRACTING | PAYING

# Who is supervised does not supervise here, and who pays neither supervises nor is supervised: they would read their own
# summary. Nobody is both a supervisee and the manager of the same supervision (STOry's ethical principles: distance).
APART = (
    (SUPERVISORS, CONSENTING | PAYING | FORMER),
    (PAYING, SUPERVISEES | {MANAGER, WAITING}),
    (SUPERVISEES, frozenset({MANAGER, SUPERIOR, WAITING})),
    (frozenset({MANAGER}), frozenset({SUPERIOR})),
    (ORDERING, frozenset({CO_ORDERER})),
)

# What is for persons: open to them in every phase, also when the supervision has ended.
CARE: Mapping[str, Who] = {
    "correct-participant": frozenset(ROLES) - {ADMIN},
    "keep-quiet": CONSENTING | SUPERVISORS | FORMER,
    "close-sign-ins": SUPERVISORS,
    "complain": TAKING_PART | FORMER,
}
