"""What a seat reads of the evaluations of a supervision: what the group said together, and nothing of anybody alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from mediation.acts.evaluations import evaluated_phases, evaluations_written
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat, level_of, while_in
from mediation.errors import NotPermitted
from mediation.reading.goals import takes_part_or_leads
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import AgreedText, Meeting
from mediation.workflow.declaration import Trait


@view
class GoalWordsLine:
    """What the group says of a goal, as that was worded then."""

    lineage: str
    goal: str
    words: str


@view
class EvaluationLine:
    """What was written of an evaluation session in one language, its newest version."""

    id: str
    version: int
    at: datetime
    session: str
    held_at: datetime
    phase: str
    language: str
    learnt: str
    by_goal: list[GoalWordsLine]
    wishes: str


def read_evaluations(db: Db, seat: Seat) -> list[EvaluationLine]:
    """The evaluations by the time of their sessions; none that was written before the reader came.

    Refuses with `not-yours-to-see` whoever takes no part, also a manager who signs the contract and takes no part.
    """
    level_of(seat, "evaluation")
    if not takes_part_or_leads(db, seat):
        raise NotPermitted("not-yours-to-see")
    phases = evaluated_phases(db, seat)
    held = {one.id: one.begun_at or one.planned_at for one in _sessions(db, seat, list(phases))}
    lines = [
        EvaluationLine(
            id=one.id,
            version=one.version,
            at=one.at,
            session=one.session,
            held_at=held[one.session],
            phase=phases[one.session],
            language=one.language,
            learnt=one.learnt,
            by_goal=[GoalWordsLine(**each) for each in one.by_goal],
            wishes=one.wishes,
        )
        for one in evaluations_written(db, seat, *evaluations_seen(seat))
    ]
    note_reads(db, seat, "evaluation", [(JOINT, one.id) for one in lines])
    return sorted(lines, key=lambda one: (one.held_at, one.session, one.language))


def evaluations_seen(seat: Seat) -> list[ColumnElement[bool]]:
    """Which versions a reader may see: what was said in the group before they came is not theirs."""
    if seat.is_any(Trait.LEADS):
        return []
    return [while_in(seat, AgreedText.at, *seat.workflow.who(Trait.CONSENTS))]


def _sessions(db: Db, seat: Seat, ids: Sequence[str]) -> Sequence[Meeting]:
    return db.scalars(select(Meeting).where(Meeting.case_id == seat.case.id, Meeting.id.in_(ids))).all()
