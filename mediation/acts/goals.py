"""Goals: each rates those of the contract for themselves, and the spread of a group is counted once an evaluation."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import find_agreement_in_force
from mediation.acts.annexes import read_lines
from mediation.acts.calls import marked_there
from mediation.acts.marks import find_mark, leave_mark
from mediation.acts.sessions import find_session
from mediation.acts.taking_part import evaluating, the_group
from mediation.case.seat import Seat
from mediation.errors import Malformed, NotFound, NotYet
from mediation.store.database import Db
from mediation.store.models import Agreement, Commitment, GoalRating, GoalSpread, Meeting, get
from mediation.words.fields import Id, Rating

RATED = "rated-goals"  # the kind of mark: about the evaluation session, or about nothing
CLOSED = "closed-rating"  # about the evaluation session, for the case
FEWEST = 5  # of the group: of fewer no spread is told
TIME_TO_RATE = timedelta(days=7)  # after the session; then it can be closed though somebody has not rated
APART = timedelta(days=30)  # two spreads within that time are told only if the same people rated
NUMBERS = (1, 2, 3, 4, 5)


@act("rate-goals", leaves=RATED, correctable=False)
def rate_goals(
    case: Acting,
    ratings: Annotated[Mapping[Id, Rating], Field(max_length=50)],
    *,
    session_id: Id | None = None,
) -> GoalRating:
    """Rate the goals of the contract from 1 to 5, for an evaluation session or beside one. Nobody else reads it.

    By the lineage of a goal; one that is left out is one that they would rather not rate. For the same session, or beside
    one on the same day, a later rating takes the place of the earlier one. Refuses with `no-agreement-in-force`,
    `goal-not-found`, `rating-needed` (not one goal is rated), `session-not-found`, `not-an-evaluation`, and `rating-closed`
    once the spread of that session was counted.
    """
    contract = contract_in_force(case.db, case.seat)
    if set(ratings) - set(goals_of(case.db, contract)):
        raise NotFound("goal-not-found")
    if not ratings:
        raise Malformed("rating-needed", field="ratings")
    if session_id is not None:
        find_evaluation(case, session_id)
        if case.row(GoalSpread, session_id=session_id) is not None:
            raise NotYet("rating-closed")
    earlier = _earlier(case, session_id)
    if earlier is not None and get(case.db, earlier, "ratings") == dict(ratings):
        return earlier
    row = GoalRating(participant_id=case.doer.id, agreement_id=contract.id, session_id=session_id)
    case.write(row, ratings=dict(ratings))
    if earlier is not None:
        earlier.replaced_by = row.id
    # That somebody rated beside a session is nobody's matter; and the mark of a session stands from the first time.
    if session_id is None or find_mark(case.db, case.doer.id, RATED, session_id) is not None:
        case.record(row.id)
    else:
        leave_mark(case, about=session_id)
    return row


def _earlier(case: Acting, session_id: str | None) -> GoalRating | None:
    """The rating that a new one takes the place of: of the same session, or beside one of the same day."""
    mine = case.rows(GoalRating, participant_id=case.doer.id, session_id=session_id, replaced_by=None)
    today = case.db.today()
    same = [one for one in mine if session_id or one.at.astimezone(case.db.zone).date() == today]
    return max(same, key=lambda one: (one.at, one.id), default=None)


@act("close-rating", leaves=CLOSED, correctable=False)
def close_rating(case: Acting, session_id: str) -> GoalSpread:
    """The supervisor closes the rating of an evaluation session: the group's spread is counted, once and for all.

    It is told of each goal that at least five of the group rated, without the manager's; not where another spread was told
    less than 30 days ago of other people, for the difference would tell how one of them rates. Twice changes nothing. Refuses
    with `session-not-found`, `not-an-evaluation`, and `not-everyone-rated` while somebody who was there has not rated, for
    seven days from the session.
    """
    session = find_evaluation(case, session_id)
    counted = case.row(GoalSpread, session_id=session.id)
    if counted is not None:
        return counted
    began = session.begun_at or session.planned_at
    if case.db.now() - began < TIME_TO_RATE and _yet_to_rate(case, session):
        raise NotYet("not-everyone-rated")
    contract = contract_in_force(case.db, case.seat)
    row = GoalSpread(session_id=session.id, agreement_id=contract.id)
    case.write(row, spread=_counted(case, session))
    leave_mark(case, about=session.id)
    return row


def _yet_to_rate(case: Acting, session: Meeting) -> bool:
    there = marked_there(case.db, session) & set(case.those_in(*case.seat.workflow.acts()["rate-goals"]))
    return any(find_mark(case.db, who, RATED, session.id) is None for who in there)


def _counted(case: Acting, session: Meeting) -> dict[str, Any]:
    """What is counted of a session: whose ratings, and of each goal for which it can be told how many gave 1, 2 … 5."""
    group = set(case.those_in(*the_group(case.seat)))
    rows = [
        one for one in case.rows(GoalRating, session_id=session.id, replaced_by=None) if one.participant_id in group
    ]
    raters = sorted(one.participant_id for one in rows)
    given: dict[str, list[int]] = {}
    for row in rows:
        for goal, rating in get(case.db, row, "ratings").items():
            given.setdefault(goal, []).append(rating)
    enough = (
        {} if _tells_of_somebody(case, raters) else {key: some for key, some in given.items() if len(some) >= FEWEST}
    )
    return {
        "raters": raters,
        "goals": {key: [some.count(one) for one in NUMBERS] for key, some in sorted(enough.items())},
    }


def _tells_of_somebody(case: Acting, raters: Sequence[str]) -> bool:
    """Whether a spread that was told shortly before is one of other people."""
    shortly_before = [get(case.db, one, "spread") for one in case.rows(GoalSpread) if case.db.now() - one.at < APART]
    return any(one["goals"] and one["raters"] != raters for one in shortly_before)


def contract_in_force(db: Db, seat: Seat) -> Agreement:
    """The contract that binds now. Refuses with `no-agreement-in-force`."""
    contract = find_agreement_in_force(db, seat)
    if contract is None:
        raise NotYet("no-agreement-in-force")
    return contract


def goals_of(db: Db, contract: Agreement) -> dict[str, Mapping[str, Any]]:
    """The texts of the goals that bind in a version of the contract by lineage, in their order."""
    binding = select(Commitment).filter_by(agreement_id=contract.id, ended=None)
    return {str(one["lineage"]): one["texts"] for one in read_lines(db, binding)}


def find_evaluation(case: Acting, session_id: str) -> Meeting:
    """An evaluation session that has begun.

    Refuses with `session-not-found`, `not-an-evaluation` and `session-not-begun`.
    """
    session = find_session(case, session_id)
    if session.kind not in evaluating(case.seat.workflow):
        raise Malformed("not-an-evaluation", field="session")
    if session.begun_at is None or session.ended_how == "cancelled":
        raise NotYet("session-not-begun")
    return session


def goals_in(db: Db, agreement_id: str, language: str) -> dict[str, str]:
    """The goals of a version by lineage, in their order: each with its label, in a language where it is in that."""
    lines = read_lines(db, select(Commitment).where(Commitment.agreement_id == agreement_id))
    return {str(one["lineage"]): f"{one['label']} {action_in(one['texts'], language)}".strip() for one in lines}


def action_in(texts: Mapping[str, Mapping[str, Any] | None], language: str) -> str:
    """What a goal says in a language, else in the first in which it is written; empty where it was deleted."""
    actions = {code: str(words["action"]) for code, words in texts.items() if words}
    return actions.get(language) or next(iter(actions.values()), "")
