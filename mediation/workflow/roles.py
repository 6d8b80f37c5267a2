"""Roles: what somebody may be at a case, by traits that every workflow knows, and how an act of theirs came about."""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import Any

Who = frozenset[str]  # roles, by code
NOBODY: Who = frozenset()


class Trait(Enum):
    """What a role may be in any workflow, under any name. Acts and readings that workflows share ask for traits, not roles."""

    LEADS = auto()  # runs the case, records what others say, reads what is meant for those who lead
    SOLE = auto()  # one at a time: the next one replaces the one before
    CONSENTS = auto()  # has to agree, speaks at the table, signs, and may withdraw
    LASTS = auto()  # remains when the employer ends the person's account
    ACCOMPANIES = auto()  # sits beside those who consent
    SUPPORTS = auto()  # accompanies one of them, and leaves with them
    REPRESENTS = auto()  # signs own lines of the contract, and reads no others
    ORDERS = auto()  # reads a status but no case
    OF_OFFICE = auto()  # gives access only as long as the person holds the office of hr there
    INFORMED = auto()  # gets what was released to them, and no more
    INITIATES = auto()  # brought the matter up
    ADMINISTERS = auto()  # not a participant: manages the installation and may appoint those who lead
    JOINS = auto()  # is added by those who lead
    RELEASABLE = auto()  # is released by those who lead
    WAITS = auto()  # for a place: takes part in nothing, and is named to nobody but those who lead


class Role(str):
    """What a participant is at a case: a code with its traits.

    `sees` is how much it sees of each item (`Level` of mediation/case/visibility); what is not there is not seen.
    `leaves_as` is the role that somebody gets when this one ends, if they keep something.
    """

    traits: frozenset[Trait]
    sees: Mapping[str, Any]
    leaves_as: str

    def __new__(cls, code: str, *traits: Trait, sees: Mapping[str, Any] | None = None, leaves_as: str = "") -> "Role":
        """A role by its code, which alone counts when it is compared."""
        role = super().__new__(cls, code)
        role.traits, role.sees, role.leaves_as = frozenset(traits), sees or {}, leaves_as
        return role


class Way(StrEnum):
    """How an act came about."""

    OWN_DEVICE = "own-device"
    IN_PERSON = "in-person"  # on the mediator's device, confirmed by the participant
    PAPER = "paper"  # attested by the mediator, with a scan
    SAID = "said"  # said in the room, recorded by the mediator
