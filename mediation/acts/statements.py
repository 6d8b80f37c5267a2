"""Statements: what a party says, to the mediator only or to the table; releasing an exact sentence; a mediator's notes."""

from typing import Annotated

from mediation.acts.acting import Acting, act
from mediation.acts.marks import end_mark, find_mark, leave_mark, mediators_to_tell
from mediation.acts.stored_files import keep_in_confidence
from mediation.case.seat import OWN, Manner
from mediation.errors import Malformed, NotPermitted
from mediation.letters import outbox
from mediation.store.models import Letter, Mark, Note, Statement, get
from mediation.words.fields import LanguageCode, NeededText, Text, checked, choices
from mediation.workflow.declaration import Trait, Way

SPEECH_AUDIENCES = ("mediator", "table")  # to whom a party speaks, in a statement or a check-in
Audience = Annotated[str, choices(SPEECH_AUDIENCES)]


@act("speak-privately")
def speak_privately(
    case: Acting, words: NeededText, *, language: LanguageCode = "fi", manner: Manner = OWN
) -> Statement:
    """A party says something to the mediator only, who hears by letter that something waits.

    It stays private until the party releases an exact sentence of it.
    """
    return say_to_leaders(case, words, language)


def say_to_leaders(case: Acting, words: str, language: str) -> Statement:
    """Keep words for those who lead alone, who hear by letter that something waits; part of an act."""
    row = _said(case, words, language, audience="mediator", topic="private")
    case.tell(mediators_to_tell(case), about=row.id)
    return row


@act("speak-to-table")
def speak_to_table(
    case: Acting, words: NeededText, *, language: LanguageCode = "fi", manner: Manner = OWN
) -> Statement:
    """A party says something to everyone at the table."""
    return _said(case, words, language, audience="table", topic="opening")


@act("state-view", leaves="stated-view")
def state_view(
    case: Acting, words: Text = "", *, language: LanguageCode = "fi", manner: Manner = OWN
) -> Statement | None:
    """A party states own view of causes and effects; `words` may be empty when it was said in the room."""
    is_written = words or manner.way == Way.OWN_DEVICE
    row = _new(case, checked(words, "words"), language, audience="table", topic="view") if is_written else None
    leave_mark(case, value="stated")
    if row is not None:
        case.record(row.id, words=[words], entry="speak-to-table")
    return row


@act("pass-view", leaves="stated-view")
def pass_view(case: Acting, manner: Manner = OWN) -> Mark:
    """A party passes: nobody has to speak."""
    return leave_mark(case, value="passed")


@act("release-words")
def release_words(case: Acting, statement_id: str, sentence: Text, manner: Manner = OWN) -> Statement:
    """A party releases one exact sentence of an own private statement to the table; own hand only (workflow.md rule 5).

    Refuses with `statement-not-found` and `sentence-differs`. The same sentence twice is released once.
    """
    source = _own_private(case, statement_id)
    exact = sentence.strip()
    if not exact or exact not in get(case.db, source, "words"):
        raise Malformed("sentence-differs", field="sentence")
    for row in case.rows(Statement, released_from=source.id):
        if get(case.db, row, "words") == exact:
            return row
    like = {"audience": "table", "topic": "released", "released_from": source.id}
    return _said(case, exact, source.language, source.id, **like)


@act("correct-statement", permission="correct-what-was-recorded", entry="correct-what-was-recorded")
def correct_statement(
    case: Acting, statement_id: str, words: NeededText, *, language: LanguageCode = "fi", manner: Manner = OWN
) -> Statement:
    """The speaker replaces what was recorded with own words; the earlier ones stay in the record's digest only.

    Refuses with `statement-not-found`, and with `own-hand-only` for recording as said over words from the speaker's own device.
    """
    own = {"participant_id": case.doer.id, "replaced_by": None}
    earlier = case.find(Statement, statement_id, "statement-not-found", **own)
    if case.doer.way == Way.SAID and earlier.way != Way.SAID:
        raise NotPermitted("own-hand-only", act="correct-what-was-recorded")
    like = {name: getattr(earlier, name) for name in ("audience", "topic", "released_from")}
    row = _new(case, words, language, **like)
    earlier.replaced_by = row.id
    case.record(row.id, earlier.id, words=[words])
    return row


@act("renew-statement", leaves="renewed")
def renew_statement(case: Acting, statement_id: str, manner: Manner = OWN) -> Mark:
    """A party lets a later mediator read a private statement of theirs; own hand only (workflow.md rule 5).

    Refuses with `statement-not-found`.
    """
    row = _own_private(case, statement_id)
    current = find_mark(case.db, case.doer.id, "renewed", row.id)
    if current is not None:
        end_mark(case.db, current, "redone")  # renewed for the present mediators
    return leave_mark(case, about=row.id)


@act("write-note")
def write_note(case: Acting, words: NeededText, *, language: LanguageCode = "fi") -> Note:
    """A mediator writes a private note: for its author alone, under the author's own key."""
    note = case.write(Note(author=case.doer.id, language=language), words=words)
    case.record(note.id, words=[words])
    return note


@act("share-note")
def share_note(case: Acting, note_id: str) -> Note:
    """The author shares a note with those who mediate this case with them now. Twice changes nothing.

    Refuses with `note-not-found`, also for a note of somebody else.
    """
    note = case.find(Note, note_id, "note-not-found", author=case.doer.id)
    if note.shared_at is None:
        case.change(note, shared_at=case.db.now())
        case.tell((one for one in case.with_trait(Trait.LEADS) if one != case.doer.id), about=note.id)
    return note


@act("unshare-note")
def unshare_note(case: Acting, note_id: str) -> Note:
    """The author takes back that they shared a note: from now on it is theirs alone again. Twice changes nothing.

    Refuses with `note-not-found`, also for a note of somebody else.
    """
    note = case.find(Note, note_id, "note-not-found", author=case.doer.id)
    if case.change(note, shared_at=None):
        outbox.call_off(case.db, Letter.about == note.id)
    return note


def _own_private(case: Acting, statement_id: str) -> Statement:
    own = {"participant_id": case.doer.id, "audience": "mediator"}
    return case.find(Statement, statement_id, "statement-not-found", **own)


def _said(case: Acting, words: str, language: str, *about: str, **like: str) -> Statement:
    row = _new(case, words, language, **like)
    case.record(row.id, *about, words=[words])
    return row


def _new(case: Acting, words: str, language: str, **like: str | None) -> Statement:
    row = case.write(Statement(participant_id=case.doer.id, language=language, **like), words=words)
    if row.audience == "mediator":
        keep_in_confidence(case.db, case.doer)
    return row
