"""Letters on paper: what waits for people without e-mail, printed and handed over by the mediator."""

from mediation.acts.acting import Acting, act
from mediation.acts.invitations import INVITATION, filled
from mediation.case.permission import permit
from mediation.case.seat import Seat
from mediation.documents.render import Sheet
from mediation.letters import printing
from mediation.letters.texts import decrypt_letter, printed_letter
from mediation.settings import Settings
from mediation.store.database import Db
from mediation.store.models import Letter


def letters_to_print(db: Db, seat: Seat) -> list[Letter]:
    """The letters of the case that wait for print, oldest first."""
    permit(db, seat, "hand-over-letter")
    return printing.to_print(db, seat.case.id)


def letter_sheet(db: Db, seat: Seat, letter_id: str, settings: Settings) -> Sheet:
    """A waiting letter in its recipient's language, to be typeset. Refuses with `letter-not-found`."""
    permit(db, seat, "hand-over-letter")
    letter = decrypt_letter(db, printing.find_letter(db, seat.case.id, letter_id).id)
    page = printed_letter(filled(db, seat, letter) if letter.kind == INVITATION else letter, settings)
    sections = [{"heading": one.heading, "paragraphs": list(one.paragraphs)} for one in page.sections]
    data = {"recipient": letter.name, "sender": letter.sender, "subject": page.subject, "sections": sections}
    return Sheet("letter", page.language, data, db.now(), db.zone)


@act("hand-over-letter")
def hand_over_letter(case: Acting, letter_id: str) -> Letter:
    """The mediator has handed a printed letter over. Twice changes nothing. Refuses with `letter-not-found`."""
    if printing.hand_over(case.db, case.id, letter_id):
        case.record(letter_id)
    return case.db.get_one(Letter, letter_id)
