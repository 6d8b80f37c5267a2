"""What all stories with canaries share: who may have which words, what everybody hears in the end, and who heard too much.

A story is a `Planting` with a table of its own, written by hand from the page that decides, such as
`tests/planted_mediation.py`; `tests/test_canaries.py` plays each and looks at all that comes out of the house.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import text

from api.addresses import ADDRESSES
from mediation.letters.delivery import deliver_due
from mediation.letters.post import post_for
from mediation.reading.papers import PAPERS
from mediation.workflow.declaration import Workflow
from tests.canaries import Aviary, Canary, Heard, letters_in, routes, traces
from tests.walked_routes import is_form_alone, is_page

Json = dict[str, Any]
Columns = frozenset[str]


def allowed(columns: Sequence[str], table: str) -> Mapping[str, Columns]:
    """Who may have which words, by item: what a table of crosses says."""
    rows = [line.rsplit(maxsplit=len(columns)) for line in table.strip().splitlines()]
    return {row[0]: frozenset(name for name, one in zip(columns, row[1:], strict=True) if one == "x") for row in rows}


@dataclass(repr=False)
class Planting(Aviary):
    """The story of a case, step by step, with a canary in everything that anybody says; and what was decided of its words."""

    workflow: ClassVar[Workflow]
    allowed: ClassVar[Mapping[str, Columns]]
    seats: ClassVar[Mapping[str, str]]  # who reads in which column
    around: ClassVar[tuple[str, ...]]  # who reads nothing but what is their own
    leader: ClassVar[str]
    # What is told to some only once all have agreed, and who knows it before.
    not_yet_told: ClassVar[Collection[str]]
    knows_before: ClassVar[Columns]
    # What somebody agreed to stays theirs when they leave: its words, as they were then, in what is their own.
    leaver: ClassVar[str]
    agreed_to: ClassVar[Collection[str]]
    own_texts: ClassVar[re.Pattern[str]]
    # What this story leaves empty, or has nowhere to say; another one fills it. A test sees to it that one does.
    wordless: ClassVar[frozenset[str]]  # encrypted columns
    says: ClassVar[re.Pattern[str]]  # the addresses that words are sent to in this story
    unsaid: ClassVar[frozenset[str]]  # fields that are not filled there
    not_own: ClassVar[frozenset[str]]  # columns that name a participant, and yet are not theirs to take along
    unread: ClassVar[Collection[tuple[str, str]]]  # items of somebody that nothing has had to say to anybody
    # What is certain to be there, so that a search that finds nothing fails.
    told_in_letters: ClassVar[Collection[str]]
    printed: ClassVar[Collection[str]]
    documents: ClassVar[Collection[str]]
    paper: ClassVar[str]  # of those that all say on paper what their page says, the one that is typeset

    left_with: set[str] = field(default_factory=set)  # the canaries in what the leaver had agreed to
    names: dict[str, str] = field(default_factory=dict)  # the canary in somebody's name
    sweeps_on_the_way: bool = True
    before_all_agreed: list[Heard] = field(default_factory=list)
    heard_on_the_way: list[Heard] = field(default_factory=list)

    def steps(self) -> Sequence[Callable[[], None]]:
        """What happens, in its order."""
        raise NotImplementedError

    def play(self) -> None:
        """All of it."""
        for step in self.steps():
            step()
            self.house.clock.at += timedelta(hours=2)
        self.deliver()

    def words(self, item: str, whose: str, *also: str) -> str:
        """A sentence with a canary."""
        return f"Sanat {self.sing(item, whose, *also)} loppuvat."

    @property
    def everybody(self) -> tuple[str, ...]:
        """All who read: those with a seat, those around it, and nobody, who has no token."""
        return (*self.seats, *self.around)

    @property
    def employer(self) -> str:
        """The employer's name."""
        return next(one.word for one in self.canaries.values() if one.item == "employer")

    def deliver(self) -> list[EmailMessage]:
        """Post what is due; the letters that were posted now."""
        settings = self.house.installation.settings
        before = set(letters_in(self.letters))
        deliver_due(self.house.installation.database, post_for(settings), settings, limit=1000)
        return [one for path, one in letters_in(self.letters).items() if path not in before]

    @property
    def letters(self) -> Path:
        """The folder of the outbox."""
        return self.house.installation.settings.home / "letters"

    # Who may have what.

    def may_have(self, canary: Canary, reader: str, *, not_yet: bool = False) -> bool:
        """Whether somebody may have this word; `not_yet` while what all have to agree to is not agreed."""
        columns = self.allowed[canary.item]
        if reader in canary.also or (reader == canary.whose and "whose" in columns):
            return True
        told = self.seats.get(reader) in columns
        waits = not_yet and canary.item in self.not_yet_told
        return told and not (waits and self.seats[reader] not in self.knows_before)

    def agreed_before(self, word: str, heard: Heard) -> bool:
        """Whether this is of what somebody had agreed to before they left, in what is their own."""
        return heard.reader == self.leaver and word in self.left_with and bool(self.own_texts.search(heard.route))

    def leaks(self, heard: Sequence[Heard], *, not_yet: bool = False) -> list[str]:
        """Every canary that somebody read and may not have."""
        found = [
            f"{canary.word if canary else word} ({canary.item if canary else ''}) to {one.reader}: {one.route}"
            for one in heard
            for word in traces(one.content)
            for canary in (self.canaries.get(word),)
            if canary is None
            or not (self.may_have(canary, one.reader, not_yet=not_yet) or self.agreed_before(word, one))
        ]
        return sorted({*found, *(f"header to {one.reader}: {one.head}" for one in heard if traces(one.head.encode()))})

    def leaves(self) -> None:
        """Note what the one who leaves now has agreed to."""
        self.left_with = {one.word for one in self.canaries.values() if one.item in self.agreed_to}

    # What everybody reads.

    def read_in_the_end(self) -> Iterator[Heard]:
        """What everybody reads in the end, of every case of the story."""
        raise NotImplementedError

    @cached_property
    def answers(self) -> list[Heard]:
        """What everybody reads in the end."""
        return [*self.read_in_the_end(), *self.heard_on_the_way]


