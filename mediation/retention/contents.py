"""Which rows belong to each deletion clock, with whose key they are encrypted, and when their words were written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.database import Db
from mediation.store.models import (
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
    """Rows of one deletion clock: `owner` is the column of their key's owner, `at` that of when their words were written."""

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
    """What belongs to one key, for its certificate: tables with their number of rows, such as `notes 3`."""
    found = []
    for kind in BELONGINGS[name.clock]:
        rows = select(func.count()).select_from(kind.table).where(*kind.of(name.case_id))
        count = db.scalar(rows.where(kind.owner == name.owner) if kind.owner is not None else rows)
        if count:
            found.append(f"{kind.table.__tablename__} {count}")
    return ", ".join(found)


def has_words(db: Db, name: KeyName) -> bool:
    """Whether any row is encrypted with the key `name`, which is not in the key store; for the installation's keys: always."""
    if name.clock not in BELONGINGS:
        return True
    parts: list[Select[Any]] = []
    for kind in BELONGINGS[name.clock]:
        own = [kind.owner == name.owner] if kind.owner is not None else []
        parts.append(select(literal(1)).select_from(kind.table).where(*kind.of(name.case_id), *own))
    with db.no_autoflush:  # the row that needs this key may be in the session already
        return db.execute(union_all(*parts).limit(1)).first() is not None


def missing_keys(db: Db) -> dict[str, list[KeyName]]:
    """The keys that the content needs and the key store does not know, by case number; normally none.

    Some are missing where the key store is older than the content: an old copy, or one without its write-ahead log.
    """
    numbers = {row.id: row.number for row in db.execute(select(Case.id, Case.number))}
    needed = {KeyName(case_id, clock) for case_id in numbers for clock in (CONTENT, AGREEMENT, RECORD)}
    for clock, kinds in BELONGINGS.items():
        for kind in kinds:
            if kind.owner is not None:
                only = [kind.only] if kind.only is not None else []
                owned = select(kind.table.case_id, kind.owner).where(*only, kind.owner.is_not(None)).distinct()
                needed |= {KeyName(case_id, clock, owner) for case_id, owner in db.execute(owned)}
    missing: dict[str, list[KeyName]] = {}
    for name in sorted(needed - db.keys.keyring.names(), key=lambda one: (numbers[one.case_id], one)):
        missing.setdefault(numbers[name.case_id], []).append(name)
    return missing
