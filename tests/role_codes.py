"""The roles of a mediation, by their codes on the wire: written by hand, not taken from the declaration."""

from enum import StrEnum


class Role(StrEnum):
    """What a participant is at a case."""

    MEDIATOR = "mediator"
    CO_MEDIATOR = "co-mediator"
    PARTY = "party"
    SUPPORT_PERSON = "support-person"
    INTERPRETER = "interpreter"
    EMPLOYER_REPRESENTATIVE = "employer-representative"
    COMMISSIONER = "commissioner"
    INITIATOR = "initiator"
    COMMUNITY_MEMBER = "community-member"
    FORMER_PARTY = "former-party"
    FORMER_MEDIATOR = "former-mediator"
    ADMIN = "admin"
