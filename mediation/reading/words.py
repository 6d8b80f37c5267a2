"""What a seat reads of what was said and written: statements, notes, the problem statement and the options."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, false, select, true

from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat, while_in
from mediation.case.visibility import Level, sees, sees_full
from mediation.reading.parts import Lines, Part, rows_of
from mediation.reading.view import ABSENT, IfSeen, columns, grouped, shown, view
from mediation.store.database import Db
from mediation.store.models import (
    Issue,
    Mark,
    Note,
    Option,
    Participant,
    ProblemStatement,
    ProblemText,
    RoleHeld,
    Statement,
)
from mediation.workflow.declaration import Trait


@view
class StatementLine:
    """What a party said, to the mediator or to the table."""

    id: str
    participant: str
    audience: str
    topic: str
    words: str | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    way: str
    recorded_by: str
    released_from: str | None
    at: datetime


@view
class NoteLine:
    """A mediator's own note, or one that the other mediator shared."""

    id: str
    author: str
    shared: bool
    words: str | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    at: datetime


@view
class ProblemWords:
    """The shared question and the common goals in one language."""

    words: str | None
    goals: list[str] | None
    deleted: IfSeen[bool] = ABSENT


@view
class IssueLine:
    """One question within the problem statement, by language; agreed or open."""

    id: str
    words: dict[str, str] | None
    deleted: IfSeen[bool] = ABSENT
    state: str


@view
class ProblemLine:
    """A version of the joint text, by language, with its single questions."""

    id: str
    version: int
    at: datetime
    texts: dict[str, ProblemWords]
    issues: list[IssueLine]


@view
class OptionLine:
    """A way out that somebody proposed; `reason` is why it was set aside."""

    id: str
    number: int
    proposed_by: str
    words: str | None
    deleted: IfSeen[bool] = ABSENT
    language: str
    state: str
    reason: str | None
    way: str
    recorded_by: str
    at: datetime


def read_statements(db: Db, seat: Seat, level: Level) -> list[StatementLine]:
    """The statements that this reader may hear, in the order in which they came."""
    return statements_of(db, seat, level, None).lines


def statements_of(db: Db, seat: Seat, level: Level, part: Part | None) -> Lines[StatementLine]:
    """A part of them, as `read_statements`. Refuses like `rows_of`."""
    return _statements(db, seat, true(), part)


def table_statements_of(db: Db, seat: Seat, level: Level, part: Part | None) -> Lines[StatementLine]:
    """A part of those that are for the table; nothing private is opened. Refuses like `rows_of`."""
    return _statements(db, seat, Statement.audience == "table", part)


def private_statements_of(db: Db, seat: Seat, level: Level, part: Part | None) -> Lines[StatementLine]:
    """A part of those that are for the mediators alone. Refuses like `rows_of`."""
    return _statements(db, seat, Statement.audience == "mediator", part)


def read_own_statement(db: Db, seat: Seat, statement: str) -> StatementLine | None:
    """One of the reader's own, or None; nobody else's words are opened."""
    own = (Statement.id == statement) & (Statement.participant_id == seat.participant_id)
    return next(iter(_statements(db, seat, own).lines), None)


def _statements(db: Db, seat: Seat, wanted: ColumnElement[bool], part: Part | None = None) -> Lines[StatementLine]:
    of_case = Statement.case_id == seat.case.id
    rows = select(columns(Statement, StatementLine)).where(of_case, statements_seen(seat), wanted)
    everything = sees_full(seat.roles, "private-statement")
    found, lines = rows_of(db, rows, (Statement.at, Statement.id), part), []
    for one in found.lines:
        known = everything or one.participant_id == seat.participant_id
        lines.append(shown(db, StatementLine, one, released_from=one.released_from if known else None))
    note_reads(db, seat, "statement", ((one.participant, one.id) for one in lines if not one.deleted))
    return Lines(lines, found.more)


def statements_seen(seat: Seat) -> ColumnElement[bool]:
    """Which statements a reader may hear, of those that their speaker has not corrected since."""
    return Statement.replaced_by.is_(None) & _heard(seat)


