"""What belongs to each deletion clock: which rows, under whose key, and when their words were written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, union_all

from mediation.database import Db
from mediation.keyring import DeletionClock, KeyName
from mediation.models import (
    Agreement,
    AgreementText,
    Case,
    CheckIn,
    CheckInAnswer,
    CommitmentText,
    Declaration,
    Document,
    Issue,
    Letter,
    Mark,
    Meeting,
    Note,
    Notice,
    Option,
    Order,
    Participant,
    ProblemStatement,
    ProblemText,
    ReadTrace,
    RecordEntry,
    Screening,
    ScreeningAnswer,
    Signature,
    Statement,
    Suspension,
)

PRIVATE, NOTES, CONTENT = DeletionClock.PRIVATE, DeletionClock.NOTES, DeletionClock.CONTENT
AGREEMENT, RECORD = DeletionClock.AGREEMENT, DeletionClock.RECORD


@dataclass(frozen=True)
class Kind:
    """Rows that go with one clock: `owner` names whose key they are under, `at` when their words were written."""

    table: Any
    at: Any = None
    owner: Any = None
    only: ColumnElement[bool] | None = None

    def of(self, case_id: str) -> tuple[ColumnElement[bool], ...]:
        """The condition for the rows of one case."""
        column = self.table.id if self.table is Case else self.table.case_id
        return (column == case_id, *([self.only] if self.only is not None else []))


UNDERTAKINGS = Kind(Mark, only=Mark.kind == "undertook-confidentiality")

BELONGINGS: Mapping[DeletionClock, Sequence[Kind]] = {
    PRIVATE: (
        Kind(Statement, Statement.at, Statement.participant_id, Statement.audience == "mediator"),
        Kind(ScreeningAnswer, ScreeningAnswer.at, ScreeningAnswer.respondent),
        Kind(Document, Document.at, Document.owner, Document.kind == "private-scan"),
    ),
    NOTES: (Kind(Note, Note.at, Note.author),),
    CONTENT: (
        Kind(Statement, Statement.at, only=Statement.audience == "table"),
        Kind(Screening, Screening.decided_at, only=Screening.words.is_not(None)),
        Kind(Suspension, Suspension.since, only=Suspension.words.is_not(None)),
        Kind(Meeting, only=Meeting.place.is_not(None)),
        Kind(ProblemStatement, ProblemStatement.at),
        Kind(ProblemText),
        Kind(Issue),
        Kind(Option, Option.at),
    ),
    AGREEMENT: (
        Kind(Case),
        Kind(Participant),
        Kind(Order, Order.at),
        Kind(Declaration, Declaration.at),
        Kind(Agreement, Agreement.sealed_at),
        Kind(AgreementText),
        Kind(CommitmentText),
        Kind(Document, Document.at, only=Document.kind != "private-scan"),
        Kind(Notice, Notice.at),
        Kind(CheckIn, CheckIn.at),
        Kind(CheckInAnswer),
        Kind(Signature),
        UNDERTAKINGS,
        Kind(Letter),
    ),
    RECORD: (Kind(RecordEntry), Kind(ReadTrace)),
}


def newest_words(db: Db, case_id: str) -> dict[tuple[str, str], datetime]:
    """When the newest words of a case were written (UTC), by clock and owner."""
    parts = []
    for clock, kinds in BELONGINGS.items():
        for kind in kinds:
            if kind.at is not None:
                whose = kind.owner if kind.owner is not None else literal("")
                part = select(literal(str(clock)), whose, func.max(kind.at)).where(*kind.of(case_id))
                parts.append(part.group_by(kind.owner) if kind.owner is not None else part)
    newest: dict[tuple[str, str], datetime] = {}
    for clock, owner, at in db.execute(union_all(*parts)):
        if at is not None:
            newest[clock, owner] = max(at, newest.get((clock, owner), at))
    return newest


def counted(db: Db, name: KeyName) -> str:
    """What belongs to one key, for its certificate: the tables and how many rows of each, such as `notes 3`."""
    found = []
    for kind in BELONGINGS[name.clock]:
        rows = select(func.count()).select_from(kind.table).where(*kind.of(name.case_id))
        count = db.scalar(rows.where(kind.owner == name.owner) if kind.owner is not None else rows)
        if count:
            found.append(f"{kind.table.__tablename__} {count}")
    return ", ".join(found)
