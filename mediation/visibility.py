"""Who sees what: the table of visibility.md, once, for every door. What is not in a row is not seen, nor that it exists."""

from collections.abc import Mapping
from enum import StrEnum

from mediation.workflow import Role

M, C = Role.MEDIATOR, Role.CO_MEDIATOR
P, S, T = Role.PARTY, Role.SUPPORT_PERSON, Role.INTERPRETER  # T: tulkki, tolk
E, H = Role.EMPLOYER_REPRESENTATIVE, Role.COMMISSIONER
N, B = Role.INITIATOR, Role.COMMUNITY_MEMBER
X, Y = Role.FORMER_PARTY, Role.FORMER_MEDIATOR  # both keep what is their own, and nothing made since


class Level(StrEnum):
    """How much of an item somebody sees, from least to most."""

    NOTHING = "nothing"
    STATUS = "status"  # coarse: the ladder
    RELEASED = "released"  # what all signatories released, word by word
    FACT = "fact"  # that it is so, not what or why
    OWN = "own"  # own part
    SHARED = "shared"  # own part, and what is for the table
    FULL = "full"


_ORDER = list(Level)


def _row(
    full: str = "", shared: str = "", own: str = "", fact: str = "", status: str = "", released: str = ""
) -> dict[Role, Level]:
    given = {
        Level.RELEASED: released,
        Level.STATUS: status,
        Level.FACT: fact,
        Level.OWN: own,
        Level.SHARED: shared,
        Level.FULL: full,
    }
    return {_LETTERS[letter]: level for level, letters in given.items() for letter in letters}


_LETTERS = {"M": M, "C": C, "P": P, "S": S, "I": T, "E": E, "H": H, "N": N, "B": B, "X": X, "Y": Y}

# "P" is a party reading: SHARED means all of the own and what is for the table, OWN the own alone.
TABLE: Mapping[str, Mapping[Role, Level]] = {
    "case": _row(full="MCPSIEH", own="XY", fact="NB"),
    "phase": _row(full="MCP", status="SEH"),
    "participants": _row(full="MCPSIE", released="H"),
    "attendance": _row(full="MC", shared="P"),
    "separate-meeting": _row(full="MC", own="P"),
    "session-plan": _row(full="MCP", fact="SIB"),
    "private-statement": _row(full="MC", own="PX"),
    "table-statement": _row(full="MC", shared="P", own="X"),
    "note": _row(own="MCY"),
    "screening": _row(full="MC", own="P", status="H"),
    "declaration": _row(full="MCPH"),
    "order": _row(full="MCH"),
    "problem-statement": _row(full="MCP"),
    "option": _row(full="MCP"),
    "agreement": _row(full="MCP", own="EX", released="H"),
    "signature-state": _row(full="MC", shared="P", own="EX"),
    "check-in": _row(full="MC", shared="P", own="EX"),
    "breach": _row(full="MCP"),
    "unmet-guard": _row(full="MC", own="PE", status="H"),
    "suspension": _row(full="MC", fact="P"),
    "outcome": _row(full="MCP", status="H"),
    "notice": _row(full="MCP", own="NB", released="H"),
    "mark": _row(full="MC", own="PSIEX"),
    "hours": _row(full="MC", status="H"),
    "record": _row(full="MC"),
    "retention": _row(full="MC", shared="P", own="XY"),
}


def sees(roles: frozenset[str], item: str) -> Level:
    """The most that any of `roles` sees of `item`, a row of TABLE."""
    row = TABLE[item]
    return max((row.get(Role(role), Level.NOTHING) for role in roles), key=_ORDER.index, default=Level.NOTHING)


def sees_full(roles: frozenset[str], item: str) -> bool:
    """Whether `item` is wholly theirs to see."""
    return sees(roles, item) == Level.FULL
