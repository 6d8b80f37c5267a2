"""Parent guidance: each parent is asked alone whether they are afraid of the other; only the supervisor reads the answer."""

from typing import Annotated

from mediation.acts.acting import Acting, act
from mediation.acts.marks import leave_mark
from mediation.acts.statements import say_to_leaders
from mediation.acts.supervision_shapes import PARENTS, SHAPE, chosen_in
from mediation.case.seat import OWN, Manner
from mediation.errors import NotYet
from mediation.store.database import Db
from mediation.store.models import Statement
from mediation.words.catalogue import say
from mediation.words.fields import LanguageCode, Line, choices, on_lines

ASKED_ALONE = "asked-alone"
AFRAID = ("no", "yes", "unknown")


@act("answer-alone", leaves=ASKED_ALONE, correctable=False)
def answer_alone(
    case: Acting,
    afraid: Annotated[str, choices(AFRAID)],
    words: Annotated[Line, on_lines()] = "",
    *,
    language: LanguageCode = "fi",
    manner: Manner = OWN,
) -> Statement:
    """A parent answers alone whether they are afraid of the other, or of saying no; by own hand only.

    The answer is kept as words for the supervisor alone. That a parent was asked shows, what they answered does not. An answer
    can be given anew. Refuses with `not-asked-alone` where the contract is not one of parents.
    """
    if not is_asked_alone(case.db, case.id):
        raise NotYet("not-asked-alone")
    said = "\n".join([say(f"afraid.{afraid}", language), *filter(None, [words.strip()])])
    row = say_to_leaders(case, said, language)
    leave_mark(case)
    return row


def is_asked_alone(db: Db, case_id: str) -> bool:
    """Whether anybody is asked whether they are afraid of the other: only where both are parents."""
    return chosen_in(db, case_id).get(SHAPE) == PARENTS
