"""Evaluations: what a group says together of its supervision, in versions; it belongs to those who take part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, select

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text
from mediation.acts.goals import action_in, contract_in_force, find_evaluation, goals_of
from mediation.acts.marks import find_mark, leave_mark
from mediation.acts.taking_part import who_takes_part
from mediation.case.seat import Seat
from mediation.errors import NotFound
from mediation.store.database import Db
from mediation.store.models import AgreedText, Mark, remaining
from mediation.words.fields import Id, LanguageCode, NeededLine, NeededText, Text

KIND = "evaluation-words"  # of the text
WROTE = "wrote-evaluation"  # the kind of mark: about the session, its value the phase that is evaluated


@dataclass(frozen=True)
class WrittenEvaluation:
    """The newest words of one evaluation session in one language.

    `by_goal` is what the group says of each goal, with the goal as it was worded then.
    """

    id: str
    version: int
    at: datetime
    session: str
    language: str
    learnt: str
    by_goal: Sequence[Mapping[str, str]]
    wishes: str


@act("write-evaluation", leaves=WROTE, correctable=False)
def write_evaluation(
    case: Acting,
    session_id: Id,
    learnt: NeededText,
    *,
    by_goal: Annotated[Mapping[Id, NeededLine], Field(max_length=50)] = {},
    wishes: Text = "",
    language: LanguageCode = "fi",
) -> AgreedText:
    """The supervisor writes what the group said together at an evaluation session; those who take part read it.

    What was learnt, of each goal (by its lineage) what the group says of it, and what it wishes for next. Again in the same
    language it is the next version; in another one it stands beside. Refuses with `no-agreement-in-force`,
    `goal-not-found`, `session-not-found`, `not-an-evaluation` and `session-not-begun`.
    """
    session = find_evaluation(case, session_id)
    texts = goals_of(case.db, contract_in_force(case.db, case.seat))
    goals = {key: action_in(texts[key], language) for key in texts}
    if set(by_goal) - set(goals):
        raise NotFound("goal-not-found")
    said = [{"lineage": key, "goal": goals[key], "words": by_goal[key]} for key in goals if key in by_goal]
    words = {"session": session.id, "learnt": learnt, "by_goal": said, "wishes": wishes}
    if (same := _same(case.db, case.seat, language, words)) is not None:
        return same
    text = keep_text(case, KIND, {language: [words]}, asks=False)
    told = [learnt, *by_goal.values(), wishes]
    if find_mark(case.db, case.doer.id, WROTE, session.id) is not None:  # they were told of the first version
        case.record(text.id, session.id, words=told)
    else:
        leave_mark(case, about=session.id, value=_evaluated(case, session.id), words=told)
        case.tell(who_takes_part(case.db, case.seat), "reading-waits", about=text.id)
    return text


def _evaluated(case: Acting, session_id: str) -> str:
    """The phase that a session evaluates: that in which its evaluation was first written."""
    written = select(Mark.value).filter_by(case_id=case.id, kind=WROTE, about=session_id, ended_at=None)
    return case.db.scalar(written.limit(1)) or case.seat.case.phase


def _same(db: Db, seat: Seat, language: str, words: Mapping[str, Any]) -> AgreedText | None:
    """The newest text of this session in this language, if it says the same."""
    for one in evaluations_written(db, seat):
        if (one.session, one.language) == (words["session"], language):
            said = {"session": one.session, "learnt": one.learnt, "by_goal": list(one.by_goal), "wishes": one.wishes}
            return db.get_one(AgreedText, one.id) if said == words else None
    return None


def evaluations_written(db: Db, seat: Seat, *which: ColumnElement[bool]) -> list[WrittenEvaluation]:
    """What was written of each evaluation session, in each language the newest version; nothing of what was deleted."""
    rows = select(AgreedText).filter_by(case_id=seat.case.id, kind=KIND).where(*which).order_by(AgreedText.version)
    newest: dict[tuple[str, str], WrittenEvaluation] = {}
    for one in (each for row in db.scalars(rows) for each in _written(db, row)):
        newest[one.session, one.language] = one
    return list(newest.values())


def _written(db: Db, row: AgreedText) -> Iterator[WrittenEvaluation]:
    for language, [words] in (remaining(db, row, "words") or {}).items():
        yield WrittenEvaluation(id=row.id, version=row.version, at=row.at, language=language, **words)


def evaluated_phases(db: Db, seat: Seat) -> dict[str, str]:
    """The phase that each session evaluates of which an evaluation was written, by the id of the session."""
    written = select(Mark.about, Mark.value).filter_by(case_id=seat.case.id, kind=WROTE, ended_at=None)
    return {row.about: row.value for row in db.execute(written)}
