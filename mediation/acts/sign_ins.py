"""Sign-ins of somebody at the case: closed when they call, opened when they are met, or by a code on paper."""

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.case.participants import find_participant
from mediation.errors import NotPermitted
from mediation.letters import outbox
from mediation.people import closed_sign_ins as sign_ins
from mediation.people.directory import find_person
from mediation.store.models import Letter, Participant, Person


@act("close-sign-ins")
def close_sign_ins(case: Acting, participant_id: str) -> None:
    """The mediator closes every way in of somebody who called: nobody signs in as them until they are met, or have a code.

    Nothing becomes readable by it, and every address of theirs gets a letter. Twice changes nothing. Refuses with
    `participant-not-found`, and with `another-person-needed` oneself.
    """
    whose, person = _other(case, participant_id)
    if sign_ins.close_sign_ins(case.db, person, by=sign_ins.AT_A_CASE):
        case.record(whose.id)


@act("open-sign-ins", permission="close-sign-ins")
def open_sign_ins(case: Acting, participant_id: str) -> None:
    """The mediator has met them: they can sign in again. Twice changes nothing. Refuses like `close_sign_ins`."""
    whose, person = _other(case, participant_id)
    if sign_ins.open_sign_ins(case.db, person):
        case.record(whose.id)


@act("write-paper-code", permission="close-sign-ins")
def write_paper_code(case: Acting, participant_id: str) -> Letter:
    """Write a letter to print, with a code by which they open their sign-ins themselves; it goes to no mailbox.

    An earlier code opens nothing any more. Refuses like `close_sign_ins`, and with `sign-ins-open`.
    """
    whose, person = _other(case, participant_id)
    link, code = sign_ins.new_paper_code(case.db, person)
    case.record(whose.id)
    case.tell([whose.id], "paper-code", about=link.id, params={"code": code})
    outbox.leave_for_print(case.db, link.id)
    return case.db.scalars(select(Letter).where(Letter.about == link.id)).one()


def _other(case: Acting, participant_id: str) -> tuple[Participant, Person]:
    whose, _ = find_participant(case.db, case.seat, participant_id)
    if whose.id == case.doer.id:
        raise NotPermitted("another-person-needed")
    return whose, find_person(case.db, whose.person_id)
