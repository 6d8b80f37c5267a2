"""Who sees what: the table of visibility.md, once, for every door. What is not in a row is not seen, nor that it exists."""

from collections.abc import Mapping
from enum import IntEnum, auto

from mediation.words.catalogue import say
from mediation.workflow.declaration import Role


class Level(IntEnum):
    """How much of an item somebody sees, from least to most."""

    NOTHING = auto()
    STATUS = auto()  # coarse: the ladder
    RELEASED = auto()  # what all signatories released, word by word
    FACT = auto()  # that it is so, not what or why
    OWN = auto()  # own part
    SHARED = auto()  # own part, and what is for the table
    FULL = auto()


_LETTERS = {
    "M": Role.MEDIATOR,
    "C": Role.CO_MEDIATOR,
    "P": Role.PARTY,
    "S": Role.SUPPORT_PERSON,
    "I": Role.INTERPRETER,
    "E": Role.EMPLOYER_REPRESENTATIVE,
    "H": Role.COMMISSIONER,
    "N": Role.INITIATOR,
    "B": Role.COMMUNITY_MEMBER,
    "X": Role.FORMER_PARTY,  # who left keeps what is their own, and nothing made since
    "Y": Role.FORMER_MEDIATOR,
    "A": Role.ADMIN,
}


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


# "P" is a party reading: SHARED means all of the own and what is for the table, OWN the own alone.
TABLE: Mapping[str, Mapping[Role, Level]] = {
    "case": _row(full="MCPSIEH", own="XY", fact="NBA"),
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
    "record": _row(full="MC", own="PX"),
    "retention": _row(full="MC", shared="P", own="XY"),
}

# What stands behind each row, for the page that prints the table.
ITEMS: Mapping[str, str] = {
    "case": "that it exists (initiator, community member: that the matter was taken up; administrator: the number alone)",
    "phase": "where the case stands (coarse: the highest rung of the ladder ever reached)",
    "participants": "who takes part (commissioner: what the referral itself said, never updated)",
    "attendance": "attendance, no-show, pause, withdrawal",
    "separate-meeting": "a separate meeting or a caucus",
    "session-plan": "when the table meets (companions: that a time is booked; community member: the information meeting)",
    "private-statement": "words for the mediator only, the reason of a withdrawal among them",
    "table-statement": "words to the table, and sentences that a party released",
    "note": "a mediator's private notes (each author's own)",
    "screening": "answers to the screening (coarse: suitable, or not now)",
    "declaration": "a mediator's declaration of ties",
    "order": "the employer's order",
    "problem-statement": "the joint problem statement and the common goals",
    "option": "ways out that somebody proposed",
    "agreement": "the text of the agreement and its files (own: own lines and the own annex; who left: what they signed)",
    "signature-state": "who has signed (own, and what is for the table: all or not all)",
    "check-in": "reports on the commitments",
    "breach": "what was not carried out as agreed",
    "unmet-guard": "why the case cannot go on yet (own: own part; coarse: in progress)",
    "suspension": "that the case stands still (all: and why)",
    "outcome": "how the case ended (coarse: did not begin; ended, agreement; ended, no agreement)",
    "notice": "the notices given (own: the one to that audience)",
    "mark": "what a participant accepted, attended or said to be ready for",
    "hours": "hours held (coarse: the total, once the case has ended)",
    "record": "the record of the case (own: who opened own words, and when)",
    "retention": "when what is deleted, and what already was",
}

# How a cell of the page is worded, and what that means.
_WORDS: Mapping[Level, tuple[str, str]] = {
    Level.FULL: ("all", "The whole of it."),
    Level.SHARED: (
        "own, and what is for the table",
        "All of one's own, and of the others' what was meant for everybody at the table.",
    ),
    Level.OWN: ("own", "One's own alone; that there is more, and whose, stays untold."),
    Level.FACT: ("the fact", "That it is so; not what, not why, not by whom."),
    Level.RELEASED: (
        "released",
        "Only what everybody who signs has released, word by word, or what the reader once wrote.",
    ),
    Level.STATUS: ("coarse", "One line that says little and never moves back."),
    Level.NOTHING: ("–", "Nothing, and no trace that there is anything."),
}


def sees(roles: frozenset[str], item: str) -> Level:
    """The most that any of `roles` sees of `item`, a row of TABLE."""
    row = TABLE[item]
    return max((row.get(Role(role), Level.NOTHING) for role in roles), default=Level.NOTHING)


def knows_phase(roles: frozenset[str]) -> bool:
    """Whether somebody in `roles` may know in which phase exactly the case is, and so which acts are open in it."""
    return sees(roles, "phase") == Level.FULL


def sees_full(roles: frozenset[str], item: str) -> bool:
    """Whether `item` is wholly theirs to see."""
    return sees(roles, item) == Level.FULL


def table_page() -> str:
    """The table as a page (Markdown) of role by item, in words."""
    lines = [
        "| item | " + " | ".join(say(f"role.{role}", "en") for role in Role) + " |",
        "|---" * (len(Role) + 1) + "|",
        *(f"| {_item(item)} | " + " | ".join(_cell(role, item) for role in Role) + " |" for item in TABLE),
    ]
    legend = [f"- **{word}**: {meaning}" for word, meaning in _WORDS.values()]
    return "\n".join([_PREFACE, *legend, "", *lines, "", _EPILOGUE])


def _item(item: str) -> str:
    return f"**{item.replace('-', ' ')}**: {ITEMS[item]}"


def _cell(role: Role, item: str) -> str:
    return _WORDS[sees(frozenset({role}), item)][0]


_PREFACE = """\
# Who sees what

Made by `mediation visibility table` from the one table that every door uses (`mediation/case/visibility.py`); a test fails
where this page is stale. Where somebody holds several roles, the most that one of them sees counts. A word in brackets
after an item says what a coarser cell means there.

What the cells say, from most to least:
"""

_EPILOGUE = """\
Everybody else – another office of human resources, a colleague, a person without a seat – finds no such case: the answer
is the same as for a number never used. An administrator looks after people and the installation, may assign a mediator
in their own organisation, carries out an authority's order to keep a case, and reads no word of any.

What is told to the mediator alone does not pass to a mediator who comes later, unless its speaker renews it; what was
said at the table does not pass to a party who comes later. What was deleted in its time is gone for everybody.
"""
