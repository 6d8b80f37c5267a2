"""Which rows belong to each deletion clock, with whose key they are encrypted, and when their words were written."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select, true, union_all, update

from mediation.keys.case_keys import EMPTIED
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store import models
from mediation.store.database import Db

PRIVATE, NOTES, CONTENT = DeletionClock.PRIVATE, DeletionClock.NOTES, DeletionClock.CONTENT
DRAFTS = DeletionClock.DRAFTS
AGREEMENT, RECORD = DeletionClock.AGREEMENT, DeletionClock.RECORD
OF_ALL = (CONTENT, AGREEMENT, RECORD)  # the clocks that every case has; their keys have no owner
BATCH = 500  # cases that are looked at at a time
_ALL: ColumnElement[bool] = true()


@dataclass(frozen=True)
class Rows:
    """Rows of one deletion clock: `owner` is the column of their key's owner, `at` that of when their words were written."""

    table: Any
    at: Any = None
    owner: Any = None
    only: ColumnElement[bool] = _ALL

    def of(self, case_id: str, owner: str | None = None) -> list[ColumnElement[bool]]:
        """The conditions for the rows of one case and, where they have owners, of this `owner`."""
        here = (self.table.id if self.table is models.Case else self.table.case_id) == case_id
        theirs = self.owner == owner if self.owner is not None and owner is not None else _ALL
        return [here, self.only, theirs]


UNDERTAKINGS = Rows(
    models.Mark,
    only=models.Mark.kind.in_(["undertook-confidentiality", "undertook-for-session", "bound-by-service"])
    | models.Mark.interpreted.is_not(None),
)

BELONGINGS: Mapping[DeletionClock, Sequence[Rows]] = {
    PRIVATE: (
        Rows(
            models.Statement,
            models.Statement.at,
            models.Statement.participant_id,
            models.Statement.audience == "mediator",
        ),
        Rows(models.Concern, models.Concern.at, models.Concern.participant_id),
        Rows(models.Needs, models.Needs.at, models.Needs.participant_id),
        Rows(models.ScreeningAnswer, models.ScreeningAnswer.at, models.ScreeningAnswer.respondent),
        Rows(
            models.StoredFile, models.StoredFile.at, models.StoredFile.owner, models.StoredFile.kind == "private-scan"
        ),
    ),
    NOTES: (Rows(models.Note, models.Note.at, models.Note.author),),
    DRAFTS: (Rows(models.Draft, owner=models.Draft.participant_id),),  # without their time: they move nobody's clock
    CONTENT: (
        Rows(models.Statement, models.Statement.at, only=models.Statement.audience == "table"),
        Rows(models.Screening, models.Screening.decided_at, only=models.Screening.words.is_not(None)),
        Rows(models.Referral, models.Referral.at),
        Rows(models.Inquiry, models.Inquiry.at),
        Rows(models.SafeguardNote, models.SafeguardNote.at),
        Rows(models.Suspension, models.Suspension.since, only=models.Suspension.words.is_not(None)),
        Rows(models.Meeting, only=models.Meeting.place.is_not(None)),
        Rows(models.ProblemStatement, models.ProblemStatement.at),
        Rows(models.ProblemText),
        Rows(models.Issue),
        Rows(models.Option, models.Option.at),
        Rows(models.GoalRating, models.GoalRating.at),
        Rows(models.GoalSpread, models.GoalSpread.at),
    ),
    AGREEMENT: (
        Rows(models.Case),
        Rows(models.Participant),
        Rows(models.AddressChange),  # as the particulars themselves: no correction prolongs what is kept
        Rows(models.Complaint),  # without its time: a clock that it moved would tell mediators of it
        Rows(models.Order, models.Order.at),
        Rows(models.AttendanceBasis, models.AttendanceBasis.at),
        Rows(models.Declaration, models.Declaration.at),
        Rows(models.AgreedText, models.AgreedText.at),
        Rows(models.Agreement, models.Agreement.sealed_at),
        Rows(models.Understanding, models.Understanding.at),
        Rows(models.AgreementText),
        Rows(models.CommitmentText),
        Rows(models.StoredFile, models.StoredFile.at, only=models.StoredFile.kind != "private-scan"),
        Rows(models.Notice, models.Notice.at),
        Rows(models.CheckIn, models.CheckIn.at),
        Rows(models.CheckInAnswer),
        Rows(models.Signature),
        UNDERTAKINGS,
        Rows(models.InterpreterService, models.InterpreterService.at),
        Rows(models.Letter),
    ),
    RECORD: (Rows(models.RecordEntry), Rows(models.ReadTrace)),
}


