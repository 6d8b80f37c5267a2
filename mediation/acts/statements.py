"""Statements: what a party says, to the mediator only or to the table; releasing an exact sentence; a mediator's notes."""

from sqlalchemy import select

from mediation.acts.marks import end_mark, find_mark, leave_mark
from mediation.acts.stored_files import keep_in_confidence
from mediation.case import record
from mediation.case.seat import OWN, Doer, Manner, Seat, permit
from mediation.errors import Malformed, NotFound, NotPermitted
from mediation.store.database import Db
from mediation.store.models import Mark, Note, Statement, get, put
from mediation.words.catalogue import known_language
from mediation.words.fields import TEXT, checked
from mediation.workflow.declaration import Way

AUDIENCES = ("mediator", "table")


def speak_privately(db: Db, seat: Seat, words: str, *, language: str, manner: Manner = OWN) -> Statement:
    """A party says something to the mediator only. It stays private until the party releases an exact sentence of it."""
    doer = permit(db, seat, "speak-privately", manner)
    row = _new(db, seat, doer, "mediator", "private", words, language)
    record.append(db, seat.case, "speak-privately", actor=doer.id, way=doer.way, about=[row.id], words=[words])
    return row


def speak_to_table(db: Db, seat: Seat, words: str, *, language: str, manner: Manner = OWN) -> Statement:
    """A party says something to everyone at the table."""
    doer = permit(db, seat, "speak-to-table", manner)
    row = _new(db, seat, doer, "table", "opening", words, language)
    record.append(db, seat.case, "speak-to-table", actor=doer.id, way=doer.way, about=[row.id], words=[words])
    return row


def state_view(db: Db, seat: Seat, words: str, *, language: str, manner: Manner = OWN) -> Statement | None:
    """A party states own view of causes and effects; `words` may be empty when it was said in the room."""
    doer = permit(db, seat, "state-view", manner)
    row = _new(db, seat, doer, "table", "view", words, language) if words or manner.way == Way.OWN_DEVICE else None
    leave_mark(db, seat, doer, "state-view", "stated-view", value="stated")
    if row is not None:
        record.append(db, seat.case, "speak-to-table", actor=doer.id, way=doer.way, about=[row.id], words=[words])
    return row


def pass_view(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A party passes: nobody has to speak."""
    doer = permit(db, seat, "pass-view", manner)
    return leave_mark(db, seat, doer, "pass-view", "stated-view", value="passed")


def release_words(db: Db, seat: Seat, statement_id: str, sentence: str, manner: Manner = OWN) -> Statement:
    """A party releases one exact sentence of an own private statement to the table; own hand only (workflow.md rule 5).

    Refuses with `statement-not-found` and `sentence-differs`. The same sentence twice is released once.
    """
    doer = permit(db, seat, "release-words", manner)
    source = find_statement(db, seat, statement_id)
    if source.participant_id != doer.id or source.audience != "mediator":
        raise NotFound("statement-not-found")
    exact = sentence.strip()
    if not exact or exact not in get(db, source, "words"):
        raise Malformed("sentence-differs", field="sentence")
    for row in db.scalars(select(Statement).where(Statement.released_from == source.id)):
        if get(db, row, "words") == exact:
            return row
    row = _new(db, seat, doer, "table", "released", exact, source.language)
    row.released_from = source.id
    db.flush()
    record.append(db, seat.case, "release-words", actor=doer.id, way=doer.way, about=[row.id, source.id], words=[exact])
    return row


def correct_statement(
    db: Db, seat: Seat, statement_id: str, words: str, *, language: str, manner: Manner = OWN
) -> Statement:
    """The speaker puts own words in place of what was recorded; the earlier stays in the record's digest only.

    Refuses with `statement-not-found`, and with `own-hand-only` saying so of what came by own hand.
    """
    doer = permit(db, seat, "correct-what-was-recorded", manner)
    earlier = find_statement(db, seat, statement_id)
    if earlier.participant_id != doer.id or earlier.replaced_by is not None:
        raise NotFound("statement-not-found")
    if doer.way == Way.SAID and earlier.way != Way.SAID:
        raise NotPermitted("own-hand-only", act="correct-what-was-recorded")
    row = _new(db, seat, doer, earlier.audience, earlier.topic, words, language)
    row.released_from = earlier.released_from
    earlier.replaced_by = row.id
    db.flush()
    about = [row.id, earlier.id]
    record.append(db, seat.case, "correct-what-was-recorded", actor=doer.id, way=doer.way, about=about, words=[words])
    return row


def renew_statement(db: Db, seat: Seat, statement_id: str, manner: Manner = OWN) -> Mark:
    """A party lets a mediator who came later read an own private statement; own hand only (workflow.md rule 5).

    Refuses with `statement-not-found`.
    """
    doer = permit(db, seat, "renew-statement", manner)
    row = find_statement(db, seat, statement_id)
    if row.participant_id != doer.id or row.audience != "mediator":
        raise NotFound("statement-not-found")
    standing = find_mark(db, doer.id, "renewed", row.id)
    if standing is not None:
        end_mark(db, standing, "redone")  # renewed for the mediators of now, whoever they are
    return leave_mark(db, seat, doer, "renew-statement", "renewed", about=row.id)


def write_note(db: Db, seat: Seat, words: str, *, language: str) -> Note:
    """A mediator writes a private note: for its author alone, under the author's own key."""
    doer = permit(db, seat, "write-note")
    row = Note(id=db.new_id(), case_id=seat.case.id, author=doer.id, language=known_language(language), at=db.now())
    put(db, row, "words", checked(words, "words", TEXT))
    db.add(row)
    db.flush()
    record.append(db, seat.case, "write-note", actor=doer.id, about=[row.id])
    return row


def find_statement(db: Db, seat: Seat, statement_id: str) -> Statement:
    """A statement of the seat's case. Refuses with `statement-not-found`."""
    row = db.get(Statement, statement_id)
    if row is None or row.case_id != seat.case.id:
        raise NotFound("statement-not-found")
    return row


def _new(db: Db, seat: Seat, doer: Doer, audience: str, topic: str, words: str, language: str) -> Statement:
    row = Statement(
        id=db.new_id(),
        case_id=seat.case.id,
        participant_id=doer.id,
        audience=audience,
        topic=topic,
        language=known_language(language),
        way=doer.way,
        recorded_by=doer.recorded_by,
        at=db.now(),
    )
    put(db, row, "words", checked(words, "words", TEXT))
    db.add(row)
    db.flush()
    if audience == "mediator":
        keep_in_confidence(db, doer)
    return row
