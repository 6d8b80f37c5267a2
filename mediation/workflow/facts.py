"""Facts: all that guards may know of a case, frozen. `facts_loading` loads them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

from mediation.store.models import Case

CONSENT = "agreed-to-mediate"  # the kind of mark by which a party agrees to mediate


@dataclass
class CaseState:
    """The case row as a seat has it; the record keeps `version` and `head` of it up to date within the transaction."""

    id: str
    number: str
    workflow: str
    organisation_id: str
    language: str
    attendance_basis: str
    phase: str
    rung: str
    version: int
    head: str
    outcome: str | None
    in_use: int | None
    neutral_rung: str | None = None
    party_count: int | None = None
    settled_count: int | None = None


def case_state(case: Case) -> CaseState:
    """The state of a case as a seat has it, for what happens to a case without a seat."""
    return CaseState(**{one.name: getattr(case, one.name) for one in fields(CaseState)})


class Marks(Mapping[tuple[str, str], str]):
    """The marks of one participant, by (kind, about) -> value. Of each kind those with the same value are held together.

    Who was at hundreds of sessions has hundreds of one kind: to make an entry of each takes longer than to ask them all.
    """

    def __init__(self, told: Iterable[tuple[str, str, Iterable[str]]]) -> None:
        self._of_kind: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for kind, value, abouts in told:
            self._of_kind.setdefault(kind, []).append((value, frozenset(abouts)))

    def __getitem__(self, key: tuple[str, str]) -> str:
        value = self.answer(*key)
        if value is None:
            raise KeyError(key)
        return value

    def answer(self, kind: str, about: str) -> str | None:
        """The value of the mark of a kind about something, or None."""
        for value, abouts in self._of_kind.get(kind, ()):
            if about in abouts:
                return value
        return None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((kind, about) for kind, told in self._of_kind.items() for _, abouts in told for about in abouts)

    def __len__(self) -> int:
        return sum(len(abouts) for told in self._of_kind.values() for _, abouts in told)

    def abouts(self, kind: str, values: Iterable[str]) -> frozenset[str]:
        """What the marks of a kind with one of these values are about."""
        return frozenset().union(*(abouts for value, abouts in self._of_kind.get(kind, ()) if value in values))


@dataclass(frozen=True)
class ParticipantFacts:
    """One participant: the current roles, and the current marks, by (kind, about).

    `consented` is whether they agreed to mediate at any time, also if they had to be asked again since.
    """

    id: str
    roles: frozenset[str]
    active: bool
    supports: str | None
    marks: Mapping[tuple[str, str], str]
    joined_before: bool = False  # before who joins was told to the parties beforehand
    consented: bool = False
    left_how: str | None = None

    def answer(self, kind: str, about: str = "") -> str | None:
        """The value of the current mark of this `kind` `about` something, or None."""
        return self._marks.answer(kind, about)

    def did(self, kind: str, about: str = "") -> bool:
        """Whether there is such a mark, with any value."""
        return self._marks.answer(kind, about) is not None

    def abouts(self, kind: str, *values: str) -> frozenset[str]:
        """What their current marks of this `kind` with one of these `values` are about."""
        return self._marks.abouts(kind, values)

    @cached_property
    def _marks(self) -> Marks:
        own = self.marks
        return own if isinstance(own, Marks) else Marks((kind, value, [about]) for (kind, about), value in own.items())


class SessionFacts(NamedTuple):
    """One session. `state`: planned, begun, held or cancelled. `month` is that of its start, `2027-03`, until it is over."""

    id: str
    kind: str
    serves: frozenset[str]
    with_participant: str | None
    month: str
    state: str


@dataclass(frozen=True)
class CommitmentFacts:
    """One promise: who made it, and what it still lacks."""

    id: str
    lineage: str
    owners: frozenset[str]
    lacks: frozenset[str]


@dataclass(frozen=True)
class AgreementFacts:
    """One version: draft, sent, sealed or superseded; who signed it and reported on it, and who got its notice."""

    id: str
    version: int
    state: str
    disclosure_decided: bool
    commitments: tuple[CommitmentFacts, ...]
    signed_by: frozenset[str]
    reported_by: frozenset[str]
    told: frozenset[str] = frozenset()  # audiences that were given the notice agreed in it

    @property
    def owners(self) -> frozenset[str]:
        """The owners of its commitments, also those who have left."""
        return frozenset(owner for line in self.commitments for owner in line.owners)


@dataclass(frozen=True)
class UnderstandingFacts:
    """One understanding that the mediator proposed; `reached` once the table went on to the follow-up with it."""

    id: str
    version: int
    reached: bool
    reported_by: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()  # audiences that were given its notice


@dataclass(frozen=True)
class ProblemFacts:
    """The current version of the joint problem statement."""

    id: str
    version: int
    goals: int


@dataclass(frozen=True)
class TextFacts:
    """One version of the words of what somebody agrees to: terms, an undertaking, ground rules."""

    id: str
    kind: str
    version: int
    asks: bool


@dataclass(frozen=True)
class ScreeningFacts:
    """The newest screening with an outcome."""

    outcome: str
    safeguards: frozenset[str]


@dataclass(frozen=True)
class Facts:
    """The state of a case. Guards read nothing else; they never see a word that anybody wrote."""

    case_id: str
    phase: str
    participants: tuple[ParticipantFacts, ...] = ()
    ordered: bool = False
    screening: ScreeningFacts | None = None
    declared: Mapping[str, str] = field(default_factory=dict)  # mediator's participant id -> id of the declaration
    suspensions: frozenset[str] = frozenset()
    sessions: tuple[SessionFacts, ...] = ()
    texts: tuple[TextFacts, ...] = ()  # by version
    problem: ProblemFacts | None = None
    options: int = 0
    agreements: tuple[AgreementFacts, ...] = ()  # by version, dropped ones left out
    understandings: tuple[UnderstandingFacts, ...] = ()  # by version
    open_issues: int = 0
    open_breaches: frozenset[str] = frozenset()  # lineages
    unresolved_breaches: frozenset[str] = frozenset()  # lineages, each left unresolved after every party was heard
    open_concerns: frozenset[tuple[str, str]] = frozenset()  # the party who has one, and whom it is about
    final_date_passed: bool = False  # the one that was ordered, if any
    in_use: int | None = None  # the newest version that the follow-up has begun with

    def those_in(self, *roles: str) -> tuple[ParticipantFacts, ...]:
        """The active participants who are in any of `roles`."""
        if roles not in self._in_roles:  # guards ask for the same few again and again
            held = (one for one in self.participants if one.active and not one.roles.isdisjoint(roles))
            self._in_roles[roles] = tuple(held)
        return self._in_roles[roles]

    @cached_property
    def _in_roles(self) -> dict[tuple[str, ...], tuple[ParticipantFacts, ...]]:
        return {}

    @cached_property
    def not_over(self) -> tuple[SessionFacts, ...]:
        """The sessions that are planned or under way: a few, however many there were."""
        return tuple(one for one in self.sessions if one.state in {"planned", "begun"})

    @cached_property
    def held(self) -> frozenset[str]:
        """The ids of the sessions that were held."""
        return frozenset(one.id for one in self.sessions if one.state == "held")

    @cached_property
    def with_nobody_alone(self) -> frozenset[str]:
        """The ids of the sessions that are with nobody alone."""
        return frozenset(one.id for one in self.sessions if one.with_participant is None)

    @cached_property
    def waited_for(self) -> dict[Callable[..., Any], tuple[str, ...]]:
        """For whom each guard waits, by what asks for them; filled as guards are asked."""
        return {}

    def signatories(self, signing: frozenset[str], representing: frozenset[str]) -> frozenset[str]:
        """Who signs the agreement: everyone in a `signing` role, and those in a `representing` one who own a line of it."""
        owners = self.agreement.owners if self.agreement is not None else frozenset[str]()
        parties = frozenset(one.id for one in self.those_in(*signing))
        return parties | owners.intersection(one.id for one in self.those_in(*representing))

    def yet_to_sign(self, signing: frozenset[str], representing: frozenset[str]) -> frozenset[str]:
        """Who has not signed the newest version: its signatories, and owners of its lines who have left.

        The signature after which nobody is left seals it.
        """
        if self.agreement is None:
            return frozenset()
        return (self.signatories(signing, representing) | self.agreement.owners) - self.agreement.signed_by

    def binding(self, kind: str) -> frozenset[str]:
        """What a mark has to be about to hold now: the texts of a kind from the newest one that asks on.

        A mark about nothing is from before the texts were kept: it counts for the first version.
        """
        of_kind = [one for one in self.texts if one.kind == kind]
        least = max((one.version for one in of_kind if one.asks), default=1)
        new_enough = frozenset(one.id for one in of_kind if one.version >= least)
        return new_enough if least > 1 else new_enough | {""}

    @property
    def draft(self) -> AgreementFacts | None:
        """The version being worked on: the newest, unless it is sealed already."""
        newest = self.agreements[-1] if self.agreements else None
        return newest if newest and newest.state in {"draft", "sent"} else None

    @property
    def agreement(self) -> AgreementFacts | None:
        """The version that guards read: the one being worked on, else the one in force."""
        return self.agreements[-1] if self.agreements else None

    @property
    def in_force(self) -> AgreementFacts | None:
        """The sealed version that binds now."""
        sealed = [one for one in self.agreements if one.state == "sealed"]
        return sealed[-1] if sealed else None

    @property
    def understanding(self) -> UnderstandingFacts | None:
        """The newest understanding that was proposed."""
        return self.understandings[-1] if self.understandings else None

    @property
    def followed_up(self) -> AgreementFacts | UnderstandingFacts | None:
        """What the follow-up looks at: the version in force, else the newest understanding that was reached."""
        reached = [one for one in self.understandings if one.reached]
        return self.in_force or (reached[-1] if reached else None)
