"""Ties: a mediator declares what binds them to anybody at the case, and each party accepts or objects."""

from datetime import timedelta
from typing import Annotated

from sqlalchemy import update

from mediation.acts.acting import Acting, act
from mediation.acts.marks import ask_mediators, leave_mark
from mediation.case import engine
from mediation.case.seat import OWN, Manner
from mediation.store.models import Declaration, Mark
from mediation.words.fields import Flag, LanguageCode, NeededLine, choices
from mediation.workflow.declaration import Trait
from mediation.workflow.facts_loading import load_facts

ANSWERS = ("accepted", "objected")
TIE_REVIEW = timedelta(days=7)
Answer = Annotated[str, choices(ANSWERS)]


@act("declare-ties")
def declare_ties(case: Acting, *, has_ties: Flag, words: NeededLine, language: LanguageCode = "fi") -> Declaration:
    """A mediator declares ties, or that there are none, to all parties; each of them answers again.

    A tie found after the opening suspends the case (workflow.md rule 6).

    Source: European Code of Conduct for Mediators (independence and impartiality).
    """
    db, seat = case.db, case.seat
    earlier = Declaration.participant_id == case.doer.id, Declaration.replaced_at.is_(None)
    db.execute(update(Declaration).where(*earlier).values(replaced_at=db.now()))
    row = Declaration(participant_id=case.doer.id, has_ties=has_ties, language=language)
    case.write(row, words=words)
    begun = seat.case.phase != seat.workflow.initial.code
    if has_ties and begun and "tie" not in load_facts(db, seat.case).suspensions:
        # A tie found late: nothing joint continues until every party has answered, or another mediator has taken over.
        engine.suspend(db, seat, "tie", db.today() + TIE_REVIEW)
    case.record(row.id, "ties" if has_ties else "none", words=[words])
    case.ask(case.with_trait(Trait.CONSENTS), about=row.id)
    return row


@act("answer-ties", leaves="ties-answered")
def answer_ties(case: Acting, declaration_id: str, answer: Answer, manner: Manner = OWN) -> Mark:
    """A party accepts a declaration or objects to the mediator; no reason is asked. The mediators hear of an objection.

    Refuses with `declaration-not-found`.
    """
    declaration = case.find(Declaration, declaration_id, "declaration-not-found", replaced_at=None)
    leave = ask_mediators if answer == "objected" else leave_mark
    return leave(case, about=declaration.id, value=answer)
