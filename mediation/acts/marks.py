"""Marks: the acts by which a participant accepts, answers, attends or undertakes something, and their correction."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select

from mediation.case import record
from mediation.case.seat import OWN, Doer, Manner, Seat, find_party, holders, permit
from mediation.errors import NotFound, NotPermitted, NotYet
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Mark
from mediation.workflow.declaration import MEDIATORS, Way

# What somebody said or attended, as it was recorded of them. What the mediator asked of them or marked of the case is
# not theirs to take back.
CORRECTABLE = frozenset(
    {
        "accepted-ground-rules",
        "accepted-problem-statement",
        "agreed-to-mediate",
        "asked-for-caucus",
        "asked-for-change",
        "asked-for-help",
        "asked-to-talk",
        "attended",
        "declined-to-sign",
        "had-opening-turn",
        "let-table-go-on",
        "ready-for-solutions",
        "renewed",
        "responded",
        "stated-view",
        "ties-answered",
        "took-time",
        "undertook-confidentiality",
        "waived-follow-ups",
        "waived-separate-meeting",
    }
)
WAYS_ON = ("pause", "open-caucus", "return", "assign-mediator", "discontinue")


def leave_mark(
    db: Db,
    seat: Seat,
    doer: Doer,
    act: str,
    kind: str,
    *,
    about: str = "",
    value: str = "yes",
    whose: str | None = None,
) -> Mark:
    """Let a mark of `kind` stand for `whose` (the doer, unless it is said), and record the act.

    The same again changes nothing and gives the mark that stands; another value ends it and takes its place.
    """
    participant = whose or doer.id
    standing = find_mark(db, participant, kind, about)
    if standing is not None and standing.value == value:
        return standing
    if standing is not None:
        end_mark(db, standing, "changed")
    mark = Mark(
        id=db.new_id(),
        case_id=seat.case.id,
        participant_id=participant,
        kind=kind,
        about=about,
        value=value,
        way=doer.way,
        recorded_by=doer.recorded_by,
        paper=doer.paper,
        at=db.now(),
    )
    db.add(mark)
    db.flush()
    seen = [mark.id, participant, value, *([about] if about else []), doer.recorded_by]
    record.append(db, seat.case, act, actor=doer.id, way=doer.way, about=seen)
    return mark


def mark_and_tell(
    db: Db,
    seat: Seat,
    doer: Doer,
    act: str,
    kind: str,
    *,
    to: Iterable[str],
    letter: str = "something-waits",
    about: str = "",
    whose: str | None = None,
    params: Mapping[str, object] | None = None,
    due_at: datetime | None = None,
) -> Mark:
    """Leave a mark and, unless it stood already, write a letter to those who have to know of it, due now or at `due_at`."""
    before = seat.case.version
    mark = leave_mark(db, seat, doer, act, kind, about=about, whose=whose)
    if seat.case.version != before:
        outbox.announce(db, seat.case.id, letter, to, params=params, about=about or mark.id, due_at=due_at)
    return mark


def ask_mediators(db: Db, seat: Seat, doer: Doer, act: str, kind: str, *, about: str = "") -> Mark:
    """Leave a mark that asks something of the mediators: every one of them hears that something waits."""
    return mark_and_tell(db, seat, doer, act, kind, about=about, to=holders(db, seat.case.id, *MEDIATORS))


def find_mark(db: Db, participant_id: str, kind: str, about: str = "") -> Mark | None:
    """The standing mark of this kind, if there is one."""
    query = select(Mark).where(Mark.participant_id == participant_id, Mark.kind == kind, Mark.about == about)
    return db.scalar(query.where(Mark.ended_at.is_(None)))


def end_mark(db: Db, mark: Mark, why: str) -> None:
    """Let a mark stand no longer: `changed`, `corrected`, `redone` or `withdrawn`."""
    mark.ended_at, mark.ended_why = db.now(), why
    db.flush()


def correct_mark(db: Db, seat: Seat, mark_id: str, manner: Manner = OWN) -> None:
    """Take back what was recorded of oneself, so that what rested on it is unmet again. Twice changes nothing.

    Only the participant can, and by own hand what came by own hand: a recorder's word never stands against theirs.
    After the preparation consent is not corrected but withdrawn (`withdraw-instead`). Refuses with `mark-not-found`,
    also what somebody else asked of them or marked of the case, and `own-hand-only`.
    """
    doer = permit(db, seat, "correct-what-was-recorded", manner)
    mark = db.get(Mark, mark_id)
    if mark is None or mark.case_id != seat.case.id or mark.participant_id != doer.id:
        raise NotFound("mark-not-found")
    if mark.kind not in CORRECTABLE:
        raise NotFound("mark-not-found")
    if doer.way == Way.SAID and mark.way != Way.SAID:
        raise NotPermitted("own-hand-only", act="correct-what-was-recorded")
    if mark.kind == "agreed-to-mediate" and seat.case.phase != seat.workflow.initial.code:
        raise NotYet("withdraw-instead")
    if mark.ended_at is None:
        end_mark(db, mark, "corrected")
        about = [mark.id, mark.kind, doer.recorded_by]
        record.append(db, seat.case, "correct-what-was-recorded", actor=doer.id, way=doer.way, about=about)


def accept_ground_rules(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A party accepts the ground rules of the table."""
    doer = permit(db, seat, "accept-ground-rules", manner)
    return leave_mark(db, seat, doer, "accept-ground-rules", "accepted-ground-rules")


def say_ready(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A party says that they have been heard and are ready to look for ways out."""
    doer = permit(db, seat, "say-ready", manner)
    return leave_mark(db, seat, doer, "say-ready", "ready-for-solutions")


def mark_impasse(db: Db, seat: Seat) -> tuple[str, ...]:
    """The mediator marks that the table is stuck; gives the ways on that the field offers.

    They are acts and transitions of their own: a pause, a private talk, a smaller question, another mediator, closing.
    """
    doer = permit(db, seat, "mark-impasse")
    leave_mark(db, seat, doer, "mark-impasse", "impasse", about=seat.case.phase)
    return WAYS_ON


def mark_opening_turn(db: Db, seat: Seat, participant_id: str) -> Mark:
    """The mediator marks that a party has told own view and feelings, uninterrupted; never what was told.

    Refuses with `participant-not-found` and `not-a-party`.
    """
    doer = permit(db, seat, "mark-opening-turn")
    find_party(db, seat, participant_id)
    return leave_mark(
        db, seat, Doer(doer.id, Way.SAID, doer.id), "mark-opening-turn", "had-opening-turn", whose=participant_id
    )
