"""Addresses: another one is asked for, which waits until it is proven, or letters come on paper again (workflow.md rule 21)."""

from mediation.acts.acting import Acting, act
from mediation.case.participants import find_own_or_led
from mediation.people import new_addresses
from mediation.people.directory import find_person
from mediation.people.mailboxes import checked_email, is_at, mailbox
from mediation.store.models import get
from mediation.words.fields import Email


@act("correct-address", permission="correct-participant")
def correct_address(case: Acting, participant_id: str, email: Email) -> None:
    """Ask for another e-mail address of somebody: a mediator anybody's, everybody else their own.

    A letter brings a link and a code to it, and another tells the present address that this was asked. Until the new one
    is proven it opens nothing, and letters go to the present one. Asked again, only the newest letter counts; the present
    address calls off what waits. Nothing shows whose else an address is. Refuses with `participant-not-found` (also
    somebody else, for who does not mediate), `asked-too-often`, and like `checked_email`.
    """
    address = checked_email(email)
    whose, _ = find_own_or_led(case.db, case.seat, participant_id)
    present = get(case.db, whose, "email")
    if is_at(present, mailbox(address)):
        if new_addresses.call_off(case.db, whose.id):
            case.record(whose.id)
        return
    new_addresses.ask(case.db, whose, find_person(case.db, whose.person_id), address)
    case.record(whose.id)


@act("remove-address", permission="correct-participant")
def remove_address(case: Acting, participant_id: str) -> None:
    """Take somebody's address away at this case: their letters are printed and handed over. Twice changes nothing.

    A new one that waits is called off. The address still signs in whoever has signed in by it; all sign-ins of a person are
    closed by `close-sign-ins`. Refuses with `participant-not-found` as `correct_address`.
    """
    whose, _ = find_own_or_led(case.db, case.seat, participant_id)
    waited = new_addresses.call_off(case.db, whose.id)
    if whose.email is not None:
        new_addresses.take_away(case.db, whose, find_person(case.db, whose.person_id))
    elif not waited:
        return
    case.record(whose.id)
