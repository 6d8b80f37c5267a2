"""Facts: all that guards may know of a case, frozen, and the one function that loads them (in one statement)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import (
    LABEL_STYLE_NONE,
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from mediation.store.compiled import CompiledStatement
from mediation.store.database import Db
from mediation.store.models import (
    AgreedText,
    Agreement,
    Base,
    Breach,
    Case,
    CheckIn,
    Commitment,
    CommitmentOwner,
    Concern,
    Declaration,
    Issue,
    Mark,
    Meeting,
    Notice,
    Option,
    Order,
    Participant,
    ProblemStatement,
    RoleHeld,
    Screening,
    Signature,
    Suspension,
    Understanding,
)


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


def case_state(case: Case) -> CaseState:
    """The state of a case as a seat has it, for what happens to a case without a seat."""
    return CaseState(**{one.name: getattr(case, one.name) for one in fields(CaseState)})


@dataclass(frozen=True)
class ParticipantFacts:
    """One participant: the roles held now, and the current marks, by (kind, about)."""

    id: str
    roles: frozenset[str]
    active: bool
    supports: str | None
    marks: Mapping[tuple[str, str], str]
    joined_before: bool = False  # before who joins was told to the parties beforehand

    def answer(self, kind: str, about: str = "") -> str | None:
        """The value of the current mark of this `kind` `about` something, or None."""
        return self.marks.get((kind, about))

    def did(self, kind: str, about: str = "") -> bool:
        """Whether there is such a mark, with any value."""
        return (kind, about) in self.marks


@dataclass(frozen=True)
class SessionFacts:
    """One session. `state`: planned, begun, held or cancelled. `month` is the one of its start, `2027-03`."""

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
    """The newest understanding that the mediator proposed; `reached` once the table went on to the follow-up with it."""

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
    understanding: UnderstandingFacts | None = None
    open_issues: int = 0
    open_breaches: frozenset[str] = frozenset()  # lineages
    unresolved_breaches: frozenset[str] = frozenset()  # lineages, each left unresolved after every party was heard
    open_concerns: frozenset[tuple[str, str]] = frozenset()  # the party who has one, and whom it is about
    final_date_passed: bool = False  # the one that was ordered, if any
    in_use: int | None = None  # the newest version that the follow-up has begun with

    def holding(self, *roles: str) -> tuple[ParticipantFacts, ...]:
        """The active participants who hold any of `roles`."""
        if roles not in self._held:  # guards ask for the same few again and again
            held = (one for one in self.participants if one.active and not one.roles.isdisjoint(roles))
            self._held[roles] = tuple(held)
        return self._held[roles]

    @cached_property
    def _held(self) -> dict[tuple[str, ...], tuple[ParticipantFacts, ...]]:
        return {}

    def signatories(self, consenting: frozenset[str], representing: frozenset[str]) -> frozenset[str]:
        """Who signs the agreement: everyone in a `consenting` role, and those in a `representing` one who own a line of it."""
        owners = self.agreement.owners if self.agreement is not None else frozenset[str]()
        parties = frozenset(one.id for one in self.holding(*consenting))
        return parties | owners.intersection(one.id for one in self.holding(*representing))

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
    def followed_up(self) -> AgreementFacts | UnderstandingFacts | None:
        """What the follow-up looks at: the version in force, else the understanding that was reached."""
        reached = self.understanding is not None and self.understanding.reached
        return self.in_force or (self.understanding if reached else None)


def load_facts(db: Db, case_state: CaseState) -> Facts:
    """All facts of a case, in one statement."""
    rows: dict[str, list[Fact]] = {}
    for row in map(Fact._make, _FACTS.run(db, {"case_id": case_state.id, "today": db.today()}).all()):
        rows.setdefault(row.source, []).append(row)
    problem = _problem(rows)
    rows["check-in"] = _current_reports(rows)
    return Facts(
        case_id=case_state.id,
        phase=case_state.phase,
        participants=_participants(rows),
        ordered="order" in rows,
        final_date_passed=any(row.number for row in rows.get("order", ())),
        screening=_screening(rows),
        declared={row.who: row.id for row in rows.get("declaration", ())},
        suspensions=frozenset(row.code for row in rows.get("suspension", ())),
        sessions=tuple(
            SessionFacts(row.id, row.code, _codes(row.about), row.who or None, row.value, _STATES[row.number])
            for row in sorted(rows.get("session", ()), key=lambda row: (row.value, row.id))
        ),
        texts=tuple(
            TextFacts(row.id, row.code, row.number, bool(row.value))
            for row in sorted(rows.get("text", ()), key=lambda row: (row.number, row.id))
        ),
        problem=problem,
        options=len(rows.get("option", ())),
        agreements=_agreements(rows),
        understanding=_understanding(rows),
        open_issues=sum(problem is not None and row.about == problem.id for row in rows.get("issue", ())),
        open_breaches=frozenset(row.value for row in rows.get("breach", ()) if row.code == "open"),
        unresolved_breaches=frozenset(row.value for row in rows.get("breach", ()) if row.code == "left-unresolved"),
        open_concerns=frozenset((row.who, row.about) for row in rows.get("concern", ())),
        in_use=case_state.in_use,
    )


class Fact(NamedTuple):
    """One row of the big statement; each source gives its columns their meaning (see `_ALL`)."""

    source: str
    id: str
    who: str
    about: str
    code: str
    value: str
    number: int


FOLLOW_UP = "follow-up"  # the kind of session at which everyone says what became of what was agreed
SHORTLY_BEFORE = 7 * 24 * 3600  # seconds before the first follow-up in which a report is for that one
_STATES = ("planned", "begun", "held", "cancelled")
_NOTHING: ColumnElement[Any] = literal_column("NULL")


def _from(source: str, table: type[Base], *where: ColumnElement[bool], **told: Any) -> Select[*tuple[Any, ...]]:
    row = table.__table__.c
    # A name that is no column of `Fact` would be one column more than the others have, which no union takes.
    columns = dict.fromkeys(Fact._fields[2:], _NOTHING) | told
    # Without labels it stays short: psycopg looks a text of more than 4096 characters through each time it is run.
    these = literal_column(f"'{source}'"), row.id, *columns.values()
    return select(*these).where(row.case_id == bindparam("case_id", ""), *where).set_label_style(LABEL_STYLE_NONE)


def _held_since(seconds: int = 0) -> ColumnElement[bool]:
    # Whether another follow-up was held after the one that a report names, or more than `seconds` after one that names none.
    named = select(Meeting.begun_at).where(Meeting.id == CheckIn.session_id).correlate(CheckIn).scalar_subquery()
    later = aliased(Meeting)
    held = later.case_id == CheckIn.case_id, later.kind == FOLLOW_UP, later.ended_how.in_(("held", "ended-early"))
    after = (
        or_(CheckIn.session_id.is_(None), later.id != CheckIn.session_id),
        later.begun_at > func.coalesce(named, CheckIn.at),
    )
    waited = extract("epoch", later.begun_at) - extract("epoch", CheckIn.at) > literal_column(str(seconds))
    long_after = (CheckIn.session_id.is_(None), waited) if seconds else ()
    return select(later.id).where(*held, *after, *long_after).exists().correlate(CheckIn)


_ALL = union_all(
    _from(
        "participant",
        Participant,
        about=Participant.supports,
        value=case((Participant.unnamed.is_(None), "before")),
        number=case((Participant.left_at.is_(None), 1)),
    ),
    _from("role", RoleHeld, RoleHeld.until.is_(None), who=RoleHeld.participant_id, code=RoleHeld.role),
    _from(
        "mark",
        Mark,
        Mark.ended_at.is_(None),
        who=Mark.participant_id,
        about=Mark.about,
        code=Mark.kind,
        value=Mark.value,
    ),
    _from(
        "order",
        Order,
        Order.waits_since.is_(None),
        Order.replaced_at.is_(None),
        number=case((Order.final_date < bindparam("today", date.min), 1)),
    ),
    _from("declaration", Declaration, Declaration.replaced_at.is_(None), who=Declaration.participant_id),
    _from(
        "screening",
        Screening,
        Screening.decided_at.is_not(None),
        code=Screening.outcome,
        value=Screening.safeguards,
        number=Screening.number,
    ),
    _from("suspension", Suspension, Suspension.until.is_(None), code=Suspension.cause),
    _from(
        "session",
        Meeting,
        who=Meeting.with_participant,
        about=Meeting.serves,
        code=Meeting.kind,
        value=Meeting.month,
        number=case(
            (Meeting.ended_how == "cancelled", 3),
            (Meeting.ended_at.is_not(None), 2),
            (Meeting.begun_at.is_not(None), 1),
            else_=0,
        ),
    ),
    _from(
        "problem", ProblemStatement, value=cast(ProblemStatement.goal_count, String), number=ProblemStatement.version
    ),
    _from("text", AgreedText, code=AgreedText.kind, value=case((AgreedText.asks, "asks")), number=AgreedText.version),
    _from("option", Option),
    _from(
        "agreement",
        Agreement,
        Agreement.state.in_(["draft", "sent", "sealed", "superseded"]),
        code=Agreement.state,
        value=case((Agreement.disclosure_decided, "decided")),
        number=Agreement.version,
    ),
    _from(
        "commitment",
        Commitment,
        Commitment.ended.is_(None),
        about=Commitment.agreement_id,
        code=Commitment.lacks,
        value=Commitment.lineage,
        number=Commitment.position,
    ),
    _from("owner", CommitmentOwner, who=CommitmentOwner.participant_id, about=CommitmentOwner.commitment_id),
    _from("signature", Signature, who=Signature.participant_id, about=Signature.agreement_id),
    _from(
        "understanding",
        Understanding,
        value=case((Understanding.reached_at.is_not(None), "reached")),
        number=Understanding.version,
    ),
    _from(
        "check-in",
        CheckIn,
        CheckIn.replaced_by.is_(None),
        who=CheckIn.participant_id,
        about=func.coalesce(CheckIn.agreement_id, CheckIn.understanding_id),
        code=CheckIn.session_id,
        number=case((_held_since(SHORTLY_BEFORE), 2), (_held_since(), 1)),
    ),
    _from("breach", Breach, code=Breach.state, value=Breach.lineage),
    _from("concern", Concern, Concern.settled_at.is_(None), who=Concern.participant_id, about=Concern.about_id),
    _from("issue", Issue, Issue.state == "open", about=Issue.problem_statement_id),
    _from("notice", Notice, who=Notice.audience, about=func.coalesce(Notice.agreement_id, Notice.understanding_id)),
)
_FACTS = CompiledStatement(_ALL)


def _codes(text: str | None) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()


def _participants(rows: Mapping[str, list[Fact]]) -> tuple[ParticipantFacts, ...]:
    roles: dict[str, set[str]] = {}
    for row in rows.get("role", ()):
        roles.setdefault(row.who, set()).add(row.code)
    marks: dict[str, dict[tuple[str, str], str]] = {}
    for row in rows.get("mark", ()):
        marks.setdefault(row.who, {})[row.code, row.about] = row.value
    return tuple(
        ParticipantFacts(
            id=row.id,
            roles=frozenset(roles.get(row.id, ())),
            active=bool(row.number),
            supports=row.about or None,
            marks=marks.get(row.id, {}),
            joined_before=row.value == "before",
        )
        for row in sorted(rows.get("participant", ()))
    )


def _screening(rows: Mapping[str, list[Fact]]) -> ScreeningFacts | None:
    newest = max(rows.get("screening", ()), key=lambda row: row.number, default=None)
    return ScreeningFacts(newest.code, _codes(newest.value)) if newest else None


def _problem(rows: Mapping[str, list[Fact]]) -> ProblemFacts | None:
    newest = max(rows.get("problem", ()), key=lambda row: row.number, default=None)
    return ProblemFacts(newest.id, newest.number, int(newest.value)) if newest else None


def _current_reports(rows: Mapping[str, list[Fact]]) -> list[Fact]:
    # A report that names no follow-up is for the last one that was held by then; shortly before the first one, for that.
    held = [row for row in rows.get("session", ()) if row.code == FOLLOW_UP and _STATES[row.number] == "held"]
    is_first = len(held) < 2
    return [
        row for row in rows.get("check-in", ()) if not row.number or (row.number == 1 and row.code is None and is_first)
    ]


def _whose(rows: Mapping[str, list[Fact]], source: str, about: str) -> frozenset[str]:
    return frozenset(row.who for row in rows.get(source, ()) if row.about == about)


def _understanding(rows: Mapping[str, list[Fact]]) -> UnderstandingFacts | None:
    newest = max(rows.get("understanding", ()), key=lambda row: row.number, default=None)
    if newest is None:
        return None
    reported, told = (_whose(rows, source, newest.id) for source in ("check-in", "notice"))
    return UnderstandingFacts(newest.id, newest.number, bool(newest.value), reported, told)


def _agreements(rows: Mapping[str, list[Fact]]) -> tuple[AgreementFacts, ...]:
    owners: dict[str, set[str]] = {}
    for row in rows.get("owner", ()):
        owners.setdefault(row.about, set()).add(row.who)
    commitments: dict[str, list[CommitmentFacts]] = {}
    for row in sorted(rows.get("commitment", ()), key=lambda row: row.number):
        one = CommitmentFacts(row.id, row.value, frozenset(owners.get(row.id, ())), _codes(row.code))
        commitments.setdefault(row.about, []).append(one)

    return tuple(
        AgreementFacts(
            id=row.id,
            version=row.number,
            state=row.code,
            disclosure_decided=row.value == "decided",
            commitments=tuple(commitments.get(row.id, ())),
            signed_by=_whose(rows, "signature", row.id),
            reported_by=_whose(rows, "check-in", row.id),
            told=_whose(rows, "notice", row.id),
        )
        for row in sorted(rows.get("agreement", ()), key=lambda row: row.number)
    )