def _heard(seat: Seat) -> ColumnElement[bool]:
    mine, told = Statement.participant_id == seat.participant_id, Statement.audience == "table"
    private = sees(seat.roles, "private-statement")
    if private == Level.NOTHING:  # not even their own
        mine &= told
    if sees(seat.roles, "table-statement") == Level.OWN:
        return mine
    if not sees_full(seat.roles, "table-statement"):
        return mine | (told & while_in(seat, Statement.at, *seat.workflow.who(Trait.CONSENTS)))
    if private != Level.FULL:
        return told
    # A mediator who came later reads private words only where their speaker renewed them (workflow.md rule 5).
    leading = seat.workflow.who(Trait.LEADS)
    renewed = Mark.kind == "renewed", Mark.about == Statement.id, Mark.ended_at.is_(None)
    trusted = select(Mark.id).where(*renewed, while_in(seat, Mark.at, *leading)).exists()
    return told | while_in(seat, Statement.at, *leading) | trusted


def unread_by_leaders(db: Db, seat: Seat) -> set[str]:
    """The reader's own private statements that somebody who leads the case now may not read: they came after it was said."""
    leading = RoleHeld.role.in_(seat.workflow.who(Trait.LEADS)), Participant.case_id == seat.case.id
    held = select(RoleHeld.participant_id, RoleHeld.since, RoleHeld.until).join(Participant)
    times: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for who, since, until in db.execute(held.where(*leading)):
        times.setdefault(who, []).append((since, until))
    now = [some for some in times.values() if any(until is None for _, until in some)]
    renewed = (Mark.about == Statement.id) & (Mark.kind == "renewed") & Mark.ended_at.is_(None)
    mine = (Statement.participant_id == seat.participant_id) & (Statement.audience == "mediator")
    said = select(Statement.id, Statement.at, Mark.at).outerjoin(Mark, renewed)
    return {
        one
        for one, *moments in db.execute(said.where(mine, Statement.replaced_by.is_(None)))
        if not all(any(_within(each, some) for each in moments if each) for some in now)
    }


def _within(moment: datetime, times: Sequence[tuple[datetime, datetime | None]]) -> bool:
    return any(since <= moment and (until is None or until > moment) for since, until in times)


def read_notes(db: Db, seat: Seat, level: Level) -> list[NoteLine]:
    """A mediator's own notes, and those that another shared while they led the case, as long as they lead it."""
    return notes_of(db, seat, level, None).lines


def notes_of(db: Db, seat: Seat, level: Level, part: Part | None) -> Lines[NoteLine]:
    """The same, a part of them. Refuses like `rows_of`."""
    shared = Note.shared_at.is_not(None) & while_in(seat, Note.shared_at, *seat.workflow.who(Trait.LEADS))
    seen = (Note.author == seat.participant_id) | (shared if seat.is_any(Trait.LEADS) else false())
    rows = select(columns(Note, NoteLine)).where(Note.case_id == seat.case.id, seen)
    found = rows_of(db, rows, (Note.at, Note.id), part)
    lines = [shown(db, NoteLine, one, shared=one.shared_at is not None) for one in found.lines]
    others = (one for one in lines if one.author != seat.participant_id and not one.deleted)
    note_reads(db, seat, "note", ((one.author, one.id) for one in others))
    return Lines(lines, found.more)


def read_problem_statements(db: Db, seat: Seat, level: Level) -> list[ProblemLine]:
    """Every version of the joint text."""
    rows = db.execute(
        select(columns(ProblemStatement, ProblemLine), columns(ProblemText, ProblemWords), columns(Issue, IssueLine))
        .join(ProblemText, ProblemText.problem_statement_id == ProblemStatement.id)
        .outerjoin(Issue, Issue.problem_statement_id == ProblemStatement.id)
        .where(ProblemStatement.case_id == seat.case.id)
        .order_by(ProblemStatement.version, ProblemText.language, Issue.position)
    )
    lines = [
        shown(
            db,
            ProblemLine,
            one,
            texts={text.language: shown(db, ProblemWords, text) for text in texts},
            issues=[shown(db, IssueLine, issue) for issue in issues],
        )
        for [one], texts, issues in grouped(rows)
    ]
    there = (one.id for one in lines if not all(text.deleted for text in one.texts.values()))
    note_reads(db, seat, "problem-statement", ((JOINT, one) for one in there))
    return lines


def read_options(db: Db, seat: Seat, level: Level) -> list[OptionLine]:
    """The options by number."""
    return options_of(db, seat, level, None).lines


def options_of(db: Db, seat: Seat, level: Level, part: Part | None) -> Lines[OptionLine]:
    """The same, a part of them. Refuses like `rows_of`."""
    rows = select(columns(Option, OptionLine)).where(Option.case_id == seat.case.id)
    found = rows_of(db, rows, (Option.number, Option.id), part)
    lines = [shown(db, OptionLine, one) for one in found.lines]
    note_reads(db, seat, "option", ((one.proposed_by, one.id) for one in lines if not one.deleted))
    return Lines(lines, found.more)
