"""What people say and write: screening answers, statements, notes, problem statements and options."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.models.base import CODE, ID, CaseRow, InLanguage, Recorded, case_key, encrypted

CONTENT = case_key(DeletionClock.CONTENT)


def _of_the_speaker(row: "Statement") -> KeyName:
    if row.audience == "mediator":
        return KeyName(row.case_id, DeletionClock.PRIVATE, row.participant_id)
    return CONTENT(row)


def _of_the_participant(row: "Needs") -> KeyName:
    return KeyName(row.case_id, DeletionClock.PRIVATE, row.participant_id)


def _of_the_respondent(row: "ScreeningAnswer") -> KeyName:
    return KeyName(row.case_id, DeletionClock.PRIVATE, row.respondent)


def _of_the_worried(row: "Concern") -> KeyName:
    return KeyName(row.case_id, DeletionClock.PRIVATE, row.participant_id)


class Referral(InLanguage, CaseRow, table="referrals"):
    """What a referral says besides its subject and whom it names (`Case.referral`), as JSON; `author` wrote it."""

    author: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    words: Mapped[bytes] = encrypted(CONTENT)
    at: Mapped[datetime]


class Needs(Recorded, InLanguage, CaseRow, table="needs"):
    """What a party tells the mediators alone of taking part: phone, availability, access, health, union, as JSON."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), unique=True)
    words: Mapped[bytes] = encrypted(_of_the_participant)


class Screening(InLanguage, CaseRow, table="screenings"):
    """An assessment whether mediation is suitable; the newest one with an outcome counts.

    `safeguards` are codes with commas between them.
    """

    number: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(CODE)
    safeguards: Mapped[str] = mapped_column(String(400), default="")
    review_on: Mapped[date | None]
    words: Mapped[bytes | None] = encrypted(CONTENT, optional=True)
    begun_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class ScreeningAnswer(InLanguage, CaseRow, table="screening_answers"):
    """One respondent's answer to one of the eighteen questions."""

    screening_id: Mapped[str] = mapped_column(ID, ForeignKey("screenings.id"), index=True)
    respondent: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    question: Mapped[str] = mapped_column(String(4))
    answer: Mapped[bytes] = encrypted(_of_the_respondent)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("screening_id", "respondent", "question", name="uq_screening_answers_once"),)


class SafeguardNote(InLanguage, CaseRow, table="safeguards"):
    """How a safeguard that the screening asked for is in place, in the words of the mediator who put it there."""

    safeguard: Mapped[str] = mapped_column(CODE)
    put_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    words: Mapped[bytes] = encrypted(CONTENT)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("case_id", "put_by", "safeguard", name="uq_safeguards_once"),)


class Statement(Recorded, InLanguage, CaseRow, table="statements"):
    """What a party says, to the mediator only or to the table."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    audience: Mapped[str] = mapped_column(CODE)  # mediator, table
    topic: Mapped[str] = mapped_column(CODE)  # view, opening, private, wellbeing, leaving, released
    words: Mapped[bytes] = encrypted(_of_the_speaker)
    released_from: Mapped[str | None] = mapped_column(ID, ForeignKey("statements.id"), index=True)
    replaced_by: Mapped[str | None] = mapped_column(ID)  # the speaker's own correction


class Concern(Recorded, InLanguage, CaseRow, table="concerns"):
    """What a party says to the mediators alone about somebody who is to join, and how a mediator settled it."""

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    about_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    words: Mapped[bytes] = encrypted(_of_the_worried)
    settled_at: Mapped[datetime | None]
    settled_how: Mapped[str | None] = mapped_column(CODE)  # another-person, part-of-session, as-it-is, taken-back
    settlement: Mapped[bytes | None] = encrypted(_of_the_worried, optional=True)
    settlement_language: Mapped[str | None] = mapped_column(String(2))


class Note(InLanguage, CaseRow, table="notes"):
    """A mediator's private note, which only its author reads until they share it with the other mediator."""

    author: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    words: Mapped[bytes] = encrypted(lambda row: KeyName(row.case_id, DeletionClock.NOTES, row.author))
    at: Mapped[datetime]
    shared_at: Mapped[datetime | None]


class Draft(CaseRow, table="drafts"):
    """What somebody is writing in a form of a case and has not sent yet: its fields, as JSON, for themselves alone.

    `form` is an act and where it is done. No record tells of it, and no deletion clock that others see.
    """

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"))
    form: Mapped[str] = mapped_column(String(200))
    words: Mapped[bytes] = encrypted(lambda row: KeyName(row.case_id, DeletionClock.DRAFTS, row.participant_id))
    at: Mapped[datetime] = mapped_column(index=True)  # when it was saved last

    __table_args__ = (UniqueConstraint("participant_id", "form", name="uq_drafts_once"),)


class Complaint(InLanguage, CaseRow, table="complaints"):
    """What somebody at a case complains of about a mediator (`about`), for whoever the provider named; no mediator sees it.

    The record of the case does not tell of it, for mediators read that. `organisation_id` is the provider, `contact` how
    to reach who complains.
    """

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    about: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ID, ForeignKey("organisations.id"), index=True)
    words: Mapped[bytes] = encrypted(case_key(DeletionClock.AGREEMENT))
    contact: Mapped[bytes | None] = encrypted(case_key(DeletionClock.AGREEMENT), optional=True)
    at: Mapped[datetime]
    opened_at: Mapped[datetime | None]  # when somebody whom the provider named first read it


class ProblemStatement(CaseRow, table="problem_statements"):
    """A version of the joint text with the common goals; the newest one is current."""

    version: Mapped[int]
    goal_count: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("case_id", "version", name="uq_problem_statements_version"),)


class ProblemText(InLanguage, CaseRow, table="problem_texts"):
    """The words of a problem statement in one language: the shared question and the goals."""

    problem_statement_id: Mapped[str] = mapped_column(ID, ForeignKey("problem_statements.id"), index=True)
    words: Mapped[bytes] = encrypted(CONTENT)
    goals: Mapped[bytes] = encrypted(CONTENT)

    __table_args__ = (UniqueConstraint("problem_statement_id", "language", name="uq_problem_texts_language"),)


class Issue(CaseRow, table="issues"):
    """One question within the problem statement, agreed or open. `words` are by language."""

    problem_statement_id: Mapped[str] = mapped_column(ID, ForeignKey("problem_statements.id"), index=True)
    position: Mapped[int]
    words: Mapped[bytes] = encrypted(CONTENT)
    state: Mapped[str] = mapped_column(CODE, default="open")


class Option(Recorded, InLanguage, CaseRow, table="options"):
    """A way out that somebody proposes: open, adopted or set aside."""

    number: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    words: Mapped[bytes] = encrypted(CONTENT)
    state: Mapped[str] = mapped_column(CODE, default="open")
    reason: Mapped[bytes | None] = encrypted(CONTENT, optional=True)

    __table_args__ = (UniqueConstraint("case_id", "number", name="uq_options_number"),)
