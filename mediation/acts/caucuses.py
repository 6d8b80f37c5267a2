"""Caucuses: a private talk of a mediator with one party, asked for and held."""

from mediation.acts.acting import Acting, act
from mediation.acts.in_session import let_letters_wait
from mediation.acts.marks import ask_mediators, end_mark, find_mark
from mediation.acts.sessions import find_session, session_row
from mediation.case.participants import find_party
from mediation.case.seat import OWN, Manner
from mediation.errors import NotFound
from mediation.store.models import Mark, Meeting


@act("ask-for-caucus", leaves="asked-for-caucus")
def ask_for_caucus(case: Acting, manner: Manner = OWN) -> Mark:
    """A party asks for a private talk; only the mediators learn of it. The next one with the party answers it."""
    return ask_mediators(case)


@act("open-caucus")
def open_caucus(case: Acting, participant_id: str) -> Meeting:
    """Begin a caucus with one party, at anyone's wish. If one with that party is open already, gives that."""
    find_party(case.db, case.seat, participant_id)
    current = case.row(Meeting, kind="caucus", with_participant=participant_id, ended_at=None)
    if current is not None:
        return current
    asked = find_mark(case.db, participant_id, "asked-for-caucus")
    if asked is not None:
        end_mark(case.db, asked, "redone")
    row = session_row(case, "caucus", case.db.now(), 30, "on-site")
    row.with_participant, row.begun_at, row.begun_by = participant_id, case.db.now(), case.doer.id
    case.write(row)
    case.record(row.id, participant_id)
    let_letters_wait(case.db, case.seat)
    return row


@act("close-caucus")
def close_caucus(case: Acting, session_id: str) -> Meeting:
    """End a caucus. Twice changes nothing. Refuses with `session-not-found`."""
    row = find_session(case, session_id)
    if row.kind != "caucus":
        raise NotFound("session-not-found")
    if row.ended_at is None:
        case.change(row, ended_at=case.db.now(), ended_how="held")
        let_letters_wait(case.db, case.seat)
    return row
