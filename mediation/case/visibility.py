"""Who sees what: the levels, and the rows of a workflow. What is in no row is not seen, and neither is that it exists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, auto

from mediation.words.catalogue import say
from mediation.workflow.declaration import Role, Workflow


class Level(IntEnum):
    """How much of an item somebody sees, from least to most."""

    NOTHING = auto()
    STATUS = auto()  # coarse: the ladder
    RELEASED = auto()  # what all signatories released, word by word
    FACT = auto()  # that it happened, not what or why
    OWN = auto()  # own part
    SHARED = auto()  # own part, and what is for the table
    FULL = auto()


@dataclass(frozen=True)
class Item:
    """A row of who sees what: its meaning, and the level of each role, by the letter that the workflow gives the role."""

    meaning: str
    levels: Mapping[str, Level]


def item(meaning: str, **seen: str) -> Item:
    """A row: for each level the letters of the roles that have it (`full="MC"`); a role that is not named sees nothing.

    For a party, `own` is their own part, `shared` that and what is for the table. An unknown name of a level fails.
    """
    return Item(meaning, {letter: Level[level.upper()] for level, letters in seen.items() for letter in letters})


def column(items: Mapping[str, Item], letter: str) -> Mapping[str, Level]:
    """What the role of a letter sees of each item."""
    return {name: one.levels[letter] for name, one in items.items() if letter in one.levels}


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


def sees(roles: Iterable[Role], item: str) -> Level:
    """The most that any of `roles` sees of `item`, a row of their workflow."""
    seen: Level = max((role.sees.get(item, Level.NOTHING) for role in roles), default=Level.NOTHING)
    return seen


def knows_phase(roles: Iterable[Role]) -> bool:
    """Whether somebody in `roles` may know in which phase exactly the case is, and so which acts are open in it."""
    return sees(roles, "phase") == Level.FULL


def sees_full(roles: Iterable[Role], item: str) -> bool:
    """Whether somebody in `roles` sees all of `item`."""
    return sees(roles, item) == Level.FULL


def table_page(workflows: Iterable[Workflow]) -> str:
    """Who sees what, as a page (Markdown): for each workflow a table of roles and items, in words."""
    legend = [f"- **{word}**: {meaning}" for word, meaning in _WORDS.values()]
    tables = [line for one in workflows for line in _table(one)]
    return "\n".join([_PREFACE, *legend, "", *tables, _EPILOGUE])


def _table(workflow: Workflow) -> Iterator[str]:
    yield f"## {say(f'workflow.{workflow.code}', 'en')}\n"
    yield f"Declared in `workflows/{workflow.code}_visibility.py`.\n"
    yield "| item | " + " | ".join(say(f"role.{role}", "en") for role in workflow.roles) + " |"
    yield "|---" * (len(workflow.roles) + 1) + "|"
    for name, meaning in workflow.items.items():
        cells = " | ".join(_WORDS[sees([role], name)][0] for role in workflow.roles)
        yield f"| **{name.replace('-', ' ')}**: {meaning} | {cells} |"
    yield ""


_PREFACE = """\
# Who sees what

Made by `mediation visibility table` from the tables that every route uses; a test fails where this page is stale. Where
somebody has several roles, the most that one of them sees counts. A word in brackets after an item says what a coarser
cell means there.

What the cells say, from most to least:
"""

_EPILOGUE = """\
## Everybody else

Everybody else – another office of human resources, a colleague, a person without a seat – finds no such case: the answer
is the same as for a number never used. An administrator looks after people and the installation, may assign who leads a
case in their own organisation, carries out an authority's order to keep a case, and reads no word of any.

What is told in private to who leads a case does not pass to one who comes later, unless its speaker renews it; what was
said at the table does not pass to somebody who joins it later. What was deleted in its time is gone for everybody.
"""
