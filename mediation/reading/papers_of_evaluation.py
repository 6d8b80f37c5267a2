"""The evaluations as papers: what the group said together, goal by goal, and how its ratings spread where that is told."""

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, select

from mediation.acts.evaluations import KIND, WROTE
from mediation.case.seat import Seat
from mediation.case.visibility import Level
from mediation.documents.papers import Quoted, written_in
from mediation.reading.evaluations import EvaluationLine, evaluations_seen, read_evaluations
from mediation.reading.goals import GoalsView, read_goals, takes_part_or_leads
from mediation.reading.paper_view import Paper
from mediation.store.database import Db
from mediation.store.models import AgreedText, Mark


def evaluation_paper(phase: str) -> Paper:
    """The paper of the evaluations of a phase, of each session in the reader's language where it is written in that."""

    def is_written(db: Db, seat: Seat) -> bool:
        seen = exists().where(AgreedText.case_id == seat.case.id, AgreedText.kind == KIND, *evaluations_seen(seat))
        written = Mark.case_id == seat.case.id, Mark.kind == WROTE, Mark.value == phase, Mark.ended_at.is_(None)
        return takes_part_or_leads(db, seat) and bool(db.scalar(select(seen & exists().where(*written))))

    def read(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
        lines = [one for one in read_evaluations(db, seat) if one.phase == phase]
        goals = read_goals(db, seat)
        told = [
            _in_language([one for one in lines if one.session == session], language) for session in _sessions(lines)
        ]
        return {"meetings": [_meeting(db, one, goals, language) for one in told]}

    return Paper({Level.FULL}, is_written, read)


def _sessions(lines: Sequence[EvaluationLine]) -> list[str]:
    return list(dict.fromkeys(one.session for one in lines))


def _in_language(lines: Sequence[EvaluationLine], language: str) -> EvaluationLine:
    return next((one for one in lines if one.language == language), lines[0])


def _meeting(db: Db, one: EvaluationLine, goals: GoalsView, language: str) -> Mapping[str, object]:
    labels = {each.lineage: each.label for each in goals.goals}
    return {
        "day": one.held_at.astimezone(db.zone).date(),
        "learnt": Quoted(one.learnt, one.language),
        "goals": [
            {
                "label": labels.get(each.lineage, ""),
                "goal": Quoted(each.goal, one.language),
                "words": Quoted(each.words, one.language),
            }
            for each in one.by_goal
        ],
        "spread": _spread(one.session, goals, language),
        "wishes": Quoted(one.wishes, one.language),
    }


def _spread(session: str, goals: GoalsView, language: str) -> Sequence[Mapping[str, object]]:
    """How the ratings of a session spread, goal by goal; empty where that is not told."""
    texts = {one.lineage: (one.label, one.texts) for one in goals.goals}
    rounds = [one for one in goals.rounds or () if one.session == session]
    return [
        {"label": texts[each.lineage][0], "goal": written_in(texts[each.lineage][1], language), "numbers": each.numbers}
        for one in rounds
        for each in one.spreads
        if each.lineage in texts
    ]


INTERIM_EVALUATION = evaluation_paper("interim-evaluation")
CLOSING_EVALUATION = evaluation_paper("closing-evaluation")
