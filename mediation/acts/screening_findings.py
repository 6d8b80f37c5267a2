"""What stands of the answers to the screenings: each until its respondent gives another, whatever others answer after it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select

from mediation.acts.acting import Acting
from mediation.case.seat import Seat, while_in
from mediation.store.models import RoleHeld, Screening, ScreeningAnswer, remaining
from mediation.workflow.declaration import Trait
from mediation.workflow.facts_loading import load_facts

Told = Sequence[tuple[ScreeningAnswer, str]]  # the answers that a mediator may read, oldest first


def readable_answers(seat: Seat) -> ColumnElement[bool]:
    """Whether somebody who leads the case may read an answer: own ones, those given while they led, and the commissioner's."""
    ordering = RoleHeld.case_id == seat.case.id, RoleHeld.role.in_(sorted(seat.workflow.who(Trait.ORDERS)))
    return (
        (ScreeningAnswer.respondent == seat.participant_id)
        | while_in(seat, ScreeningAnswer.at, *seat.workflow.who(Trait.LEADS))
        | ScreeningAnswer.respondent.in_(select(RoleHeld.participant_id).where(*ordering))
    )


def told_to(case: Acting) -> Told:
    """The answers of all screenings that who acts may read.

    The answers of somebody who withdrew are deleted: they count as not given. Nor does a refusal reveal to a mediator what
    was answered to the previous one.
    """
    return [(row, answer) for row, answer in _kept(case, readable_answers(case.seat)) if answer is not None]


def standing(told: Told) -> set[tuple[str, str]]:
    """The questions and how they are answered now, by anybody.

    An answer stands until its respondent gives another one, also in a later screening: a new screening in which nobody is
    asked anything must not let pass what stopped the last one.
    """
    newest = {(row.respondent, row.question): answer for row, answer in told}
    return {(question, answer) for (_, question), answer in newest.items()}


def is_found(case: Acting, told: Told, question: str, safeguards: Iterable[str]) -> bool:
    """Whether somebody says yes to a question, or an earlier screening asked for these `safeguards` and that still holds.

    What was found holds until each who may have said it has answered anew; `unknown` answers nothing. So whoever leads the
    case now, one respondent's answer ends no other's finding. What was told to who led the case before is not looked at:
    that it has not been given anew is enough.
    """
    answers = [(row, answer) for row, answer in told if row.question == question and answer != "unknown"]
    newest = {row.respondent: (row, answer) for row, answer in answers}
    if any(answer == "yes" for _, answer in newest.values()):
        return True
    before = load_facts(case.db, case.seat.case).screening
    if before is None or not {*safeguards} <= before.safeguards:
        return False
    anew = {whom: row.at for whom, (row, _) in newest.items()}
    of_others = _kept(case, ~readable_answers(case.seat) & (ScreeningAnswer.question == question))
    kept = [row for row, answer in of_others if answer is not None]
    return any(row.respondent not in anew or anew[row.respondent] < row.at for row in kept) or not answers


def _kept(case: Acting, which: ColumnElement[bool]) -> Iterable[tuple[ScreeningAnswer, str | None]]:
    rows = case.db.scalars(
        select(ScreeningAnswer)
        .join(Screening, Screening.id == ScreeningAnswer.screening_id)
        .where(ScreeningAnswer.case_id == case.id, which)
        .order_by(Screening.number)
    )
    return ((row, remaining(case.db, row, "answer")) for row in rows)
