"""Ties: a mediator declares what binds them to anybody at the case, and each party accepts or objects."""

from datetime import timedelta

from sqlalchemy import update

from mediation.acts.marks import leave_mark
from mediation.case import engine, record
from mediation.case.seat import OWN, Manner, Seat, holders, permit
from mediation.errors import NotFound
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Declaration, Mark, put
from mediation.words.catalogue import known_language
from mediation.words.fields import LINE, checked, one_of
from mediation.workflow.declaration import Role
from mediation.workflow.facts import load_facts

ANSWERS = ("accepted", "objected")
TIE_REVIEW = timedelta(days=7)


def declare_ties(db: Db, seat: Seat, *, has_ties: bool, words: str, language: str) -> Declaration:
    """A mediator declares ties, or that there are none, to all parties; each of them answers anew.

    A tie found after the opening suspends the case (workflow.md rule 6).

    Source: European Code of Conduct for Mediators (independence and impartiality).
    """
    doer = permit(db, seat, "declare-ties")
    earlier = Declaration.participant_id == doer.id, Declaration.replaced_at.is_(None)
    db.execute(update(Declaration).where(*earlier).values(replaced_at=db.now()))
    row = Declaration(
        id=db.new_id(),
        case_id=seat.case.id,
        participant_id=doer.id,
        has_ties=has_ties,
        language=known_language(language),
        at=db.now(),
    )
    put(db, row, "words", checked(words, "words", LINE))
    db.add(row)
    db.flush()
    if (
        has_ties
        and seat.case.phase != seat.workflow.initial.code
        and "tie" not in load_facts(db, seat.case).suspensions
    ):
        # A tie found late: nothing joint goes on until every party has answered, or another mediator has taken over.
        engine.hold(db, seat, "tie", db.today() + TIE_REVIEW)
    about = [row.id, "ties" if has_ties else "none"]
    record.append(db, seat.case, "declare-ties", actor=doer.id, about=about, words=[words])
    outbox.announce(db, seat.case.id, "something-waits", holders(db, seat.case.id, Role.PARTY))
    return row


def answer_ties(db: Db, seat: Seat, declaration_id: str, answer: str, manner: Manner = OWN) -> Mark:
    """A party accepts a declaration or objects to the mediator; no reason is asked. Refuses with `declaration-not-found`."""
    doer = permit(db, seat, "answer-ties", manner)
    one_of(answer, ANSWERS, "answer")
    declaration = db.get(Declaration, declaration_id)
    if declaration is None or declaration.case_id != seat.case.id or declaration.replaced_at is not None:
        raise NotFound("declaration-not-found")
    return leave_mark(db, seat, doer, "answer-ties", "ties-answered", about=declaration_id, value=answer)