def routes_of_others(workflow: Workflow) -> set[str]:
    """The routes of acts that a workflow opens in no phase."""
    return {
        f"{one.method} /api/cases/{{number}}/{one.path}"
        for one in ADDRESSES
        if not any(each.permission in workflow.acts() for each in one.acts)
    }


def sweep(
    aviary: Aviary, readers: Sequence[str], number: str, *, leader: str = "", paper: str = "", more: Sequence[str] = ()
) -> Iterator[Heard]:
    """Everything that these can read, each route with every id that there is, and `more` below the address of the case.

    Of the letters on paper the leader reads one of every kind, others two; of the papers that all can be printed, one is.
    """
    tables = {"document": "documents", "letter": "letters", "text": "agreed_texts"}
    blanks = {blank: _ids(aviary, table, number) for blank, table in tables.items()}
    blanks |= {"number": [number], "paper": [*PAPERS]}
    readable = [
        one
        for one in routes()
        if "GET" in one.methods and not is_form_alone(one) and not (is_page(one) and _names_more(one.path, blanks))
    ]
    assert len(readable) > 80
    for reader in readers:
        for route in (one for one in readable if reader == "nobody" or one.authority not in {None, "public"}):
            some = {} if reader == leader else {"letter": blanks["letter"][:2]}
            if route.path.endswith("/{paper}/pdf"):
                some |= {"paper": [paper] if paper else []}  # each says what its page says
            for path in _addresses(route.path, blanks | some):
                yield aviary.hear(reader, path)
        yield aviary.hear(reader, f"/api/cases/{number}/agreement?version=1")
        yield aviary.hear(reader, f"/api/cases/{number}/transitions/close/preview", "POST")
        for path in more:
            yield aviary.hear(reader, path)


def _names_more(path: str, blanks: dict[str, list[str]]) -> bool:
    """Whether a page is about one item of a list: what it shows is what the page of the list shows."""
    return bool(set(re.findall(r"\{(\w+)\}", path)) - blanks.keys())


def _ids(aviary: Aviary, table: str, number: str) -> list[str]:
    with aviary.house.installation.database.reading() as db:
        of_case = f"FROM {table} WHERE case_id = (SELECT id FROM cases WHERE number = '{number}')"
        which = "min(id)" if table == "letters" else "id"  # of letters one of each kind
        return [str(one) for one in db.scalars(text(f"SELECT {which} {of_case} {'GROUP BY kind' * (which != 'id')}"))]


def _addresses(path: str, blanks: dict[str, list[str]]) -> Iterator[str]:
    blank = re.search(r"\{(\w+)\}", path)
    if blank is None:
        yield path
        return
    for one in blanks.get(blank[1], ["x1"]):  # the page of a form is the same for every item
        yield from _addresses(path.replace(blank[0], one), blanks)
