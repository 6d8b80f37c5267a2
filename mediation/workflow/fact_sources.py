"""The one statement by which facts are loaded: from which tables they come, and what each row tells."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
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
from mediation.workflow.facts import CONSENT


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


STATES = ("planned", "begun", "held", "cancelled")  # of a session, by `number`
_NOTHING: ColumnElement[Any] = literal_column("NULL")


class _Source(NamedTuple):
    """Where one kind of fact comes from: a table, which of its rows, and what they tell in which column of `Fact`."""

    name: str
    table: type[Base]
    where: tuple[ColumnElement[bool], ...]
    told: Mapping[str, Any]
    summed: tuple[Any, ...] = ()  # the columns that the rows have in common that are told as one


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
    row_id = columns.pop("id", _NOTHING if source.summed else source.table.__table__.c.id)
    these = select(literal_column(f"'{source.name}'"), row_id, *columns.values()).set_label_style(LABEL_STYLE_NONE)
    return these.group_by(source.table.__table__.c.case_id, *source.summed) if source.summed else these


_Condition = ColumnElement[bool] | InstrumentedAttribute[bool]


def _if(condition: _Condition, then: str) -> ColumnElement[Any]:
    return case((condition, literal_column(then)))


_STATE = case(
    (Meeting.ended_how == literal_column("'cancelled'"), literal_column("3")),
    (Meeting.ended_at.is_not(None), literal_column("2")),
    (Meeting.begun_at.is_not(None), literal_column("1")),
    else_=literal_column("0"),
)
_MONTH_AHEAD = case((Meeting.ended_at.is_(None), Meeting.month))
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
    # In one row all that somebody did of one kind and with one value: of a long case everybody was at hundreds of sessions.
    _from(
        "mark",
        Mark,
        Mark.ended_at.is_(None),
        who=Mark.participant_id,
        about=func.aggregate_strings(Mark.about, ","),
        code=Mark.kind,
        value=Mark.value,
    )._replace(summed=(Mark.participant_id, Mark.kind, Mark.value)),
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
    # In one row all that are alike, with when the last of them began: of a long case there are hundreds that are over.
    _from(
        "session",
        Meeting,
        id=func.aggregate_strings(Meeting.id, ","),
        who=Meeting.with_participant,
        about=Meeting.serves,
        code=Meeting.kind,
        value=_MONTH_AHEAD,
        number=_STATE,
        at=func.max(Meeting.begun_at),
    )._replace(summed=(Meeting.with_participant, Meeting.serves, Meeting.kind, _MONTH_AHEAD, _STATE)),
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
        value=select(cast(Meeting.begun_at, String)).where(Meeting.id == CheckIn.session_id).scalar_subquery(),
        at=CheckIn.at,
    ),
    _from("breach", Breach, code=Breach.state, value=Breach.lineage),
    _from("concern", Concern, Concern.settled_at.is_(None), who=Concern.participant_id, about=Concern.about_id),
    _from("issue", Issue, Issue.state == "open", about=Issue.problem_statement_id),
    _from("notice", Notice, who=Notice.audience, about=func.coalesce(Notice.agreement_id, Notice.understanding_id)),
)
FACTS = CompiledStatement(union_all(*map(_one_case, _ALL)))
FACTS_OF_SEVERAL = union_all(*map(_several_cases, _ALL))
