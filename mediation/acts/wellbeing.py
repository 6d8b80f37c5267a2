"""Well-being: whether it did somebody harm that they took part, and who is to be offered a support person (rule 24)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.marks import leave_mark, mediators_to_tell
from mediation.acts.stored_files import keep_in_confidence
from mediation.case.leaving_question import TOPIC
from mediation.case.participants import find_party
from mediation.case.seat import OWN, Manner, Seat
from mediation.errors import NotYet
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Letter, Mark, Statement
from mediation.words.catalogue import say
from mediation.words.fields import LanguageCode, Text, checked, choices

ANSWERS = ("no", "yes", "rather-not-say")
ASKED_AFTER = timedelta(weeks=2)
QUESTION = "question-waits"  # the kind of letter
Harm = Annotated[str, choices(ANSWERS)]
WAYS_TO_LEAVE = ("all-right", "talk", "help")
Leaving = Annotated[str, choices(WAYS_TO_LEAVE)]


def ask_after(db: Db, seat: Seat, kind: str, session_id: str, parties: Iterable[str], *, ended_at: datetime) -> None:
    """Ask `parties` two weeks after a session of such a kind whether it did them harm that they took part; part of its end.

    Whom a letter asks that has not reached them yet, as in a quiet time, gets no second one; nor is anybody asked about a
    session for which that time has passed already (workflow.md rule 18).
    """
    asked_at = ended_at + ASKED_AFTER
    if not seat.workflow.session_kinds[kind].asked_after or asked_at <= db.now():
        return
    waiting = Letter.case_id == seat.case.id, Letter.kind == QUESTION, Letter.delivered_at.is_(None)
    asked = set(db.scalars(select(Letter.participant_id).where(*waiting, Letter.called_off_at.is_(None))))
    outbox.announce(db, seat.case.id, QUESTION, set(parties) - asked, about=session_id, due_at=asked_at)


def is_too_late(db: Db, case_id: str, participant_id: str) -> bool:
    """Whether the private words of a party, or those of the whole case, were deleted for good: no answer is kept then."""
    # Who never said anything in private has no key of their own that could be gone.
    clocks = KeyName(case_id, DeletionClock.PRIVATE, participant_id), KeyName(case_id, DeletionClock.CONTENT)
    return any(db.keys.is_gone(one) for one in clocks)


@act("answer-wellbeing")
def answer_wellbeing(
    case: Acting, answer: Harm, *, words: Text = "", language: LanguageCode = "fi", manner: Manner = OWN
) -> Statement:
    """A party tells the mediators alone whether it did them harm that they took part; in own words, if they wish.

    At any time, also without having been asked. It is a private statement like any other: under the party's own key, to be
    released by nobody else. The mediators get the same letter whatever the answer. Refuses with `too-late` once the private
    words were deleted: nothing more is taken in.
    """
    return _answered(
        case, say(f"wellbeing.{answer}", case.seat.workflow.speaking(language)), words, language, topic="wellbeing"
    )


@act("answer-leaving")
def answer_leaving(
    case: Acting, answer: Leaving, *, words: Text = "", language: LanguageCode = "fi", manner: Manner = OWN
) -> Statement:
    """A party tells the mediators alone how they leave a session: all right, with a wish to talk, or in need of help.

    Each is asked alone when a session of the table has ended. Otherwise like `answer_wellbeing`: a private statement, and
    the same letter to the mediators whatever the answer. Refuses with `too-late`.
    """
    return _answered(
        case, say(f"leaving.{answer}", case.seat.workflow.speaking(language)), words, language, topic=TOPIC
    )


def _answered(case: Acting, said: str, words: str, language: str, *, topic: str) -> Statement:
    if is_too_late(case.db, case.id, case.doer.id):
        raise NotYet("too-late")
    text = f"{said}\n\n{checked(words, 'words')}" if words else said
    row = Statement(participant_id=case.doer.id, language=language, audience="mediator", topic=topic)
    case.write(row, words=text)
    keep_in_confidence(case.db, case.doer)
    case.record(row.id, words=[text])
    case.tell(mediators_to_tell(case))
    return row


@act("advise-support", leaves="support-to-offer", correctable=False)
def advise_support(case: Acting, participant_id: str) -> Mark:
    """The mediator notes that a party is to be offered a support person, as where they are under 18 or an apprentice.

    Neither age nor date of birth is kept, nor why. Until somebody supports them, the mediators are warned at the opening.
    Twice changes nothing. Refuses with `participant-not-found` and `not-a-party`.
    """
    return leave_mark(case.said(), whose=find_party(case.db, case.seat, participant_id).id)
