"""Loading facts: all that guards may know of a case, in one statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    LABEL_STYLE_NONE,
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from mediation.store.compiled import CompiledStatement
from mediation.store.database import Db
from mediation.store.models import (
    AgreedText,
    Agreement,
    Base,
    Breach,
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
from mediation.workflow.declared import WORKFLOWS
from mediation.workflow.facts import (
    AgreementFacts,
    CaseState,
    CommitmentFacts,
    Facts,
    ParticipantFacts,
    ProblemFacts,
    ScreeningFacts,
    SessionFacts,
    TextFacts,
    UnderstandingFacts,
)


def load_facts(db: Db, case_state: CaseState) -> Facts:
    """All facts of a case, in one statement."""
    return _facts(case_state, map(Fact._make, _FACTS.run(db, {"case_id": case_state.id, "today": db.today()}).all()))


def load_facts_of_several(db: Db, case_states: Sequence[CaseState]) -> list[Facts]:
    """All facts of each of several cases, in their order, in one statement for all of them."""
    told = db.execute(_FACTS_OF_SEVERAL, {"case_ids": [one.id for one in case_states], "today": db.today()}).all()
    of_case: dict[str, list[Fact]] = {one.id: [] for one in case_states}
    for *row, case_id in told:
        of_case[case_id].append(Fact._make(row))
    return [_facts(one, of_case[one.id]) for one in case_states]


def _facts(case_state: CaseState, told: Iterable["Fact"]) -> Facts:
    rows: dict[str, list[Fact]] = {}
    for row in told:
        rows.setdefault(row.source, []).append(row)
    problem = _problem(rows)
    rows["check-in"] = _current_reports(rows, WORKFLOWS[case_state.workflow].follow_up_kinds)
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
        understandings=_understandings(rows),
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
    at: datetime | str


CONSENT = "agreed-to-mediate"  # the kind of mark by which a party agrees to mediate
SHORTLY_BEFORE = timedelta(days=7)  # before the first follow-up: a report made then is for that one
_STATES = ("planned", "begun", "held", "cancelled")
_NOTHING: ColumnElement[Any] = literal_column("NULL")


class _Source(NamedTuple):
    """Where one kind of fact comes from: a table, which of its rows, and what they tell in which column of `Fact`."""

    name: str
    table: type[Base]
    where: tuple[ColumnElement[bool], ...]
    told: Mapping[str, Any]


def _from(source: str, table: type[Base], *where: ColumnElement[bool], **told: Any) -> _Source:
    return _Source(source, table, where, told)


def _one_case(source: _Source) -> Select[*tuple[Any, ...]]:
    row = source.table.__table__.c
    return _select(source).where(row.case_id == bindparam("case_id", ""), *source.where)


def _several_cases(source: _Source) -> Select[*tuple[Any, ...]]:
    row = source.table.__table__.c
    these = row.case_id.in_(bindparam("case_ids", expanding=True))
    return _select(source).add_columns(row.case_id).where(these, *source.where)


def _select(source: _Source) -> Select[*tuple[Any, ...]]:
    # A name that is no column of `Fact` would be one column more than the others have, which no union takes.
    columns = dict.fromkeys(Fact._fields[2:], _NOTHING) | dict(source.told)
    # Without labels it stays short: psycopg parses a text of more than 4,096 characters anew each time (about 40 µs here).
    these = literal_column(f"'{source.name}'"), source.table.__table__.c.id, *columns.values()
    return select(*these).set_label_style(LABEL_STYLE_NONE)


_Condition = ColumnElement[bool] | InstrumentedAttribute[bool]


def _if(condition: _Condition, then: str) -> ColumnElement[Any]:
    return case((condition, literal_column(then)))


_ALL: Sequence[_Source] = (
    _from(
        "participant",
        Participant,
        about=Participant.supports,
        code=Participant.left_how,
        value=_if(Participant.unnamed.is_(None), "'before'"),
        number=_if(Participant.left_at.is_(None), "1"),
        at=Participant.joined_at,  # read by nobody: PostgreSQL takes the type of a column from the first two of a union
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
        "consent",
        Mark,
        Mark.kind == literal_column(f"'{CONSENT}'"),
        Mark.value == literal_column("'given'"),
        func.coalesce(Mark.ended_why, literal_column("''")) != literal_column("'corrected'"),
        who=Mark.participant_id,
    ),
    _from(
        "order",
        Order,
        Order.waits_since.is_(None),
        Order.replaced_at.is_(None),
        number=_if(Order.final_date < bindparam("today", date.min), "1"),
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
            (Meeting.ended_how == "cancelled", literal_column("3")),
            (Meeting.ended_at.is_not(None), literal_column("2")),
            (Meeting.begun_at.is_not(None), literal_column("1")),
            else_=literal_column("0"),
        ),
        at=Meeting.begun_at,
    ),
    _from(
        "problem", ProblemStatement, value=cast(ProblemStatement.goal_count, String), number=ProblemStatement.version
    ),
    _from("text", AgreedText, code=AgreedText.kind, value=_if(AgreedText.asks, "'asks'"), number=AgreedText.version),
    _from("option", Option),
    _from(
        "agreement",
        Agreement,
        Agreement.state.in_(["draft", "sent", "sealed", "superseded"]),
        code=Agreement.state,
        value=_if(Agreement.disclosure_decided, "'decided'"),
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
        value=_if(Understanding.reached_at.is_not(None), "'reached'"),
        number=Understanding.version,
    ),
    _from(
        "check-in",
        CheckIn,
        CheckIn.replaced_by.is_(None),
        who=CheckIn.participant_id,
        about=func.coalesce(CheckIn.agreement_id, CheckIn.understanding_id),
        code=CheckIn.session_id,
        at=CheckIn.at,
    ),
    _from("breach", Breach, code=Breach.state, value=Breach.lineage),
    _from("concern", Concern, Concern.settled_at.is_(None), who=Concern.participant_id, about=Concern.about_id),
    _from("issue", Issue, Issue.state == "open", about=Issue.problem_statement_id),
    _from("notice", Notice, who=Notice.audience, about=func.coalesce(Notice.agreement_id, Notice.understanding_id)),
)
_FACTS = CompiledStatement(union_all(*map(_one_case, _ALL)))
_FACTS_OF_SEVERAL = union_all(*map(_several_cases, _ALL))


def _codes(text: str | None) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()


def _participants(rows: Mapping[str, list[Fact]]) -> tuple[ParticipantFacts, ...]:
    roles: dict[str, set[str]] = {}
    for row in rows.get("role", ()):
        roles.setdefault(row.who, set()).add(row.code)
    marks: dict[str, dict[tuple[str, str], str]] = {}
    for row in rows.get("mark", ()):
        marks.setdefault(row.who, {})[row.code, row.about] = row.value
    consented = {row.who for row in rows.get("consent", ())}
    return tuple(
        ParticipantFacts(
            id=row.id,
            roles=frozenset(roles.get(row.id, ())),
            active=bool(row.number),
            supports=row.about or None,
            marks=marks.get(row.id, {}),
            joined_before=row.value == "before",
            consented=row.id in consented,
            left_how=row.code,
        )
        for row in sorted(rows.get("participant", ()))
    )


def _screening(rows: Mapping[str, list[Fact]]) -> ScreeningFacts | None:
    newest = max(rows.get("screening", ()), key=lambda row: row.number, default=None)
    return ScreeningFacts(newest.code, _codes(newest.value)) if newest else None


def _problem(rows: Mapping[str, list[Fact]]) -> ProblemFacts | None:
    newest = max(rows.get("problem", ()), key=lambda row: row.number, default=None)
    return ProblemFacts(newest.id, newest.number, int(newest.value)) if newest else None


def _current_reports(rows: Mapping[str, list[Fact]], kinds: Collection[str]) -> list[Fact]:
    """The reports on the last follow-up (a session of one of `kinds`) that was held: each one held asks anew.

    A report that names none is for the last one that was held by then; before the first one, if it came shortly before.
    """
    follow_ups = (row for row in rows.get("session", ()) if row.code in kinds and _STATES[row.number] == "held")
    held = {row.id: _moment(row.at) for row in follow_ups}
    last = max(held.values(), default=datetime.min.replace(tzinfo=UTC))
    early = SHORTLY_BEFORE if len(held) == 1 else timedelta(0)

    def is_current(report: Fact) -> bool:
        made = _moment(report.at)
        return held.get(report.code, made if report.code else made + early) >= last

    return [row for row in rows.get("check-in", ()) if is_current(row)]


def _moment(at: datetime | str) -> datetime:
    # The statement is run as text (`CompiledStatement`), and SQLite keeps moments as text.
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _whose(rows: Mapping[str, list[Fact]], source: str, about: str) -> frozenset[str]:
    return frozenset(row.who for row in rows.get(source, ()) if row.about == about)


def _understandings(rows: Mapping[str, list[Fact]]) -> tuple[UnderstandingFacts, ...]:
    return tuple(
        UnderstandingFacts(
            id=row.id,
            version=row.number,
            reached=bool(row.value),
            reported_by=_whose(rows, "check-in", row.id),
            told=_whose(rows, "notice", row.id),
        )
        for row in sorted(rows.get("understanding", ()), key=lambda row: row.number)
    )


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
