"""Options: ways out that somebody proposes; ideas first, judging later."""

from sqlalchemy import func, select

from mediation.acts.marks import leave_mark
from mediation.case import record
from mediation.case.seat import OWN, Manner, Seat, permit
from mediation.errors import NotFound, NotYet
from mediation.store.database import Db
from mediation.store.models import Mark, Option, put
from mediation.words.catalogue import known_language
from mediation.words.fields import LINE, checked, one_of
from mediation.workflow.declaration import Role
from mediation.workflow.facts import load_facts

RESPONSES = ("yes", "maybe", "no")
SETTLED = ("adopted", "set-aside")


def propose_option(db: Db, seat: Seat, words: str, *, language: str, manner: Manner = OWN) -> Option:
    """Somebody at the table proposes a way out; it gets the next number."""
    doer = permit(db, seat, "propose-option", manner)
    so_far = db.scalar(select(func.count()).select_from(Option).where(Option.case_id == seat.case.id)) or 0
    row = Option(
        id=db.new_id(),
        case_id=seat.case.id,
        number=so_far + 1,
        proposed_by=doer.id,
        language=known_language(language),
        state="open",
        way=doer.way,
        recorded_by=doer.recorded_by,
        at=db.now(),
    )
    put(db, row, "words", checked(words, "words", LINE))
    db.add(row)
    db.flush()
    record.append(db, seat.case, "propose-option", actor=doer.id, way=doer.way, about=[row.id], words=[words])
    return row


def respond_to_option(db: Db, seat: Seat, option_id: str, response: str, manner: Manner = OWN) -> Mark:
    """A party says yes, maybe or no to an option. Refuses with `option-not-found`."""
    doer = permit(db, seat, "respond-to-option", manner)
    one_of(response, RESPONSES, "response")
    option = find_option(db, seat, option_id)
    return leave_mark(db, seat, doer, "respond-to-option", "responded", about=option.id, value=response)


def adopt_option(db: Db, seat: Seat, option_id: str) -> Option:
    """The mediator marks an option as adopted, once every party has said yes. Refuses with `option-not-agreed`."""
    permit(db, seat, "adopt-option")
    option = find_option(db, seat, option_id)
    parties = load_facts(db, seat.case).holding(Role.PARTY)
    if not all(party.answer("responded", option.id) == "yes" for party in parties):
        raise NotYet("option-not-agreed")
    return _settle(db, seat, option, "adopted", "adopt-option")


def set_aside_option(db: Db, seat: Seat, option_id: str, reason: str = "") -> Option:
    """The mediator sets an option aside, with the table's reason if there is one. It can still be adopted later."""
    permit(db, seat, "set-aside-option")
    option = find_option(db, seat, option_id)
    if reason:
        put(db, option, "reason", checked(reason, "reason", LINE))
    return _settle(db, seat, option, "set-aside", "set-aside-option")


def _settle(db: Db, seat: Seat, option: Option, state: str, act: str) -> Option:
    if option.state != state:
        option.state = state
        db.flush()
        record.append(db, seat.case, act, actor=seat.participant_id, about=[option.id])
    return option


def find_option(db: Db, seat: Seat, option_id: str) -> Option:
    """An option of the seat's case. Refuses with `option-not-found`."""
    row = db.get(Option, option_id)
    if row is None or row.case_id != seat.case.id:
        raise NotFound("option-not-found")
    return row