def newest_words(db: Db, case_id: str) -> dict[tuple[str, str], datetime]:
    """When the newest words of a case were written (UTC), by clock and owner."""
    parts = []
    for clock, groups in BELONGINGS.items():
        for rows in groups:
            if rows.at is not None:
                whose = rows.owner if rows.owner is not None else literal("")
                part = select(literal(str(clock)), whose, func.max(rows.at)).where(*rows.of(case_id))
                parts.append(part.group_by(rows.owner) if rows.owner is not None else part)
    newest: dict[tuple[str, str], datetime] = {}
    for clock, owner, at in db.execute(union_all(*parts)):
        if at is not None:
            newest[clock, owner] = max(at, newest.get((clock, owner), at))
    return newest


def counted(db: Db, name: KeyName) -> str:
    """What belongs to one key, for its certificate: tables with their number of rows, such as `notes 3`."""
    found = []
    for rows in BELONGINGS[name.clock]:
        count = db.scalar(select(func.count()).select_from(rows.table).where(*rows.of(name.case_id, name.owner)))
        if count:
            found.append(f"{rows.table.__tablename__} {count}")
    return ", ".join(found)


def empty(db: Db, name: KeyName) -> None:
    """Overwrite what was encrypted with a key that is destroyed: nobody can read it, and it takes room. The rows stay.

    Of each value one byte is left, so that it is still known that there was one. Needs a writing transaction.
    """
    for rows in BELONGINGS[name.clock]:
        columns = [column for column in rows.table.__table__.columns if _is_of_a_case(column, name)]
        if columns:
            left = {column.name: case((column.is_not(None), EMPTIED)) for column in columns}
            full = or_(*(func.length(column) > len(EMPTIED) for column in columns))
            emptied = update(rows.table.__table__).where(*rows.of(name.case_id, name.owner), full).values(left)
            db.connection().execute(emptied)  # not through the session: the record does not cover encrypted words


def _is_of_a_case(column: Any, name: KeyName) -> bool:
    """Whether a column is encrypted with keys of cases, not with the installation's."""
    key_of: Callable[[Any], KeyName] | None = column.info.get("key_of")
    like = SimpleNamespace(**dict.fromkeys(column.table.columns.keys(), name.case_id))
    return key_of is not None and key_of(like).case_id != ""


def has_words(db: Db, name: KeyName) -> bool:
    """Whether any row is encrypted with the key `name`, which is not in the key store; for the installation's keys: always."""
    if name.clock == DeletionClock.STATISTICS:
        return db.scalar(select(literal(1)).where(models.UnpublishedFact.quarter == name.owner).limit(1)) is not None
    if name.clock not in BELONGINGS:
        return True
    parts = [
        select(literal(1)).select_from(rows.table).where(*rows.of(name.case_id, name.owner))
        for rows in BELONGINGS[name.clock]
    ]
    with db.no_autoflush:  # the row that needs this key may be in the session already
        return db.execute(union_all(*parts).limit(1)).first() is not None


def missing_keys(db: Db) -> dict[str, list[KeyName]]:
    """The keys that the content needs and the key store does not know, by case number; normally none.

    Some are missing where the key store is older than the content: an old copy, or one without its write-ahead log.
    """
    missing: dict[str, list[KeyName]] = {}
    after = ""
    while page := _numbers(db, after):
        for name in sorted(_needed(db, page.keys()) - db.keys.keyring.names(page.keys())):
            missing.setdefault(page[name.case_id], []).append(name)
        *_, after = page  # the last in the database's order
    return dict(sorted(missing.items()))


def _numbers(db: Db, after: str) -> dict[str, str]:
    """The numbers of some cases by id, those after an id."""
    page = (
        select(models.Case.id, models.Case.number).where(models.Case.id > after).order_by(models.Case.id).limit(BATCH)
    )
    return {row.id: row.number for row in db.execute(page)}


def _needed(db: Db, case_ids: Collection[str]) -> set[KeyName]:
    """The names of the keys that the content of these cases needs."""
    needed = {KeyName(case_id, clock) for case_id in case_ids for clock in OF_ALL}
    for clock, groups in BELONGINGS.items():
        for rows in groups:
            if rows.owner is not None:
                here = rows.table.case_id.in_(case_ids), rows.only, rows.owner.is_not(None)
                owned = select(rows.table.case_id, rows.owner).where(*here).distinct()
                needed |= {KeyName(case_id, clock, owner) for case_id, owner in db.execute(owned)}
    return needed
