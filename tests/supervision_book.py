"""A second bookkeeping of a work supervision, kept by hand from the page that decides (workflow.md part B).

Like `tests/bookkeeping.py`, of which it has the versions of a text: its guards are written from the page and not from the
product, and nothing here reads the database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.bookkeeping import NOBODY, Book, Missing, Person, Session, Version

TAKES_PART = ("supervisee", "manager")
CONTRACTS = ("supervisor", "supervisee", "manager", "superior")
SIGN = {
    "supervisees": {"supervisor", "supervisee"},
    "with-manager": {"supervisor", "supervisee", "manager"},
    "manager-and-superior": {"supervisor", "manager", "superior"},
}
NO_PLACE = {"supervisees": {"manager", "superior"}, "with-manager": {"superior"}, "manager-and-superior": set[str]()}
EVALUATIONS = {"interim-evaluation", "closing-evaluation"}
ENOUGH = 5  # of the group, without its manager: of fewer no spread is told

# Who may do what, and in which phases: all but the last where none is named.
ANY = frozenset({"inquiry", "mapping", "contracting", "active", *EVALUATIONS})
FORMING, SIGNING = frozenset({"mapping", "contracting"}), frozenset({"contracting"})
RATING, CLOSING = EVALUATIONS | {"active"}, frozenset({"closing-evaluation"})
MAY: Mapping[str, tuple[set[str], frozenset[str] | set[str]]] = {
    **dict.fromkeys(
        str.split(
            "declare-ties add-participant plan-session begin-session end-session mark-attendance suspend resume discontinue"
        ),
        ({"supervisor"}, ANY),
    ),
    **dict.fromkeys(("answer-ties", "agree-to-mediate", "decline-to-mediate"), (set(TAKES_PART), ANY)),
    "bind-to-confidentiality": (set(CONTRACTS), ANY),
    "withdraw": ({"supervisee", "manager", "superior"}, ANY),
    **dict.fromkeys(("choose-form", "write-frame"), ({"supervisor"}, FORMING)),
    **dict.fromkeys(("draft-agreement", "send-agreement"), ({"supervisor"}, SIGNING)),
    "sign": (set(CONTRACTS), SIGNING),
    "rate-goals": (set(TAKES_PART), RATING),
    **dict.fromkeys(("close-rating", "write-evaluation"), ({"supervisor"}, EVALUATIONS)),
    "write-summary": ({"supervisor"}, CLOSING),
    "approve-summary": (set(TAKES_PART), CLOSING),
}
STANDING_STILL = {code for code, (_, phases) in MAY.items() if phases == ANY} - {"suspend"}


@dataclass
class SupervisionBook(Book):
    """What the acts of a supervision mean."""

    phase: str = "inquiry"
    form: Mapping[str, str | int] | None = None
    frame: bool = False
    evaluations: int = 0  # interim ones that the frame plans
    confidentiality: str = ""  # the newest text
    rated: dict[tuple[str, str], int] = field(default_factory=dict)  # who, at which session: how
    spreads: dict[str, int] = field(default_factory=dict)  # the session: of how many of the group
    written: dict[str, str] = field(default_factory=dict)  # the session: which phase it evaluates
    proposed: int = 0
    settled: int = 0

    @property
    def signing(self) -> set[str]:
        """The roles that sign: of the shape, all before there is one."""
        return SIGN[str(self.form["shape"])] if self.form else set(CONTRACTS)

    def signers(self, version: Version) -> set[str]:
        """Everybody who signs in this shape."""
        return {one.id for one in self.those_in(*self.signing)}

    def takes_back(self) -> None:
        """What is agreed anew takes back a contract that was sent, and opens the next version of one in force."""
        newest = self.newest
        if newest is not None and newest.state in {"draft", "sent"}:
            self.unsends()
        elif self.in_force is not None:
            self.versions.append(Version("", "draft"))

    def moves(self, code: str, to: str, *, forward: bool) -> None:
        if code == "return-to-mapping":
            self.unsends()
        if code == "renew-contract" and self.current is self.in_force and self.in_force is not None:
            self.versions.append(Version("", "draft"))
        self.phase = to
        if code == "close":
            self.ends("supervision-completed")

    def goes(self, participant: str) -> None:
        """Somebody leaves for good: the others go on, unless nobody is left to supervise."""
        self.people[participant].roles = {"former-supervisee"}
        self.unsends()
        if not self.those_in("supervisee"):
            self.ends("withdrawn")

    def evaluated(self) -> list[Session]:
        """The evaluation sessions of this phase that have begun, and were not written up in the other one."""
        return [
            one
            for one in self.sessions.values()
            if one.kind == "evaluation"
            and one.state in {"begun", "held"}
            and self.phase in one.serves
            and self.written.get(one.id, self.phase) == self.phase
        ]

    def unmet(self) -> dict[str, Missing]:
        """Every guard of the page that is not met, with those it waits for."""
        return {code: missing for code, guard in GUARDS.items() if (missing := guard(self)) is not None}


Guard = Callable[[SupervisionBook], Missing | None]


def _fact(is_met: Callable[[SupervisionBook], bool]) -> Guard:
    return lambda book: None if is_met(book) else NOBODY


def _each(*roles: str) -> Callable[[Callable[[SupervisionBook, Person], bool]], Guard]:
    def of(done: Callable[[SupervisionBook, Person], bool]) -> Guard:
        return lambda book: frozenset(one.id for one in book.those_in(*roles) if not done(book, one)) or None

    return of


def _accepts(book: SupervisionBook, one: Person) -> bool:
    declared = [book.declared[who.id] for who in book.those_in("supervisor") if who.id in book.declared]
    return all(one.said.get(("ties-answered", declaration)) == "accepted" for declaration in declared)


def _shape_filled(book: SupervisionBook) -> bool:
    if book.form is None:
        return False
    shape = str(book.form["shape"])
    return all(book.those_in(role) for role in SIGN[shape]) and not (
        NO_PLACE[shape] and book.those_in(*NO_PLACE[shape])
    )


def _number_fits(book: SupervisionBook) -> bool:
    there = len(book.those_in("supervisee"))
    if book.form is None:
        return False
    alone = book.form["form"] in {"individual", "leaders-individual"}
    return (1 if alone else 2) <= there <= (1 if alone else int(book.form["cap"]))


def _manager_there(book: SupervisionBook) -> bool:
    community = book.form is not None and book.form["form"] == "work-community"
    return not community or ("manager" in book.signing and bool(book.those_in("manager")))


def _signed(book: SupervisionBook, one: Person) -> bool:
    return book.current is not None and (not one.roles & book.signing or one.id in book.current.signed)


def _rated(book: SupervisionBook, one: Person) -> bool:
    there = [each for each in book.evaluated() if one.said.get(("attended", each.id)) in {"present", "left"}]
    return all((one.id, each.id) in book.rated or each.id in book.spreads for each in there)


GUARDS: Mapping[str, Guard] = {
    "not-suspended": _fact(lambda book: not book.suspended),
    "supervisor-assigned": _fact(lambda book: bool(book.those_in("supervisor"))),
    "ties-declared": _each("supervisor")(lambda book, one: one.id in book.declared),
    "no-open-objection": _each(*TAKES_PART)(_accepts),
    "somebody-to-supervise": _fact(lambda book: bool(book.those_in("supervisee"))),
    "mapping-held": _fact(
        lambda book: any(one.kind == "mapping" and one.state == "held" for one in book.sessions.values())
    ),
    "form-chosen": _fact(lambda book: book.form is not None),
    "asked-alone": _fact(lambda book: True),  # of parents alone, and none come here
    "wants-to-go-on": _each(*TAKES_PART)(lambda book, one: one.said.get(("agreed-to-mediate", "")) == "given"),
    "manager-takes-part": _fact(_manager_there),
    "shape-filled": _fact(_shape_filled),
    "number-fits-form": _fact(_number_fits),
    "bound-to-confidentiality": _each(*CONTRACTS)(
        lambda book, one: bool(book.confidentiality) and ("bound", book.confidentiality) in one.said
    ),
    "frame-written": _fact(lambda book: book.frame),
    "evaluation-planned": _fact(lambda book: book.evaluations > 0),
    "goal-set": _fact(lambda book: book.current is not None and bool(book.current.promises) and book.current.complete),
    "owners-sign": _fact(lambda book: True),  # the goals are everybody's
    "contract-sent": _fact(lambda book: book.current is not None and book.current.state in {"sent", "sealed"}),
    "contract-signed": _each(*CONTRACTS)(_signed),
    "evaluation-held": _fact(lambda book: bool(book.evaluated())),
    "goals-rated": _each(*TAKES_PART)(_rated),
    "evaluation-written": _fact(
        lambda book: bool(book.evaluated()) and all(one.id in book.written for one in book.evaluated())
    ),
    "summary-settled": _fact(
        lambda book: book.settled == book.proposed > 0 or not book.those_in("orderer", "superior")
    ),
}
