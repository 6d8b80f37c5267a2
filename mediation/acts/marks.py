"""Marks: the acts by which a participant accepts, answers, attends or undertakes something, and their correction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import ColumnElement, select, update

from mediation.acts.acting import Acting, act
from mediation.case.participants import find_party
from mediation.case.seat import OWN, Manner
from mediation.errors import NotFound, NotPermitted, NotYet
from mediation.store.database import Db
from mediation.store.models import Mark
from mediation.words.fields import Ids
from mediation.workflow.declaration import Trait, Way
from mediation.workflow.facts import CONSENT
from mediation.workflow.mark_kinds import correctable

BETWEEN_REQUESTS = timedelta(days=7)
WAYS_ON = ("pause", "open-caucus", "return", "assign-mediator", "discontinue")


def leave_mark(
    case: Acting,
    kind: str | None = None,
    *,
    about: str = "",
    value: str = "yes",
    whose: str | None = None,
    interpreted: Mapping[str, str] | None = None,
    words: Iterable[str] = (),
) -> Mark:
    """Set a mark for `whose` (by default the doer), and record the act; with the evidence of who `interpreted`, if anybody.

    `words` are those that the act wrote elsewhere.

    `kind` may be left out if the act leaves only one kind.
    The same again changes nothing and gives the current mark; another value ends and replaces it.
    """
    participant, kind = whose or case.doer.id, case.mark_kind(kind)
    current = find_mark(case.db, participant, kind, about)
    if current is not None and current.value == value:
        return current
    if current is not None:
        end_mark(case.db, current, "changed")
    new = Mark(participant_id=participant, kind=kind, about=about, value=value, paper=case.doer.paper)
    mark = case.write(new, **({"interpreted": interpreted} if interpreted else {}))
    told = [*words, *sorted((interpreted or {}).values())]
    case.record(mark.id, participant, value, *([about] if about else []), case.doer.recorded_by, words=told)
    return mark


def mark_and_tell(
    case: Acting,
    kind: str | None = None,
    *,
    to: Iterable[str],
    letter: str = "something-waits",
    about: str = "",
    value: str = "yes",
    whose: str | None = None,
    due_at: datetime | None = None,
    ends_with_it: bool = False,
) -> Mark:
    """Set a mark and, if it is new, write a letter about the same, due now or at `due_at`.

    One that `ends_with_it` is about the mark: once that has ended, a letter that still waits is not sent.
    """
    before = case.seat.case.version
    mark = leave_mark(case, kind, about=about, value=value, whose=whose)
    if case.seat.case.version != before:
        case.tell(to, letter, about=mark.id if ends_with_it else about, due_at=due_at)
    return mark


def ask_mediators(case: Acting, kind: str | None = None, *, about: str = "", value: str = "yes") -> Mark:
    """Set a mark that asks something of the mediators: while it stands, each of them gets a letter that something waits."""
    return mark_and_tell(case, kind, about=about, value=value, to=mediators_to_tell(case), ends_with_it=True)


def ask_once_more(case: Acting, kinds: tuple[str, str], participant_id: str, *, about: str) -> Mark:
    """Ask a participant by a letter for what they have not done: the first time, and from the second on, by one mark each.

    Refuses with `asked-too-soon` (seven days between the two).
    """
    first = find_mark(case.db, participant_id, kinds[0], about)
    if first is not None and case.db.now() - first.at < BETWEEN_REQUESTS:
        raise NotYet("asked-too-soon")
    kind = kinds[0] if first is None else kinds[1]
    return mark_and_tell(case, kind, about=about, whose=participant_id, to=[participant_id], letter="reminder")


def mediators_to_tell(case: Acting) -> set[str]:
    """The mediators who hear of this act by letter: all but the one who recorded it and so knows (workflow.md rule 20)."""
    return set(case.with_trait(Trait.LEADS)) - {case.doer.recorded_by}


def find_mark(db: Db, participant_id: str, kind: str, about: str = "") -> Mark | None:
    """The mark of this kind that is in force, if there is one."""
    return db.scalar(select(Mark).filter_by(participant_id=participant_id, kind=kind, about=about, ended_at=None))


def end_mark(db: Db, mark: Mark, why: str) -> None:
    """End a mark: as `changed`, `corrected`, `redone` or `withdrawn`."""
    mark.ended_at, mark.ended_why = db.now(), why
    db.flush()


def end_marks(db: Db, why: str, *which: ColumnElement[bool]) -> None:
    """End all marks in force that meet `which`, as `end_mark` does one."""
    db.execute(update(Mark).where(*which, Mark.ended_at.is_(None)).values(ended_at=db.now(), ended_why=why))


@act("correct-what-was-recorded")
def correct_mark(case: Acting, mark_id: str, manner: Manner = OWN) -> Mark:
    """Take back what was recorded of oneself: guards that depended on it are unmet again. Twice changes nothing.

    Only the participant can. What came from their own device can only be taken back there: a recorder's word does not count.
    After the preparation own consent is not corrected but withdrawn (`withdraw-instead`), unless a mediator recorded it.
    Refuses with `mark-not-found`, also for what somebody else asked of them or marked for the case, and with `own-hand-only`.
    """
    mark = case.find(Mark, mark_id, "mark-not-found", participant_id=case.doer.id)
    if not correctable(mark.kind):
        raise NotFound("mark-not-found")
    if case.doer.way == Way.SAID and mark.way != Way.SAID:
        raise NotPermitted("own-hand-only", act=case.entry)
    own, prepares = mark.recorded_by == case.doer.id, case.seat.case.phase == case.seat.workflow.initial.code
    if mark.kind == CONSENT and own and not prepares:
        raise NotYet("withdraw-instead")
    if mark.ended_at is None:
        end_mark(case.db, mark, "corrected")
        case.record(mark.id, mark.kind, case.doer.recorded_by)
    return mark


@act("say-ready", leaves="ready-for-solutions")
def say_ready(case: Acting, manner: Manner = OWN) -> Mark:
    """A party says that they have been heard and are ready to look for solutions."""
    return leave_mark(case)


@act("mark-impasse", leaves="impasse", correctable=False)
def mark_impasse(case: Acting) -> Sequence[str]:
    """The mediator marks that the table is stuck; gives the choices that the field offers.

    Each is an act or a transition of its own: a pause, a private talk, a smaller question, another mediator, closing.
    """
    leave_mark(case, about=case.seat.case.phase)
    return WAYS_ON


@act("mark-opening-turn", leaves="had-opening-turn")
def mark_opening_turn(case: Acting, participants: Annotated[Ids, Field(min_length=1)]) -> list[Mark]:
    """The mediator marks that parties have described their view and feelings, uninterrupted; never what they said.

    Refuses with `participant-not-found` and `not-a-party`.
    """
    parties = [find_party(case.db, case.seat, one) for one in participants]
    return [leave_mark(case.said(), whose=one.id) for one in parties]
