"""What is read of a supervision's goals, evaluations and summary."""

from api.http.dependencies import Reading, ReadSeat
from api.http.routes import case_router
from mediation.reading.evaluations import EvaluationLine, read_evaluations
from mediation.reading.goals import GoalsView, read_goals
from mediation.reading.summaries import SummaryView, read_summary

goals = case_router("goals")
evaluations = case_router("evaluations")
summary = case_router("summary")
routers = (goals, evaluations, summary)


@goals.get("", name="read")
def read_all_goals(seat: ReadSeat, db: Reading) -> GoalsView:
    """The goals with your own ratings over time, and the group's spreads, each of five people or more."""
    return read_goals(db, seat)


@evaluations.get("", name="read")
def read_all_evaluations(seat: ReadSeat, db: Reading) -> list[EvaluationLine]:
    """What the group said together at its interim and closing evaluations."""
    return read_evaluations(db, seat)


@summary.get("", name="read")
def read_the_summary(seat: ReadSeat, db: Reading) -> SummaryView:
    """What the orderer is told: the settled words, and for those who take part the proposal."""
    return read_summary(db, seat)
